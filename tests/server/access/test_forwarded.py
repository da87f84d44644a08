"""Clients behind proxies: only proxies that the operator named are trusted."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.server.access.sending import PHOTO
from tests.server.conftest import RunningServer, run_server

ONE, TWO, OTHER_PROXY = "203.0.113.1", "203.0.113.2", "10.1.2.3"


def statuses(server: RunningServer, forwarded: Sequence[str]) -> list[int]:
    with server.client() as client:
        return [
            client.post("/image", files={"image": PHOTO}, headers={"X-Forwarded-For": value}).status_code
            for value in forwarded
        ]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        # No proxy is trusted: all requests come from one client, whatever they claim.
        ("192.0.2.1", [ONE, TWO, ""], [200, 429, 429]),
        # The proxy on this machine is, and each of its clients is one of its own. What a client wrote itself
        # stands before what the proxy added, and is not looked at; a proxy that is not named is a client.
        (
            "127.0.0.1",
            [ONE, TWO, ONE, f"1.1.1.1, {ONE}", f"{ONE}, {OTHER_PROXY}", f"3.3.3.3, {OTHER_PROXY}"],
            [200, 200, 429, 429, 200, 429],
        ),
        # Two hops, both named: the last that is no proxy counts. One IPv6 network is one client, and so is
        # all that has no address.
        (
            "127.0.0.1,10.0.0.0/8",
            [
                *[f"1.1.1.1, {ONE}, {OTHER_PROXY}", ONE, f"{TWO}, {OTHER_PROXY}"],
                *["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"],
                *["unknown", "_hidden", "x" * 1000],
            ],
            [200, 429, 200, 200, 429, 200, 200, 429, 429],
        ),
    ],
    ids=["none", "one", "two"],
)
def test_the_client_behind_proxies(
    tmp_path: Path, proxies: str, forwarded: Sequence[str], expected: Sequence[int]
) -> None:
    environment = {
        "PAISHI_PROXIES": proxies,
        "PAISHI_UPLOADS_PER_MINUTE": "1",
        "PAISHI_WEIGHTS": "/nowhere/x.h5",
    }
    with run_server(tmp_path / "output", until="/livez", **environment) as server:
        assert statuses(server, forwarded) == expected
