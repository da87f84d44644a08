"""A refusal that does not wait for the body."""

import asyncio
from collections.abc import Mapping

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from paishi.problems import Problem, problem_response

LINGER_S = 5.0
LINGER_BYTES = 4_000_000


async def refuse(
    problem: Problem, headers: Mapping[str, str], scope: Scope, receive: Receive, send: Send
) -> None:
    """Answers at once, then ends the connection.

    A client that still sends when that happens may see a broken connection instead of the answer, so the end
    waits a little: for `LINGER_S` seconds or `LINGER_BYTES`, an ordinary photo, which are read and dropped.
    """
    has_body = _has_body(Headers(scope=scope))
    answer = problem_response(
        Request(scope), problem, {**headers, **({"Connection": "close"} if has_body else {})}
    )
    if not has_body:
        return await answer(scope, receive, send)

    async def send_unfinished(message: Message) -> None:
        await send({**message, "more_body": True} if message["type"] == "http.response.body" else message)

    await answer(scope, receive, send_unfinished)
    # A client that asked for permission (`Expect: 100-continue`) does not begin now.
    if "expect" not in Headers(scope=scope):
        await _linger(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


async def _linger(receive: Receive) -> None:
    left = LINGER_BYTES
    try:
        async with asyncio.timeout(LINGER_S):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        pass
