"""Work in a child process: its result, its errors, its end."""

import logging
import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

import pytest

from paishi.models.errors import ModelError, WeightsMismatch
from paishi.system.child_process import ChildFailed, ChildRaised, run_child
from tests.server.conftest import ROOT, wait_for

CHILD = "tests.server.system.work_for_child"


def test_the_result_comes_back_besides_other_output() -> None:
    assert run_child(CHILD, ["add", "2", "3"], 30, ModelError) == {"sum": 5, "名": "和"}


def test_an_expected_error_is_raised_again() -> None:
    with pytest.raises(WeightsMismatch, match=r"^one\ntwo 二$"):
        run_child(CHILD, ["mismatch"], 30, ModelError)


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (["exit"], "ended with 1: ImportError: one$"),
        (["vanish"], "ended with 7: no output"),
        (["kill"], "ended with -9"),
        (["nonsense"], "ended with 0: not JSON"),
    ],
)
def test_any_other_end_quotes_the_last_output(work: list[str], words: str) -> None:
    with pytest.raises(ChildFailed, match=words):
        run_child(CHILD, work, 30, ModelError)


def test_an_unexpected_error_comes_back_in_one_line_and_its_trace_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ChildRaised, match=r"^ValueError: one two$"):
        run_child(CHILD, ["crash"], 30, ModelError)
    assert "Traceback" in caplog.text
    assert "work_for_child.py" in caplog.text


def test_it_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = [
        *("PAISHI_WECHAT_SECRET", "PAISHI_TOKEN_KEY", "PAISHI_KEYS", "PAISHI_RATES", "PAISHI_TOKEN_KEY_FILE"),
        *("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "DB_PASSWORD", "github_token"),
    ]
    for name in secrets:
        monkeypatch.setenv(name, "hidden")
    monkeypatch.setenv("MONKEY", "seen")
    names = run_child(CHILD, ["environment"], 30, ModelError)
    assert not set(secrets) & set(names)
    assert {"PATH", "PYTHONPATH", "MONKEY"} <= set(names)


@pytest.mark.parametrize("killed", [[], ["killed"]], ids=["returned", "killed"])
def test_its_temporary_files_are_deleted(
    killed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)  # which is asked once
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with pytest.raises(ChildFailed) if killed else nullcontext():
        run_child(CHILD, ["scratch", *killed], 30, ModelError)
    assert not list(tmp_path.iterdir())


def test_a_time_limit() -> None:
    with pytest.raises(ChildFailed, match="ended with -9"):
        run_child(CHILD, ["sleep"], 2, ModelError)


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    """Even where the parent is killed and can do nothing about it."""
    note = tmp_path / "pid"
    run = f"run_child({CHILD!r}, ['sleep', {str(note)!r}], 60, Exception)"
    code = f"from paishi.system.child_process import run_child; {run}"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}  # nobody is left to delete the child's folder
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment) as parent:
        wait_for(lambda: note.exists() and note.read_text() != "", 30, "the child")
        parent.kill()
    child = int(note.read_text())
    wait_for(lambda: not runs(child), 10, "the end of the child")


def runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # An orphan stays listed until it is collected, which nobody may do in a container.
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_what_it_leaves_running_is_not_waited_for() -> None:
    """A thread of the child would keep it for a minute, longer than the limit allows."""
    assert run_child(CHILD, ["linger"], 30, ModelError) is None
