"""The open connections, and which of them is closed for a new one."""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import chain
from typing import Protocol

from paishi.client_address import parse_address, rate_limit_key


class Connection(Protocol):
    @property
    def authenticated(self) -> bool:
        """Whether one of its requests carried a valid key or session."""
        ...

    def abort(self) -> None:
        """Closes at once, without a response."""
        ...


class Connections:
    """Bounds open connections to `limit`, and those of one client address to a half of it.

    Beyond it, one is closed for the new one: of those that are idle, otherwise of those that wait for their
    client to send or to read, the one for which this has lasted longest. Those with a valid key or session
    come last. The new one is closed only if all others are being served.

    The half is for many: a school is behind one address. `proxies`, addresses and networks or `*`, have no
    such bound. `open` and `ended`, how many were closed for others, are for metrics.
    """

    def __init__(self, limit: int, proxies: Iterable[str] = ()) -> None:
        self.limit = limit
        self.ended = 0
        self._proxies = list(_networks(proxies))
        self._open: dict[Connection, str] = {}
        self._of_client: Counter[str] = Counter()
        self._idle: OrderedDict[Connection, None] = OrderedDict()
        self._waiting: OrderedDict[Connection, None] = OrderedDict()

    @property
    def open(self) -> int:
        return len(self._open)

    def add(self, connection: Connection, host: str = "") -> None:
        """Adds an idle connection from the address `host`; may close it or another one."""
        client = self._client(host)
        if client and self._of_client[client] >= (self.limit + 1) // 2:
            room = self._close_one(client)
        else:
            room = self.open < self.limit or self._close_one()
        if not room:
            self.ended += 1
            return connection.abort()
        self._open[connection] = client
        self._of_client[client] += 1
        self.set_idle(connection)

    def remove(self, connection: Connection) -> None:
        client = self._open.pop(connection, None)
        if client is None:
            return
        self._of_client[client] -= 1
        if not self._of_client[client]:
            del self._of_client[client]
        self.set_busy(connection)

    def abort_all(self) -> None:
        for connection in list(self._open):
            connection.abort()

    def set_idle(self, connection: Connection) -> None:
        """No effect if it is idle already."""
        if connection in self._open:
            self._waiting.pop(connection, None)
            self._idle.setdefault(connection)

    def set_waiting(self, connection: Connection) -> None:
        """To be repeated whenever the client has sent something."""
        if connection in self._open:
            self._idle.pop(connection, None)
            self._waiting[connection] = None
            self._waiting.move_to_end(connection)

    def set_busy(self, connection: Connection) -> None:
        self._idle.pop(connection, None)
        self._waiting.pop(connection, None)

    def _client(self, host: str) -> str:
        """One name for all addresses of a client; empty for a proxy, which has many clients."""
        address = parse_address(host)
        if address is None or any(address in network for network in self._proxies):
            return ""
        return rate_limit_key({"client": (host, 0)})

    def _close_one(self, client: str = "") -> bool:
        """Closes the one that can best be spared, of `client` if given; returns whether there was any."""
        for authenticated in (False, True):
            for connection in chain(self._idle, self._waiting):
                is_of_client = not client or self._open[connection] == client
                if is_of_client and connection.authenticated is authenticated:
                    self.remove(connection)
                    self.ended += 1
                    connection.abort()
                    return True
        return False


def _networks(proxies: Iterable[str]) -> Iterator[IPv4Network | IPv6Network]:
    for proxy in proxies:
        try:
            yield from map(ip_network, ("0.0.0.0/0", "::/0") if proxy == "*" else (proxy,))
        except ValueError:
            continue  # a name, which uvicorn compares as text: never a connection's address
