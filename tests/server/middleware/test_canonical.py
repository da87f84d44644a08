"""HEAD is answered as GET, and a path with a trailing slash as the path itself, by every layer."""

from collections.abc import Iterator

import pytest

from paishi.middleware.canonical import canonical_path
from tests.server.access.sending import GUARDED, OPEN, PHOTO, ROUTES, bearing, problem_of
from tests.server.access.test_keys import KEY, line
from tests.server.api.conftest import AppClient, started
from tests.server.conftest import wait_for
from tests.server.connection.raw_client import PHOTO as RAW_PHOTO
from tests.server.connection.raw_client import Served, head, serving, upload

GETS = [*OPEN, "/metrics", "/web/page.js", "/image/none", "/nothing"]
OF_EACH_REQUEST = {"x-request-id", "date", "content-length"}
"""Headers that no two responses share; the length of a problem has that of its request's id."""


@pytest.fixture(scope="module")
def app_client() -> Iterator[AppClient]:
    with started(metrics="open") as client:
        yield client


@pytest.mark.parametrize("path", [*GETS, "/predict"])
def test_head_is_get_without_the_body(app_client: AppClient, path: str) -> None:
    got, asked = app_client.get(path), app_client.head(path)
    assert asked.status_code == got.status_code
    assert asked.content == b""
    kept = {name: value for name, value in got.headers.items() if name not in OF_EACH_REQUEST}
    assert {name: value for name, value in asked.headers.items() if name not in OF_EACH_REQUEST} == kept
    if path != "/metrics":  # which has counted the request before
        assert asked.headers["content-length"] == got.headers["content-length"]


def test_the_connection_lives_on_after_head(served: Served) -> None:
    with served.raw() as client:
        client.send(b"HEAD /livez HTTP/1.1\r\nHost: x\r\n\r\n" + upload())
        while b"\r\n\r\n" not in client.received:
            client.received += client.connection.recv(65536)
        top, _, client.received = client.received.partition(b"\r\n\r\n")
        assert top.startswith(b"HTTP/1.1 200 ")
        assert client.answer().status == 200


def test_head_is_counted_as_head(app_client: AppClient) -> None:
    labels = {"http_request_method": "HEAD", "http_route": "/readyz", "http_response_status_code": "200"}
    name = "http_server_request_duration_seconds_count"
    registry = app_client.services.metrics.registry
    before = registry.get_sample_value(name, labels) or 0
    app_client.head("/readyz/")
    wait_for(lambda: registry.get_sample_value(name, labels) == before + 1, 20, "the count")


def test_what_is_allowed_names_head(app_client: AppClient) -> None:
    assert app_client.post("/livez").headers["allow"] == "GET, HEAD"
    assert app_client.get("/predict").headers["allow"] == "POST"
    assert {app_client.request(method, "/taught/undo").headers["allow"] for method in ("GET", "PUT")} == {
        "POST"
    }
    assert app_client.put("/taught").headers["allow"] == "DELETE, GET, HEAD, POST"


@pytest.mark.parametrize("path", [path for path in GETS if path not in ("/", "/nothing", "/metrics")])
def test_get_with_a_trailing_slash(app_client: AppClient, path: str) -> None:
    plain, slashed = app_client.get(path), app_client.get(f"{path}/")
    assert slashed.status_code == plain.status_code
    assert slashed.headers["content-type"] == plain.headers["content-type"]


@pytest.mark.parametrize("path", ROUTES)
def test_a_photo_with_a_trailing_slash(app_client: AppClient, path: str) -> None:
    plain, slashed = (app_client.post(sent, files={"image": PHOTO}) for sent in (path, f"{path}/"))
    assert slashed.status_code == plain.status_code
    assert slashed.headers["content-type"] == plain.headers["content-type"]


@pytest.mark.parametrize("path", ["/predict//", "/web", "/web/"])
def test_nothing_is_redirected(app_client: AppClient, path: str) -> None:
    problem_of(app_client.post(path, files={"image": PHOTO}), 404, "not-found")


@pytest.mark.parametrize("path", GUARDED)
@pytest.mark.parametrize("slash", ["/", "%2F", "/?label=beagle", "%0A/"])
def test_a_slash_bypasses_no_key(path: str, slash: str) -> None:
    with started(auth="key", keys=line(KEY)) as client:
        problem_of(client.post(path + slash, files={"image": PHOTO}), 401, "not-authorised")
        let_in = client.post(path + slash, files={"image": PHOTO}, headers=bearing(KEY))
        assert let_in.status_code not in (401, 404, 405), let_in.text


@pytest.mark.parametrize("path", GUARDED)
def test_a_slash_bypasses_no_rate_limit_and_no_size_limit(path: str) -> None:
    with started(uploads_per_minute=1) as client:
        client.post("/image", files={"image": PHOTO})
        problem_of(client.post(f"{path}/", files={"image": PHOTO}), 429, "too-many-requests")
    with started(max_body_mb=0.001) as client:
        problem_of(client.post(f"{path}/", files={"image": PHOTO}), 413, "image-too-large")


@pytest.mark.parametrize("path", GUARDED)
@pytest.mark.parametrize("length", [len(upload()) - len(head(0)), None], ids=["length", "chunks"])
def test_a_slash_bypasses_no_admission(path: str, length: int | None) -> None:
    """The refusal comes before the body, from load shedding or, in chunks, from the application."""
    with serving() as served:
        admission = served.services.admissions["POST", path]
        admission.in_hand = admission.limit
        with served.raw() as client:
            answer = client.send(head(length, f"{path}/")).answer()
            assert (answer.status, answer.problem().code) == (503, "overloaded")
        labels = {"http_request_method": "POST", "http_route": path, "http_response_status_code": "503"}
        counted = served.services.metrics.registry.get_sample_value(
            "http_server_request_duration_seconds_count", labels
        )
        admission.in_hand = 0
        if length is not None:  # the application has not routed the request
            assert counted == 1


def test_a_photo_with_a_slash_takes_a_place(served: Served) -> None:
    with served.raw() as client:
        assert client.send(upload(RAW_PHOTO, "/predict/")).answer().status == 200
    served.is_well()


@pytest.mark.parametrize(
    ("path", "canonical"),
    [("/", "/"), ("//", "//"), ("", ""), ("/a/", "/a"), ("/a//", "/a//"), ("/a", "/a"), ("/a/\n", "/a/\n")],
)
def test_one_slash_is_dropped(path: str, canonical: str) -> None:
    assert canonical_path(path) == canonical
