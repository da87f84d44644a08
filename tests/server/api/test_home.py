"""The page's address for phones, and its QR code."""

import mimetypes
import re
from html import unescape

import httpx
import pytest
import segno

from tests.server.api.conftest import AppClient, started

LAN = "192.168.1.5"


@pytest.fixture(autouse=True)
def in_a_lan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paishi.system.lan_address.lan_address", lambda: LAN)


def url_on_the_page(client: httpx.Client, **headers: str) -> str:
    page = client.get("/", headers=headers).text
    found = re.search(r'data-phone="([^"]*)"', page)
    assert found
    return unescape(found[1])


def shape(svg: str) -> str:
    found = re.search(r'stroke="#000" d="([^"]+)"', svg)
    assert found
    return found[1]


def assert_code_of(url: str, client: httpx.Client, **headers: str) -> None:
    """The QR code has a slash at the end: without, the page's relative addresses lead elsewhere."""
    assert url_on_the_page(client, **headers) == url
    answer = client.get("/phone.svg", headers=headers)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-cache"
    assert shape(answer.text) == shape(segno.make(f"{url}/", error="m").svg_inline(border=3))


def assert_no_code(client: httpx.Client, **headers: str) -> None:
    assert url_on_the_page(client, **headers) == ""
    answer = client.get("/phone.svg", headers=headers)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"
    assert "PAISHI_PUBLIC_URL" in answer.json()["detail"]


def test_on_the_machine_itself_it_is_the_address_in_the_lan(app_client: AppClient) -> None:
    port = app_client.base_url.port
    assert_code_of(f"http://{LAN}:{port}", app_client)
    assert_code_of(f"http://{LAN}:{port}", app_client, Host=f"localhost:{port}")


def test_elsewhere_it_is_the_one_that_the_client_uses(app_client: AppClient) -> None:
    assert_code_of("http://192.168.7.7:5000", app_client, Host="192.168.7.7:5000")


def test_a_tunnel_shows_nobody_the_address_in_the_lan(app_client: AppClient) -> None:
    """It ends on this machine, as does the port of a container, which has another address outside."""
    assert_no_code(app_client, **{"X-Forwarded-For": "203.0.113.7"})


def test_a_public_url_is_preferred() -> None:
    with started(public_url="https://recognise.example.com/paishi/") as client:
        assert_code_of("https://recognise.example.com/paishi", client)
        assert_code_of("https://recognise.example.com/paishi", client, Host="192.168.7.7:5000")


def test_an_address_that_the_server_listens_on_alone_is_the_one() -> None:
    with started(host="192.168.7.7") as client:
        assert_code_of(f"http://192.168.7.7:{client.base_url.port}", client)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_server_on_loopback_has_none(host: str) -> None:
    with started(host=host) as client:
        assert_no_code(client)


def test_a_machine_in_no_network_has_none(app_client: AppClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paishi.system.lan_address.lan_address", lambda: None)
    assert_no_code(app_client)


@pytest.mark.parametrize("host", ['"><script>alert(1)</script>', "[", "a b"])
def test_a_host_that_is_none_becomes_no_markup(app_client: AppClient, host: str) -> None:
    assert_code_of(f"http://{LAN}:{app_client.base_url.port}", app_client, Host=host)


@pytest.mark.parametrize("host", ["300.300.300.300", "a" * 500 + ".example"])
def test_a_host_that_no_phone_could_open_has_none(app_client: AppClient, host: str) -> None:
    assert_no_code(app_client, Host=host)


def test_the_page_knows_what_clients_must_send() -> None:
    with started(auth="key", keys="0" * 64) as client:
        assert 'data-auth="key"' in client.get("/").text


def test_browsers_ask_for_changed_files_and_get_scripts_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows may have another type for .js."""
    monkeypatch.setattr(mimetypes, "_db", mimetypes.MimeTypes())
    mimetypes.add_type("text/plain", ".js")
    with started() as client:
        answer = client.get("/web/page.js")
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cache-control"] == "no-cache"
        same = client.get("/web/page.js", headers={"If-None-Match": answer.headers["etag"]})
        assert same.status_code == 304
