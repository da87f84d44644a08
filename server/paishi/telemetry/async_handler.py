"""A logging handler that never blocks its caller."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator

BATCH_S = 0.1
"""Lines are rendered and written in batches. One by one, between two photos, each finds cold processor caches
and interrupts a busy thread, which costs several times as much."""

FLUSH_S = 1.0
"""How long `flush` waits."""


class AsyncHandler(logging.Handler):
    """Renders and writes on a thread of its own, in order; errors at once, other records within `BATCH_S`.

    If `write` blocks, as into a pipe that is not read, up to `capacity` records wait and further ones are
    lost; if it fails, as on a full disk, its lines are lost. The number of lost lines is logged afterwards.
    """

    def __init__(self, write: Callable[[str], None], capacity: int = 10_000) -> None:
        super().__init__()
        self._write = write
        self._capacity = capacity
        self._queue: queue.SimpleQueue[logging.LogRecord | threading.Event] = queue.SimpleQueue()
        self._urgent = threading.Event()
        self._lost = 0
        # A daemon: a log that is not read must not keep the server from exiting.
        threading.Thread(target=self._work, name="write-log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        if self._queue.qsize() >= self._capacity:
            return self._count_lost(1)
        try:
            # Now, because the arguments may change before the thread renders them.
            record.msg, record.args = record.getMessage(), None
        except Exception:  # logging must not raise, and handleError prints, which may block
            return self._count_lost(1)
        self._queue.put(record)
        if record.levelno >= logging.ERROR:
            self._urgent.set()

    def flush(self) -> None:
        """Returns when all earlier records are written, after `FLUSH_S` seconds at the latest."""
        written = threading.Event()
        self._queue.put(written)
        self._urgent.set()
        written.wait(FLUSH_S)

    def _work(self) -> None:
        while True:
            first = self._queue.get()
            self._urgent.wait(BATCH_S)
            self._urgent.clear()
            batch = [first, *(self._queue.get() for _ in range(self._queue.qsize()))]
            self._write_batch([entry for entry in batch if isinstance(entry, logging.LogRecord)])
            for entry in batch:
                if isinstance(entry, threading.Event):
                    entry.set()

    def _write_batch(self, records: list[logging.LogRecord]) -> None:
        lost = self._lost
        notice = [_loss_notice(lost)] if lost else []
        lines = list(self._render([*notice, *records]))
        try:
            self._write("".join(lines))
        except Exception:
            self._count_lost(len(lines) - len(notice))
        else:
            self._count_lost(-lost)

    def _render(self, records: list[logging.LogRecord]) -> Iterator[str]:
        for record in records:
            try:
                yield f"{self.format(record)}\n"
            except Exception:
                self._count_lost(1)

    def _count_lost(self, lines: int) -> None:
        self.acquire()
        self._lost += lines
        self.release()


def _loss_notice(lost: int) -> logging.LogRecord:
    return logging.makeLogRecord(
        {
            "name": __name__,
            "levelno": logging.WARNING,
            "levelname": "WARNING",
            "msg": "lines of this log were lost",
            "lines": lost,
        }
    )
