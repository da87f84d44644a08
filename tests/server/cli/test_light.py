"""Commands that only print start at once, without loading what calculates."""

import os
import subprocess
import sys
from pathlib import Path

from tests.server.conftest import ROOT

HEAVY = {"tensorflow", "keras", "openvino", "numpy", "h5py", "PIL", "fastapi", "uvicorn", "httpx"}
COMMANDS = [
    ["--help"],
    ["models"],
    ["models", "--json"],
    ["settings"],
    ["plan", "--photos-a-day", "1e6"],
    ["doctor", "--help"],
    ["weights", "list"],
    ["weights", "fetch", "--help"],
    ["use", "NoSuchModel"],
    ["use", "ResNet50"],
    ["predict", "--help"],
    ["check", "no-such-folder"],
    ["convert", "NoSuchModel"],
    ["import", "no-such-folder", "--to", "new"],
    ["serve", "--help"],
    ["key", "new"],
    ["teach", "--help"],
    ["teach", "add", "no-such-folder"],
    ["export", "NoSuchModel", "out", "--to", "onnx"],
    ["export", "EfficientNetLite0", "out", "--to", "onx"],
    ["gallery", "list"],
    ["gallery", "show", "no-such-key"],
]

# Modules stay loaded, so the first command that loads one is the one to blame.
PROGRAM = f"""
import sys
from paishi.cli import app
for command in {COMMANDS!r}:
    try:
        app(command)
    except SystemExit as end:
        assert end.code in (0, 1, 2), (command, end.code)
    heavy = {HEAVY!r} & set(sys.modules)
    assert not heavy, (command, heavy)
"""


def test_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={"PATH": "", "KERAS_HOME": str(tmp_path), "PYTHONPATH": os.environ["PYTHONPATH"]},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
