"""The program: in a process of its own, or quicker in this one."""

import os
import subprocess
import sys

from typer.testing import CliRunner

from paishi.cli import app
from tests.server.conftest import ROOT

WIDE = {"COLUMNS": "200"}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs it in a process of its own, as operators do."""
    env = {**os.environ, **WIDE, **environment}
    return subprocess.run(
        [sys.executable, "-m", "paishi", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        encoding=environment.get("PYTHONIOENCODING"),
    )


def invoke(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs it in this process: for commands that load and change nothing."""
    done = CliRunner().invoke(app, arguments, env={**WIDE, **environment}, catch_exceptions=False)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def assert_one_sentence(done: subprocess.CompletedProcess[str], code: int = 2) -> None:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
