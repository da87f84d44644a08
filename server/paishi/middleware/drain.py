"""Requests while the server shuts down."""

import asyncio
from typing import cast

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paishi.lifecycle.phase import Lifecycle
from paishi.problems.response import problem_response


class Drain:
    """Refuses new requests once the server closes, responds to those that are cancelled by it, and closes
    connections with their response."""

    def __init__(self, app: ASGIApp, lifecycle: Lifecycle) -> None:
        self._app = app
        self._lifecycle = lifecycle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        response = _Response(send, self._lifecycle)
        refusal = self._lifecycle.refusal()
        if refusal is None:
            task = cast("asyncio.Task[object]", asyncio.current_task())
            self._lifecycle.running.add(task)
            try:
                return await self._app(scope, receive, response.send)
            except asyncio.CancelledError:
                refusal = self._lifecycle.refusal()
                if refusal is None:
                    raise
            finally:
                self._lifecycle.running.discard(task)
        if not response.started:
            await problem_response(Request(scope), refusal)(scope, receive, response.send)


class _Response:
    def __init__(self, send: Send, lifecycle: Lifecycle) -> None:
        self.started = False
        self._send = send
        self._lifecycle = lifecycle

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            # On a kept connection, the client's next request would reach a server that has gone.
            if self._lifecycle.phase != "serving":
                MutableHeaders(scope=message)["Connection"] = "close"
        await self._send(message)
