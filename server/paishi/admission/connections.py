"""The open connections, and which of them is closed for a new one."""

from collections import OrderedDict
from typing import Protocol


class Connection(Protocol):
    def abort(self) -> None:
        """Closes at once, without a response."""
        ...


class Connections:
    """Bounds open connections to `limit`: beyond it, the one that has been idle for longest is closed.

    Idle connections thus cannot keep a client out; only if all have a request, the new one is closed.
    `open` and `ended`, how many were closed for others, are for metrics.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.ended = 0
        self._open: set[Connection] = set()
        self._idle: OrderedDict[Connection, None] = OrderedDict()

    @property
    def open(self) -> int:
        return len(self._open)

    def add(self, connection: Connection) -> None:
        self._open.add(connection)
        self.set_idle(connection)
        if len(self._open) > self.limit:
            longest = next(iter(self._idle))
            self.remove(longest)
            self.ended += 1
            longest.abort()

    def remove(self, connection: Connection) -> None:
        self._open.discard(connection)
        self._idle.pop(connection, None)

    def set_idle(self, connection: Connection) -> None:
        if connection in self._open:
            self._idle[connection] = None

    def set_busy(self, connection: Connection) -> None:
        self._idle.pop(connection, None)
