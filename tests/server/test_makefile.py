"""`make` refuses a Python that cannot work before it installs anything, and removes what it made."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.conftest import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")

OLD = """#!/bin/sh
# Python 3.10, as far as make can see.
case $1 in
  --version) echo Python 3.10.1 ;;
  -c) exec {python} -c "import sys; sys.version_info = (3, 10, 1, 'final', 0); $2" ;;
  *) exec {python} "$@" ;;
esac
"""


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "Makefile", folder)
    # Below another make, whose options and variables are not meant.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", *arguments], cwd=folder, env=env, capture_output=True, text=True)


@pytest.mark.parametrize("named", ["python3.10", "nosuch"])
def test_a_python_that_cannot_work_is_refused_and_leaves_nothing(tmp_path: Path, named: str) -> None:
    old = tmp_path / "python3.10"
    old.write_text(OLD.format(python=sys.executable))
    old.chmod(0o755)
    done = make(tmp_path, ".venv/bin/python", f"PYTHON={tmp_path / named}")
    assert done.returncode != 0
    assert "PaiShi needs Python 3.11, 3.12 or 3.13" in done.stdout
    assert not (tmp_path / ".venv").exists()
    if named == "python3.10":
        assert "Python 3.10.1" in done.stdout


def test_clean_removes_what_was_installed_and_nothing_else(tmp_path: Path) -> None:
    made = [".venv", "build", "node_modules", "tests/simulator/browser/installed", ".mypy_cache"]
    kept = ["artifacts", "server", "tests/simulator/browser/install.js"]
    for name in (*made, *kept):
        (tmp_path / name).mkdir(parents=True)
    assert make(tmp_path, "clean").returncode == 0
    assert [name for name in made if (tmp_path / name).exists()] == []
    assert [name for name in kept if not (tmp_path / name).exists()] == []
    assert "clean" in make(tmp_path, "help").stdout
