"""A log that nobody waits for."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator

TOGETHER_S = 0.1
"""Lines are rendered and written together: one by one, between two photos, each finds the processor's caches
cold and takes a thread's turn away, which costs several times as much."""

FLUSH_S = 1.0
"""How long an ending server waits for what is not written yet."""


class AsyncHandler(logging.Handler):
    """Renders and writes on a thread of its own, in order; errors at once, all else within `TOGETHER_S`.

    Where `write` blocks, as into a pipe that nobody reads, up to `most` lines wait and further ones are
    dropped; where it fails, as on a full disk, so are those that it was given. How many were lost is told
    once there is room.
    """

    def __init__(self, write: Callable[[str], None], most: int = 10_000) -> None:
        super().__init__()
        self._write = write
        self._most = most
        self._waiting: queue.SimpleQueue[logging.LogRecord | threading.Event] = queue.SimpleQueue()
        self._hurry = threading.Event()
        self._lost = 0
        # A daemon: whoever does not read the log does not keep the server from ending.
        threading.Thread(target=self._work, name="write-log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        if self._waiting.qsize() >= self._most:
            return self._lose(1)
        try:
            # What the arguments refer to may change before the thread comes to it.
            record.msg, record.args = record.getMessage(), None
        except Exception:  # logging must not raise, and its own handleError would print, which may block
            return self._lose(1)
        self._waiting.put(record)
        if record.levelno >= logging.ERROR:
            self._hurry.set()

    def flush(self) -> None:
        """Returns when all that waits has been written, after `FLUSH_S` seconds at the latest."""
        written = threading.Event()
        self._waiting.put(written)
        self._hurry.set()
        written.wait(FLUSH_S)

    def _work(self) -> None:
        while True:
            first = self._waiting.get()
            self._hurry.wait(TOGETHER_S)
            self._hurry.clear()
            records = [first, *self._others()]
            self._try([record for record in records if isinstance(record, logging.LogRecord)])
            for flushed in records:
                if isinstance(flushed, threading.Event):
                    flushed.set()

    def _others(self) -> Iterator[logging.LogRecord | threading.Event]:
        for _ in range(self._waiting.qsize()):
            yield self._waiting.get()

    def _try(self, records: list[logging.LogRecord]) -> None:
        lost = self._lost
        recording = [_told_of(lost)] if lost else []
        lines = [*self._rendered(recording), *self._rendered(records)]
        try:
            self._write("".join(lines))
        except Exception:
            self._lose(len(lines) - len(recording))
        else:
            self._lose(-lost)

    def _rendered(self, records: list[logging.LogRecord]) -> Iterator[str]:
        for record in records:
            try:
                yield f"{self.format(record)}\n"
            except Exception:
                self._lose(1)

    def _lose(self, lines: int) -> None:
        self.acquire()
        self._lost += lines
        self.release()


def _told_of(lost: int) -> logging.LogRecord:
    return logging.makeLogRecord(
        {
            "name": __name__,
            "levelno": logging.WARNING,
            "levelname": "WARNING",
            "msg": "lines of this log were lost",
            "lines": lost,
        }
    )
