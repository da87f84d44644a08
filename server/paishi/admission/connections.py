"""How many connections are open at once, and who makes room for a new one."""

from collections import OrderedDict
from typing import Protocol


class Connection(Protocol):
    def end_now(self) -> None:
        """Closes without a word."""
        ...


class Connections:
    """Bounds them to `most`: beyond, the one that has waited longest without a request makes room.

    So connections that are held open and say nothing cannot keep a client out; only where every one has a
    request in hand it is the new one that goes. How many are `open` and were `ended` for others is for
    whoever watches the server.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.ended = 0
        self._open: set[Connection] = set()
        self._without_request: OrderedDict[Connection, None] = OrderedDict()

    @property
    def open(self) -> int:
        return len(self._open)

    def add(self, connection: Connection) -> None:
        self._open.add(connection)
        self.has_no_request(connection)
        if len(self._open) > self.most:
            longest = next(iter(self._without_request))
            self.remove(longest)
            self.ended += 1
            longest.end_now()

    def remove(self, connection: Connection) -> None:
        self._open.discard(connection)
        self._without_request.pop(connection, None)

    def has_no_request(self, connection: Connection) -> None:
        if connection in self._open:
            self._without_request[connection] = None

    def has_request(self, connection: Connection) -> None:
        self._without_request.pop(connection, None)
