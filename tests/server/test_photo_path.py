"""The way of a photo through the server stays short enough to be read."""

import subprocess
import sys

from tests.server.conftest import ROOT

MOST_FILES = 38


def test_one_prediction_enters_few_files() -> None:
    command = [sys.executable, "-m", "tests.photo_path"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    files = [line.split()[1] for line in done.stdout.splitlines()]
    assert files[0] == "connection/protocol.py"
    assert {"api/predict.py", "runtimes/openvino/runtime.py"} <= set(files)
    assert len(files) <= MOST_FILES, done.stdout
