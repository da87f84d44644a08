"""Admission at a request's header, and its body's stream: time, memory, and cancellation without a client."""

import asyncio
from contextlib import ExitStack

from anyio import CancelScope, lowlevel
from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paishi.admission.admission import Admissions
from paishi.admission.body_memory import BodyMemory, BodyReservation
from paishi.client_address import rate_limit_key
from paishi.problems.kinds import Overloaded
from paishi.problems.response import problem_response


class AdmissionControl:
    """Refuses a request with 503 before its body is read, if its route or the memory for bodies is full.

    The response is sent while the client still sends; the connection discards the rest, so that the client
    can read the response. `max_body` in bytes bounds the memory that one announced length reserves.
    """

    def __init__(self, app: ASGIApp, body_memory: BodyMemory, admissions: Admissions, max_body: int) -> None:
        self._app = app
        self._body_memory = body_memory
        self._admissions = admissions
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        announced = announced_length(Headers(scope=scope))
        with ExitStack() as held:
            try:
                if admission := self._admissions.get((scope["method"], scope["path"])):
                    admission.check()
                if announced == 0:
                    reservation = None
                else:
                    length = None if announced is None else min(announced, self._max_body)
                    client = scope["state"].get("client") or rate_limit_key(scope)
                    reservation = held.enter_context(self._body_memory.reserve(length, client))
            except Overloaded as full:
                return await problem_response(Request(scope), full)(scope, receive, send)
            if reservation is None:
                return await self._app(scope, receive, send)
            await _BodyStream(receive, send, self._body_memory, reservation).run(self._app, scope)


def announced_length(headers: Headers) -> int | None:
    """Bytes of the body; None if it is chunked, whatever length is also claimed (RFC 9112, section 6.3)."""
    if "transfer-encoding" in headers:
        return None
    return int(headers.get("content-length", 0))


class _BodyStream:
    """Times and counts the body while it is read, and cancels the application if the client disconnects.

    A request that waits for a decoder or for the model leaves its queue; work on a thread is finished first.
    The scope is anyio's, because its threads are safe from cancellation and limited in number.
    """

    def __init__(
        self, receive: Receive, send: Send, body_memory: BodyMemory, reservation: BodyReservation
    ) -> None:
        self._receive = receive
        self._send = send
        self._body_memory = body_memory
        self._reservation = reservation
        self._responded = False
        self._scope = CancelScope()
        self._disconnected = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        """Runs `app`; returns without a response if the client has disconnected."""
        try:
            with self._scope:
                await app(scope, self.receive, self.send)
        finally:
            if self._watch:
                self._watch.cancel()
                self._watch = None  # its traceback references this stream, and with it a photo

    async def receive(self) -> Message:
        """Raises BodyAborted if the body is late or exceeds the memory."""
        if self._reservation.complete:
            await self._disconnected.wait()
            return {"type": "http.disconnect"}
        message = await self._reservation.next(self._receive)
        if message["type"] == "http.disconnect":
            self._disconnect()
            await lowlevel.checkpoint()  # raises the cancellation: half a body must not be used
            return message
        self._body_memory.grow(self._reservation)
        if not message.get("more_body", False):
            self._watch = asyncio.create_task(self._watch_client())
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._responded = True
        await self._send(message)

    async def _watch_client(self) -> None:
        """After the body, ASGI's `receive` returns if the client disconnects or the response is complete."""
        await self._receive()
        self._disconnect()

    def _disconnect(self) -> None:
        self._disconnected.set()
        if not self._responded:
            self._scope.cancel()
