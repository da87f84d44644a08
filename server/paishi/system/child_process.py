"""Work in a child process, so that what it loads and leaks is gone afterwards."""

import contextlib
import json
import logging
import os
import re
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

log = logging.getLogger(__name__)

_ROOT = Path(__file__).parents[1]
_SECRETS = re.compile(
    "(^|_)(SECRETS?|KEYS?|TOKENS?|PASSWORDS?|PASSWD|PASS|CREDENTIALS?|RATES)(_|$)", re.IGNORECASE
)
"""Words in names of variables that hold secrets. PAISHI_RATES is an address with a password."""
_LONGEST = 300  # characters of an unexpected error's message


class ChildFailed(Exception):
    """The process ended without a result, as after a kill; the message says how."""


class ChildRaised(Exception):
    """The work raised an error that was not expected; the message is its type and message, in one line."""


def run_child(module: str, arguments: Sequence[str], limit_s: float, expected: type[Exception]) -> Any:
    """Runs `python -m module arguments`, which calls `answer_parent`, and returns its result.

    The process does not get the secrets in this one's environment, because what it loads may be code. Its
    temporary files are deleted, however it ends.

    Raises the `expected` error, or subclass of it, that the child raised, with the message alone; ChildRaised
    for any other error there, whose stack trace is logged at level debug; ChildFailed for any other end, or
    after `limit_s` seconds.
    """
    with (
        TemporaryDirectory(prefix="paishi-", ignore_cleanup_errors=True) as temporary,
        subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=_ROOT,
            env={**without_secrets(os.environ), "TMPDIR": temporary},
            stdin=subprocess.PIPE,  # closes when this process ends in any way
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches this process alone; the child ends by the pipe
        ) as process,
    ):
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


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Returns `environment` without variables whose names tell of a secret."""
    return {name: value for name, value in environment.items() if not _SECRETS.search(name)}


def answer_parent(work: Callable[..., Any], arguments: Sequence[str], expected: type[Exception]) -> NoReturn:
    """Calls `work`, sends its result to the parent as JSON and exits; also exits when the parent ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        answer = {"result": work(*arguments)}
    except expected as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    except Exception as error:
        answer = {"raised": _in_one_line(error), "trace": traceback.format_exc()}
    sys.stderr.flush()
    print(f"\n{json.dumps(answer)}", flush=True)
    os._exit(0)  # the exit handlers of libraries take long, and print


def _in_one_line(error: Exception) -> str:
    message = " ".join(str(error).split())
    message = f"{message[:_LONGEST]}…" if len(message) > _LONGEST else message
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _end_with_parent() -> None:
    # Unbuffered: a thread that holds the lock of sys.stdin would abort an ordinary end.
    while os.read(0, 1):
        pass
    os._exit(1)


def _result(output: str, ended: str, expected: type[Exception]) -> Any:
    try:
        answer = json.loads(output.rpartition("\n")[2])
        if "result" in answer:
            return answer["result"]
        if "raised" in answer:
            log.debug("%s", answer["trace"])
            raise ChildRaised(answer["raised"])
        kinds = {kind.__name__: kind for kind in (expected, *expected.__subclasses__())}
        error = kinds[answer["error"]](answer["message"])
    except (ValueError, KeyError, TypeError) as unreadable:
        log.debug("%s", output)
        raise ChildFailed(f"{ended}: {_last_error(output)}") from unreadable
    raise error


def _last_error(output: str) -> str:
    """The line of `output` that names an exception, which a stack trace ends with; else the last one."""
    lines = [line.strip()[:_LONGEST] for line in output.splitlines() if line.strip(" ^~")]
    named = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Exit|Interrupt)\b", line)]
    return (named or lines or ["no output"])[-1]
