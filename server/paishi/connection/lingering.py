"""Closing a connection whose client still sends."""

import asyncio
from collections.abc import Callable
from typing import Any

LINGER_S = 2.0
"""How long a client that still sends gets to read what it was answered."""


class LingeringTransport:
    """`asyncio.Transport` for uvicorn, of which only `close` is different.

    A socket that is closed while data still comes is reset, and a client may then lose the answer that it has
    not read yet. So where the client is `mid_request`, only our side is shut at first. A client that does not
    take what was written is cut off after `most_s` seconds.
    """

    def __init__(self, transport: asyncio.Transport, mid_request: Callable[[], bool], most_s: float) -> None:
        self._transport = transport
        self._mid_request = mid_request
        self._most_s = most_s
        self._end: asyncio.TimerHandle | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    @property
    def is_lingering(self) -> bool:
        return self._end is not None

    def is_closing(self) -> bool:
        return self.is_lingering or self._transport.is_closing()

    def close(self) -> None:
        if self.is_closing():
            return
        loop = asyncio.get_running_loop()
        if self._mid_request() and self._transport.can_write_eof():
            self._transport.resume_reading()
            self._transport.write_eof()
            self._end = loop.call_later(LINGER_S, self._transport.abort)
        else:
            self._transport.close()
            self._end = loop.call_later(self._most_s, self._transport.abort)

    def write(self, data: bytes) -> None:
        if not self.is_lingering:
            self._transport.write(data)

    def lost(self) -> None:
        """The connection is gone: nothing is left to end."""
        if self._end:
            self._end.cancel()
        # Else connection and transport would hold each other until Python looks for such, which stops all.
        self._mid_request = lambda: False
