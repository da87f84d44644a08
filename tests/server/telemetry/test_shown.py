"""Access to `/metrics`."""

import httpx
import pytest

from paishi.client_address import is_local
from tests.server.api.conftest import AppClient, started
from tests.server.telemetry.conftest import Watched

PROXIED = [
    {"X-Forwarded-For": "203.0.113.9"},
    {"X-Forwarded-For": "127.0.0.1"},  # from the client, if a proxy only appends
    {"X-Real-IP": "203.0.113.9"},
    {"X-Forwarded-Proto": "https"},
    {"Forwarded": "for=203.0.113.9"},
    {"Via": "1.1 Caddy"},
    {"Host": "recognise.example.com"},  # a tunnel that adds nothing, or a name rebound to this machine
    {"Host": "203.0.113.9:5000"},
]


@pytest.mark.parametrize("headers", PROXIED, ids=str)
def test_a_real_server_hides_them_from_the_internet(watched: Watched, headers: dict[str, str]) -> None:
    answer = watched.client.get("/metrics", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert "PAISHI_METRICS" in answer.json()["detail"]
    assert watched.client.get("/metrics").status_code == 200


def ask(client: AppClient, **headers: str) -> httpx.Response:
    return client.get("/metrics", headers=headers)


def test_open_and_off() -> None:
    with started(metrics="open") as client:
        assert ask(client, Host="recognise.example.com").status_code == 200
    with started(metrics="off") as client:
        assert ask(client).status_code == 404


def test_it_is_not_in_the_openapi_schema(watched: Watched) -> None:
    assert "/metrics" not in watched.client.get("/openapi.json").json()["paths"]


@pytest.mark.parametrize(
    ("peer", "host", "nearby"),
    [
        ("127.0.0.1", "127.0.0.1:5000", True),
        ("127.0.0.1", "localhost:5000", True),
        ("::1", "[::1]:5000", True),
        ("192.168.1.7", "192.168.1.2:5000", True),
        ("172.18.0.4", "server:5000", True),
        ("::ffff:10.0.0.8", "laptop.local:5000", True),
        ("fd00::7", "[fd00::1]:5000", True),
        ("fe80::7%eth0", "[fe80::1]:5000", True),
        ("203.0.113.9", "192.168.1.2:5000", False),
        ("::ffff:203.0.113.9", "localhost", False),
        ("2001:db8::9", "localhost", False),
        ("172.32.0.1", "localhost", False),
        ("192.168.1.7", "203.0.113.9:5000", False),
        ("192.168.1.7", "[2001:db8::9]:5000", False),
        ("127.0.0.1", "recognise.example.com", False),
        ("127.0.0.1", "localhost.example.com", False),
        ("127.0.0.1", "0.0.0.0:5000", False),
        ("127.0.0.1", "", False),
        ("", "localhost", False),
    ],
)
def test_what_is_nearby(peer: str, host: str, nearby: bool) -> None:
    scope = {"type": "http", "client": (peer, 1234), "headers": [(b"host", host.encode())]}
    assert is_local(scope) is nearby
