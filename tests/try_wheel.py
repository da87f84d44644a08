"""`python -m tests.try_wheel FOLDER` installs the wheel in FOLDER as a stranger does, and has a photo named.

Into an environment of its own with what PyPI has today, not with what the lock says: that is what
`pip install paishi` gets. The photo is drawn here; which name it gets is not asked.
"""

import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import httpx

from tests.server.conftest import free_port
from tests.server.pictures import file_of, noise

_PATIENCE_S = 120


def main(dist: Path) -> None:
    [wheel] = dist.glob("*.whl")
    with tempfile.TemporaryDirectory() as temporary:
        root, empty = Path(temporary), Path(temporary, "empty")
        empty.mkdir()
        venv.create(root / "env", with_pip=True)
        programs = root / "env" / ("Scripts" if os.name == "nt" else "bin")
        quiet = "--quiet", "--disable-pip-version-check"
        subprocess.run([programs / "python", "-m", "pip", "install", *quiet, wheel.absolute()], check=True)
        subprocess.run([programs / "python", "-m", "pip", "check"], check=True)
        # Nothing of this machine's own settings, weights and caches.
        ours = "PAISHI_", "PYTHON"
        env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        env |= {"HOME": str(empty), "KERAS_HOME": str(empty / "keras"), "PAISHI_PORT": str(free_port())}
        found = subprocess.check_output([programs / "paishi", "--version"], cwd=empty, env=env, text=True)
        assert wheel.name.split("-")[1] in found, f"{wheel.name} says that it is {found}"
        began = time.monotonic()
        with subprocess.Popen([programs / "paishi", "serve"], cwd=empty, env=env) as server:
            try:
                names = _named(f"http://127.0.0.1:{env['PAISHI_PORT']}", began)
            finally:
                server.terminate()
    took_s = time.monotonic() - began
    print(f"{wheel.name}: installed, and named a photo {took_s:.1f} s after its start: {names}")


def _named(server: str, began: float) -> str:
    photo = {"image": ("photo.jpg", file_of(noise(320, 240), "JPEG"), "image/jpeg")}
    while True:
        try:
            answer = httpx.post(f"{server}/predict", files=photo, timeout=30)
            if answer.status_code != 503:
                assert answer.status_code == 200, answer.text
                return ", ".join(one["label"] for one in answer.json()["predictions"])
        except httpx.TransportError:  # it does not listen yet
            pass
        assert time.monotonic() - began < _PATIENCE_S, f"no answer after {_PATIENCE_S} s"
        time.sleep(0.2)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
