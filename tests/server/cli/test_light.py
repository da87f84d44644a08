"""What only shows or asks answers at once: it loads nothing that calculates."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.conftest import ROOT

HEAVY = {"tensorflow", "keras", "openvino", "numpy", "h5py", "PIL", "fastapi", "uvicorn", "httpx"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["models"],
        ["models", "--json"],
        ["settings"],
        ["weights", "list"],
        ["weights", "fetch", "--help"],
        ["use", "NoSuchNetwork"],
        ["use", "ResNet50"],
        ["predict", "--help"],
        ["serve", "--help"],
        ["key", "new"],
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_loaded(arguments: list[str], tmp_path: Path) -> None:
    code = (
        "import sys; from paishi.cli import app\n"
        f"try: app({arguments!r})\n"
        f"finally: sys.stderr.write('\\nheavy: ' + ' '.join(sorted({HEAVY!r} & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": "", "KERAS_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.stderr.splitlines()[-1] == "heavy: ", done.stderr
