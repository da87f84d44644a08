"""Refusals that Schemathesis does not provoke: they come as /openapi.json says, headers included."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.models.errors import WeightsUnavailable
from paishi.recognition.recogniser import Recogniser
from paishi.runtimes.insight import Evidence
from tests.server.access.fake_wechat import APPID, SECRET, FakeWeChat, serving
from tests.server.access.sending import GUARDED, PHOTO
from tests.server.access.test_keys import KEY, line
from tests.server.api.conftest import AppClient, load_brightness, started

SECONDS = {"Retry-After": "integer"}


def post(client: AppClient, path: str, **headers: str) -> httpx.Response:
    if path == "/session":
        return client.post(path, json={"code": "0" * 32}, headers=headers)
    return client.post(path, files={"image": PHOTO}, data={"label": "beagle"}, headers=headers)


def assert_described(client: AppClient, answer: httpx.Response, status: int, path: str = "") -> None:
    """`path` as in the description, if it is not the request's own."""
    assert answer.status_code == status, answer.text
    request = answer.request
    operation = client.get("/openapi.json").json()["paths"][path or request.url.path][request.method.lower()]
    described = operation["responses"][str(status)]
    assert answer.headers["content-type"] in described["content"]
    headers = {name: header["schema"]["type"] for name, header in described.get("headers", {}).items()}
    assert headers == {401: {"WWW-Authenticate": "string"}, 429: SECONDS, 503: SECONDS}.get(status, {})
    for name, kind in headers.items():
        assert answer.headers[name] if kind == "string" else int(answer.headers[name]) >= 0


@pytest.fixture(scope="module")
def app_client() -> Iterator[AppClient]:
    with started() as client:
        yield client


@pytest.fixture(scope="module")
def wechat() -> Iterator[FakeWeChat]:
    with serving(FakeWeChat()) as fake:
        yield fake


def logging_in(wechat: FakeWeChat, **others: object) -> AbstractContextManager[AppClient]:
    settings = {"wechat_appid": APPID, "wechat_secret": SECRET, "wechat_url": wechat.url, **others}
    return started(auth="wechat", taught_secret=SECRET, **settings)


@pytest.fixture(scope="module", params=["key", "wechat", "cloud"])
def guarded(request: pytest.FixtureRequest, wechat: FakeWeChat) -> Iterator[AppClient]:
    starting = {
        "key": lambda: started(auth="key", keys=line(KEY)),
        "wechat": lambda: logging_in(wechat),
        "cloud": lambda: started(auth="cloud", cloud_private=True),
    }
    with starting[request.param]() as client:
        yield client


def test_credentials_are_described_for_guarded_routes_only(guarded: AppClient) -> None:
    description = guarded.get("/openapi.json").json()
    wanted = {
        (method, path)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
        if operation.get("security")
    }
    on_device = {("get", path) for path in ("/on-device", "/models/{name}.onnx", "/labels/{name}.json")}
    assert on_device < wanted
    wanted -= on_device
    own = {(method, path) for method, path in wanted if path.startswith("/taught") and method != "post"}
    assert wanted - own == {("post", path) for path in (*GUARDED, "/taught/undo")}
    assert len(own) == 7


@pytest.mark.parametrize("path", GUARDED)
def test_401(guarded: AppClient, path: str) -> None:
    assert_described(guarded, post(guarded, path), 401)


def test_403_without_corrections(app_client: AppClient) -> None:
    assert_described(app_client, post(app_client, "/corrections"), 403)


@pytest.mark.parametrize(("errcode", "status"), [(40226, 403), (40029, 400), (40013, 503), (45011, 429)])
def test_refusals_of_wechat(wechat: FakeWeChat, errcode: int, status: int) -> None:
    wechat.errcode_of(errcode)
    with logging_in(wechat) as client:
        assert_described(client, post(client, "/session"), status)


def test_404(app_client: AppClient) -> None:
    assert_described(app_client, post(app_client, "/session"), 404)
    assert_described(app_client, app_client.get("/image/gone"), 404, "/image/{picture_id}")


def late(client: AppClient, path: str) -> httpx.Response:
    """A body that stops for longer than it may take."""

    def body() -> Iterator[bytes]:
        yield b"--b\r\n"
        time.sleep(1)
        yield b"--"

    return client.post(path, content=body(), headers={"Content-Type": "multipart/form-data; boundary=b"})


def test_408(wechat: FakeWeChat) -> None:
    with started(body_s=0.2) as client:
        for path in GUARDED:
            assert_described(client, late(client, path), 408)
    with logging_in(wechat, body_s=0.2) as client:
        assert_described(client, late(client, "/session"), 408)


@pytest.mark.parametrize("path", GUARDED)
def test_413(path: str) -> None:
    with started(max_body_mb=0.001) as client:
        assert_described(client, post(client, path), 413)


def test_429(wechat: FakeWeChat) -> None:
    with started(uploads_per_minute=1) as client:
        post(client, "/image")
        for path in GUARDED:
            assert_described(client, post(client, path), 429)
    with logging_in(wechat, logins_per_minute=1) as client:
        post(client, "/session")
        assert_described(client, post(client, "/session"), 429)


def test_503_while_the_server_shuts_down(app_client: AppClient) -> None:
    for path, operations in app_client.get("/openapi.json").json()["paths"].items():
        for method in operations:
            app_client.services.lifecycle.phase = "closing"
            try:
                asked = path.replace("{picture_id}", "gone").replace("{number}", "1")
                answer = post(app_client, path) if method == "post" else app_client.request(method, asked)
            finally:
                app_client.services.lifecycle.phase = "serving"
            assert_described(app_client, answer, 503, path)


@contextmanager
def crowded(client: AppClient) -> Iterator[None]:
    bodies = client.services.body_memory
    with bodies.reserve(None, "someone else") as body:
        body.received = bodies.limit
        bodies.grow(body)
        yield


def test_503_without_memory_for_bodies(app_client: AppClient, wechat: FakeWeChat) -> None:
    with crowded(app_client):
        for path in GUARDED:
            assert_described(app_client, post(app_client, path), 503)
    with logging_in(wechat) as client, crowded(client):
        assert_described(client, post(client, "/session"), 503)


def unavailable(on_progress: object) -> Recogniser:
    raise WeightsUnavailable("There are no weights.")


class Closed:
    """An insight that cannot be loaded."""

    async def evidence(self, views: object, indices: Sequence[int]) -> Evidence:
        raise WeightsUnavailable("There are no weights.")

    async def features(self, views: object, layer: str | None) -> NDArray[np.float32]:
        raise WeightsUnavailable("There are no weights.")


def load_closed(on_progress: object) -> Recogniser:
    return replace(load_brightness(on_progress), insight=Closed())


@pytest.mark.parametrize("load", [unavailable, load_closed])
def test_503_without_weights(load: Callable[[object], Recogniser]) -> None:
    with started(load) as client:
        for path in ["/explain", "/features", *(["/predict"] if load is unavailable else [])]:
            assert_described(client, post(client, path), 503)
        if load is unavailable:
            assert_described(client, client.get("/readyz"), 503)


def test_503_without_room_for_corrections(tmp_path: Path) -> None:
    with started(corrections=str(tmp_path), corrections_mb=0.00001) as client:
        assert_described(client, post(client, "/corrections"), 503)
