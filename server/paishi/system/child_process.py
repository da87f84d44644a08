"""A piece of work in a process of its own, so that what it loads and leaks is gone when it is done."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

_ROOT = Path(__file__).parents[1]
_LAST_WORDS = 300  # characters of its output that an error message quotes


class ChildFailed(Exception):
    """The process ended without an answer; the message quotes its last words."""


def run_child(module: str, arguments: Sequence[str], limit_s: float, expected: type[Exception]) -> Any:
    """Runs `python -m module arguments`, which ends in `answer_parent`, and returns what that answers.

    Raises the `expected` error that it raised, which has its message alone, and ChildFailed for any other end
    or after `limit_s` seconds.
    """
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=_ROOT,
        stdin=subprocess.PIPE,  # is shut when this process ends, however that happens
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C is for this process alone, which tells its child by the pipe
    ) as process:
        limit = threading.Timer(limit_s, process.kill)
        limit.daemon = True
        limit.start()
        try:
            assert process.stdout
            said = process.stdout.read().decode(errors="replace").strip()
        finally:
            limit.cancel()
            with contextlib.suppress(OSError):
                process.kill()
    return _answer(said, f"python -m {module} ended with {process.returncode}", expected)


def answer_parent(work: Callable[..., Any], arguments: Sequence[str], expected: type[Exception]) -> NoReturn:
    """Calls `work` and ends this process with its result, which JSON can carry, as the answer.

    Ends it at once when the parent does.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        answer = {"result": work(*arguments)}
    except expected as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    sys.stderr.flush()
    print(f"\n{json.dumps(answer)}", flush=True)
    os._exit(0)  # libraries say goodbye, at length and after the answer


def _end_with_parent() -> None:
    # Unbuffered: a thread that holds the lock of sys.stdin would abort an ordinary end.
    while os.read(0, 1):
        pass
    os._exit(1)


def _answer(said: str, ended: str, expected: type[Exception]) -> Any:
    try:
        answer = json.loads(said.rpartition("\n")[2])
        if "error" not in answer:
            return answer["result"]
    except (ValueError, KeyError, TypeError) as error:
        raise ChildFailed(f"{ended}: {said[-_LAST_WORDS:] or 'it said nothing'}") from error
    kinds = {kind.__name__: kind for kind in (expected, *expected.__subclasses__())}
    raise kinds[answer["error"]](answer["message"])
