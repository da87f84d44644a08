"""Work in a child process, so that what it loads and leaks is gone afterwards."""

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
_QUOTED = 300  # last characters of its output that an error message quotes


class ChildFailed(Exception):
    """The process ended without a result; the message quotes its last output."""


def run_child(module: str, arguments: Sequence[str], limit_s: float, expected: type[Exception]) -> Any:
    """Runs `python -m module arguments`, which calls `answer_parent`, and returns its result.

    Raises the `expected` error, or subclass of it, that the child raised, with the message alone; ChildFailed
    for any other end, or after `limit_s` seconds.
    """
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=_ROOT,
        stdin=subprocess.PIPE,  # closes when this process ends in any way
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C reaches this process alone; the child ends by the pipe
    ) as process:
        limit = threading.Timer(limit_s, process.kill)
        limit.daemon = True
        limit.start()
        try:
            assert process.stdout
            output = process.stdout.read().decode(errors="replace").strip()
        finally:
            limit.cancel()
            with contextlib.suppress(OSError):
                process.kill()
    return _result(output, f"python -m {module} ended with {process.returncode}", expected)


def answer_parent(work: Callable[..., Any], arguments: Sequence[str], expected: type[Exception]) -> NoReturn:
    """Calls `work`, sends its result to the parent as JSON and exits; also exits when the parent ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        answer = {"result": work(*arguments)}
    except expected as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    sys.stderr.flush()
    print(f"\n{json.dumps(answer)}", flush=True)
    os._exit(0)  # the exit handlers of libraries take long, and print


def _end_with_parent() -> None:
    # Unbuffered: a thread that holds the lock of sys.stdin would abort an ordinary end.
    while os.read(0, 1):
        pass
    os._exit(1)


def _result(output: str, ended: str, expected: type[Exception]) -> Any:
    try:
        answer = json.loads(output.rpartition("\n")[2])
        if "error" not in answer:
            return answer["result"]
    except (ValueError, KeyError, TypeError) as error:
        raise ChildFailed(f"{ended}: {output[-_QUOTED:] or 'no output'}") from error
    kinds = {kind.__name__: kind for kind in (expected, *expected.__subclasses__())}
    raise kinds[answer["error"]](answer["message"])
