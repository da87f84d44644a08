"""A typical load balancer: polls `/readyz`, keeps connections to its servers, retries nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.server.conftest import KEPT, wait_for
from tests.server.in_process import running

ASK_EVERY_S = 0.1


class Balancer:
    """Sends each request to the first of `servers` that was ready at its last health check."""

    def __init__(self, servers: Sequence[str]) -> None:
        self.ready = dict.fromkeys(servers, False)
        self.sent_to: list[str] = []
        self._client = httpx.AsyncClient(trust_env=False, timeout=60, limits=KEPT)

    async def ask_all(self) -> None:
        # Its own client: health checks share no connection with requests.
        async with httpx.AsyncClient(trust_env=False, timeout=1) as client:
            while True:
                for server in self.ready:
                    try:
                        answer = await client.get(f"{server}/readyz")
                        self.ready[server] = answer.status_code == 200
                    except httpx.TransportError:
                        self.ready[server] = False
                await asyncio.sleep(ASK_EVERY_S)

    async def close(self) -> None:
        """Closes the kept connections."""
        await self._client.aclose()

    async def pass_on(self, request: Request) -> Response:
        body = await request.body()
        server = next((server for server, ready in self.ready.items() if ready), None)
        if server is None:
            return Response("no server is ready", 502)
        self.sent_to.append(server)
        kept = {name: request.headers[name] for name in ("content-type",) if name in request.headers}
        try:
            answer = await self._client.request(
                request.method, server + request.url.path, content=body, headers=kept
            )
        except httpx.TransportError as error:
            return Response(repr(error), 502)
        return Response(answer.content, answer.status_code, media_type=answer.headers["content-type"])


@contextmanager
def balancing(*servers: str) -> Iterator[tuple[str, Balancer]]:
    """Yields the address of the balancer, and the balancer."""
    balancer = Balancer(servers)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        asking = asyncio.create_task(balancer.ask_all())
        yield
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        await balancer.close()

    routes = [Route("/{path:path}", balancer.pass_on, methods=["GET", "POST"])]
    app = Starlette(routes=routes, lifespan=lifespan)
    with running(app) as port:
        wait_for(lambda: any(balancer.ready.values()), 30, "a ready server")
        yield f"http://127.0.0.1:{port}", balancer
