"""What becomes of requests while the process ends."""

import asyncio

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paishi.lifecycle.phase import Lifecycle
from paishi.problems.response import problem_response


class Drain:
    """Refuses what comes too late, closes connections with their answers, and gives an answer to those whose
    request is broken off."""

    def __init__(self, app: ASGIApp, lifecycle: Lifecycle) -> None:
        self.app = app
        self.lifecycle = lifecycle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        answer = _Answer(send, self.lifecycle)
        refusal = self.lifecycle.refusal()
        if refusal is None:
            try:
                return await self.app(scope, receive, answer)
            except asyncio.CancelledError:
                refusal = self.lifecycle.refusal()
                if refusal is None:
                    raise
        if not answer.begun:
            await problem_response(Request(scope), refusal)(scope, receive, answer)


class _Answer:
    """`send` of one request."""

    def __init__(self, send: Send, lifecycle: Lifecycle) -> None:
        self.begun = False
        self._send = send
        self._lifecycle = lifecycle

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            # A client that keeps its connection would send its next request to a server that has gone.
            if self._lifecycle.phase != "serving":
                MutableHeaders(scope=message)["Connection"] = "close"
        await self._send(message)
