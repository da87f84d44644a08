"""One request's body and its answer, and whether its client is still there."""

import asyncio

from anyio import CancelScope, lowlevel
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paishi.admission.body_memory import BodyMemory, BodyReservation


class BodyStream:
    """Times and counts the body while it is read, and cancels the application when the client goes away.

    So what waits for a decoder or for the network is taken out, and what runs on a thread is waited for: the
    scope is anyio's, which its threads are safe from, and they stay as few as they may be.
    """

    room: BodyReservation

    def __init__(self, receive: Receive, send: Send, bodies: BodyMemory) -> None:
        self._receive = receive
        self._send = send
        self._bodies = bodies
        self._answered = False
        self._scope = CancelScope()
        self._gone = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        """Returns without an answer where nobody is there to get one."""
        try:
            with self._scope:
                await app(scope, self.receive, self.send)
        finally:
            if self._watch:
                self._watch.cancel()
                self._watch = None  # its traceback holds this stream, and a photo with it

    async def receive(self) -> Message:
        """Raises BodyAborted where no more of the body is wanted."""
        if self.room.whole:
            await self._gone.wait()
            return {"type": "http.disconnect"}
        message = await self.room.next(self._receive)
        if message["type"] == "http.disconnect":
            self._leave()
            await lowlevel.checkpoint()  # raises the cancellation: nothing is to be made of half a body
            return message
        if self.room.announced is None:
            self._bodies.grow(self.room)
        if not message.get("more_body", False):
            self._watch = asyncio.create_task(self._watch_client())
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._answered = True
        await self._send(message)

    async def _watch_client(self) -> None:
        """The server tells of a client that has gone, and of an answer that is complete, to whoever asks."""
        await self._receive()
        self._leave()

    def _leave(self) -> None:
        self._gone.set()
        if not self._answered:
            self._scope.cancel()
