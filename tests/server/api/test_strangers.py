"""Paths of the server are shown to clients on the same machine only."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import Request

from paishi.client_address import is_from_this_machine
from tests.server.conftest import RunningServer, run_server, wait_for
from tests.server.models.graph_models import graph_folder
from tests.server.pictures import file_of, noise

PHOTO = file_of(noise())
STRANGERS = [
    {"X-Forwarded-For": "203.0.113.7"},  # through a trusted proxy
    {"X-Real-IP": "203.0.113.7"},  # or through an unknown one
    {"X-Forwarded-Proto": "https"},  # of which one header is enough
    {"Forwarded": "for=203.0.113.7"},
    {"X-Forwarded-For": "127.0.0.1"},  # a claim
    {"Via": "1.1 tunnel"},
]


def is_unavailable(client: httpx.Client) -> bool:
    return bool(client.get("/readyz").json()["code"] == "model-unavailable")


@pytest.fixture(scope="module", params=["weights", "custom model"])
def broken(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """Its model is unavailable, for a reason that names a file in a folder called `secret`."""
    folder = tmp_path_factory.mktemp("secret")
    if request.param == "weights":
        environment = {"PAISHI_WEIGHTS": str(folder / "resnet50.h5")}
    else:
        environment = {
            "PAISHI_MODEL": str(graph_folder(folder / "own", "torch_softmax", card={"output": "logits"}))
        }
    output = tmp_path_factory.mktemp("server") / "output"
    with run_server(output, until="/livez", **environment) as server, server.client() as client:
        wait_for(lambda: is_unavailable(client), 60, "the failure")
        yield server


@pytest.mark.parametrize("headers", STRANGERS, ids=str)
def test_remote_clients_see_no_path(broken: RunningServer, headers: dict[str, str]) -> None:
    with broken.client() as client:
        for answer in (
            client.get("/readyz", headers=headers),
            client.post("/predict", files={"image": PHOTO}, headers=headers),
            client.post("/explain", files={"image": PHOTO}, headers=headers),
        ):
            assert (answer.status_code, answer.json()["code"]) == (503, "model-unavailable")
            assert "secret" not in answer.text
            assert "log" in answer.json()["detail"]
        assert "secret" not in client.get("/models", headers=headers).text


def test_local_clients_and_the_log_see_it(broken: RunningServer) -> None:
    with broken.client() as client:
        assert "secret" in client.get("/readyz").json()["detail"]
    broken.says("secret")


@pytest.mark.parametrize(
    ("address", "is_here"),
    [
        ("127.0.0.1", True),
        ("127.8.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.168.1.7", False),
        ("172.17.0.1", False),
        ("203.0.113.7", False),
        ("::ffff:203.0.113.7", False),
        ("fe80::1%eth0", False),
        ("testclient", False),
    ],
)
def test_addresses(address: str, is_here: bool) -> None:
    assert is_from_this_machine(Request({"type": "http", "client": (address, 1), "headers": []})) is is_here


def test_no_address_at_all() -> None:
    assert not is_from_this_machine(Request({"type": "http", "client": None, "headers": []}))
