"""The private parts of uvicorn that the protocol uses are where they were."""

import asyncio
import logging

import h11
import pytest
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

PROTOCOL = (
    "client",
    "conn",
    "cycle",
    "flow",
    "loop",
    "scope",
    "server_state",
    "transport",
    "connection_made",
    "connection_lost",
    "data_received",
    "eof_received",
    "handle_events",
    "on_response_complete",
    "pause_writing",
    "resume_writing",
    "send_400_response",
    "timeout_keep_alive_handler",
    "_unset_keepalive_if_required",
)
CYCLE = ("body", "disconnected", "message_event", "response_complete")
SERVER = ("handle_exit", "on_tick", "serve", "should_exit", "shutdown", "startup")
"""No private parts, but `lifecycle/graceful_shutdown.py` depends on them."""
FLOW = ("pause_reading", "resume_reading", "write_paused")


async def app(scope: object, receive: object, send: object) -> None:
    pass


def objects() -> dict[str, object]:
    loop = asyncio.new_event_loop()
    try:
        protocol = H11Protocol(uvicorn.Config(app, log_config=None), ServerState(), {}, loop)
        flow = FlowControl(asyncio.Transport())
        log = logging.getLogger(__name__)
        transport = asyncio.Transport()
        cycle = RequestResponseCycle(
            {}, h11.Connection(h11.SERVER), transport, flow, log, log, False, [], asyncio.Event(), print
        )
    finally:
        loop.close()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    return {
        "server": server,
        "protocol": protocol,
        "cycle": cycle,
        "flow": flow,
        "server_state": protocol.server_state,
    }


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("protocol", PROTOCOL),
        ("cycle", CYCLE),
        ("flow", FLOW),
        ("server", SERVER),
        ("server_state", ["default_headers"]),
    ],
)
def test_they_are_where_they_were(where: str, names: list[str]) -> None:
    found = objects()[where]
    missing = [name for name in names if not hasattr(found, name)]
    assert not missing, (
        f"uvicorn {uvicorn.__version__} has no {', '.join(missing)} in {type(found).__name__}: "
        "adapt connection/protocol.py, then raise the cap in pyproject.toml"
    )
