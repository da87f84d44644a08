import asyncio
import socket

from paishi.cli.start import listen
from paishi.settings import Settings


def test_responses_are_sent_at_once() -> None:
    """Nagle's algorithm is off for a connection that the server accepts."""

    async def accepted_without_delay() -> bool:
        accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def look(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = writer.get_extra_info("socket")
            accepted.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening = listen(Settings(host="127.0.0.1", port=0))
        async with await asyncio.start_server(look, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            writer.close()
            return bool(await accepted)

    assert asyncio.run(accepted_without_delay())
