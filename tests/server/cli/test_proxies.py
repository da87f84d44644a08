"""Behind TLS the server returns https addresses, but only if a trusted proxy sets the header."""

from pathlib import Path

import httpx

from tests.server.conftest import RunningServer, run_server
from tests.server.pictures import file_of, noise


def echo_url(client: httpx.Client) -> str:
    headers = {
        "Accept": "application/json",
        "X-Forwarded-Proto": "https",
        "Host": "recognise.example.com",
    }
    answer = client.post("/image", files={"image": file_of(noise())}, headers=headers)
    return str(answer.json()["url"])


def test_a_proxy_on_this_machine_is_trusted(server: RunningServer) -> None:
    with server.client() as client:
        assert echo_url(client).startswith("https://recognise.example.com/image/")


def test_others_are_not(tmp_path: Path) -> None:
    environment = {"PAISHI_PROXIES": "192.0.2.1,192.0.2.2", "PAISHI_WEIGHTS": "/nowhere/x.h5"}
    with run_server(tmp_path / "output", until="/livez", **environment) as server, server.client() as client:
        assert echo_url(client).startswith("http://recognise.example.com/image/")
