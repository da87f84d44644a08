"""A server that reads a photo and does nothing: what it answers a second is the generator's ceiling."""

import asyncio
import json
from collections.abc import Callable

_BODY = json.dumps({"success": True, "predictions": [{"label": "x" * 80, "probability": 0.2}] * 5}).encode()
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)


def serve_trivially(told_port: Callable[[int], object]) -> None:
    """Serves on a free loopback port, which it tells, until its process ends."""
    asyncio.run(_serve(told_port))


async def _serve(told_port: Callable[[int], object]) -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, limit=1 << 20)
    told_port(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            left = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            while left:
                left -= len(await reader.read(min(left, 1 << 20)))
            writer.write(_ANSWER)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
