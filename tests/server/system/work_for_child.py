"""Run by test_child_process.py as a process of its own."""

import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

from paishi.models.errors import ModelError, WeightsMismatch
from paishi.system.child_process import answer_parent


def work(what: str, *arguments: str) -> object:  # noqa: C901  # a list of cases, not a flow
    match what:
        case "add":
            print("on standard output")
            print("on standard error", file=sys.stderr)
            os.write(1, b"past Python, without an end of line")
            return {"sum": sum(map(int, arguments)), "名": "和"}
        case "mismatch":
            raise WeightsMismatch("one\ntwo 二")
        case "crash":
            raise ValueError("one\n  two")
        case "environment":
            return sorted(os.environ)
        case "exit":
            sys.excepthook(ImportError, ImportError("one"), None)
            print("    ^^^^^", flush=True)
            os._exit(1)
        case "vanish":
            os._exit(7)
        case "scratch":
            tempfile.mkdtemp()
            if arguments:
                os.kill(os.getpid(), signal.SIGKILL)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "nonsense":
            print("not JSON", flush=True)
            os._exit(0)
        case "sleep":
            for note in arguments:
                Path(note).write_text(str(os.getpid()))
            time.sleep(60)
        case "linger":
            threading.Thread(target=time.sleep, args=(60,)).start()
    return None


answer_parent(work, sys.argv[1:], ModelError)
