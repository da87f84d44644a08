"""Every invalid request is answered with a 4xx problem that says what to do."""

import errno
from collections.abc import Callable

import pytest
from httpx import Response

from paishi.contract import MissingWeights, Problem
from paishi.models.errors import WeightsUnavailable
from paishi.recognition.recogniser import Recogniser
from tests.server.api.conftest import AppClient, started
from tests.server.pictures import file_of, noise

GOOD = file_of(noise())
MULTIPART = {"content-type": "multipart/form-data; boundary=b"}
LARGE_PNG = file_of(noise(1200, 1000), "PNG")


def send(client: AppClient, photo: bytes, path: str = "/predict") -> Response:
    return client.post(path, files={"image": ("photo.jpg", photo)})


def assert_problem(answer: Response, status: int, code: str) -> Problem:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = Problem.model_validate_json(answer.content)
    assert (body.status, body.code, body.success) == (status, code, False)
    assert body.request_id == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
    return body


WRONG: dict[str, tuple[Callable[[AppClient], Response], int, str]] = {
    "no body": (lambda client: client.post("/predict"), 400, "image-missing"),
    "json": (lambda client: client.post("/predict", json={"image": "x"}), 400, "image-missing"),
    "other field": (lambda client: client.post("/predict", files={"photo": GOOD}), 400, "image-missing"),
    "form without files": (lambda client: client.post("/predict", data={"image": "x"}), 400, "image-missing"),
    "two photos": (
        lambda client: client.post("/predict", files=[("image", GOOD), ("image", GOOD)]),
        400,
        "image-missing",
    ),
    "no boundary": (
        lambda client: client.post("/predict", content=GOOD, headers={"content-type": "multipart/form-data"}),
        400,
        "request-invalid",
    ),
    "broken multipart": (
        lambda client: client.post(
            "/predict",
            content=b"--b\r\nnonsense",
            headers=MULTIPART,
        ),
        400,
        "image-missing",
    ),
    "empty": (lambda client: send(client, b""), 422, "image-unreadable"),
    "text": (lambda client: send(client, b"hello"), 415, "image-format-unsupported"),
    "cut off": (lambda client: send(client, GOOD[: len(GOOD) // 2]), 422, "image-unreadable"),
    "top 0": (lambda client: client.post("/predict?top=0", files={"image": GOOD}), 422, "request-invalid"),
    "top 21": (lambda client: client.post("/predict?top=21", files={"image": GOOD}), 422, "request-invalid"),
    "top word": (lambda client: client.post("/predict?top=a", files={"image": GOOD}), 422, "request-invalid"),
    "echo of text": (lambda client: send(client, b"hello", "/image"), 415, "image-format-unsupported"),
    "unknown echo": (lambda client: client.get("/image/none"), 404, "image-not-found"),
    "unknown address": (lambda client: client.get("/nothing"), 404, "not-found"),
    "wrong method": (lambda client: client.get("/predict"), 405, "method-not-allowed"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_invalid_request(app_client: AppClient, wrong: str) -> None:
    request, status, code = WRONG[wrong]
    assert_problem(request(app_client), status, code)
    assert send(app_client, GOOD).status_code == 200


@pytest.mark.parametrize("path", ["/predict", "/image"])
def test_too_large_a_file(path: str) -> None:
    with started(max_body_mb=0.01) as client:
        assert_problem(send(client, LARGE_PNG, path), 413, "image-too-large")

        def endless() -> object:
            yield b'--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n'
            yield from [b"x" * 4096] * 100

        chunked = client.post(path, content=endless(), headers=MULTIPART)
        assert_problem(chunked, 413, "image-too-large")


def test_too_many_pixels() -> None:
    with started(max_megapixels=1) as client:
        assert "1200" in assert_problem(send(client, LARGE_PNG), 413, "image-too-many-pixels").detail


def test_an_unexpected_error_reveals_nothing(
    app_client: AppClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("a secret path")

    monkeypatch.setattr(app_client.services.photos, "views", broken)
    answer = send(app_client, GOOD)
    problem = assert_problem(answer, 500, "internal")
    assert "secret" not in answer.text
    assert problem.request_id in caplog.text


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (RuntimeError, ["can't start new thread"]),
        (MemoryError, []),
        (OSError, [errno.EMFILE, "Too many open files"]),
    ],
)
def test_a_lack_of_the_machine_is_no_fault_of_the_server(
    kind: type[Exception],
    told: list[object],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> object:
        raise kind(*told)

    with started() as client:  # uvicorn closes the connection of an unexpected error
        monkeypatch.setattr(client.services.photos, "views", broken)
        problem = assert_problem(send(client, GOOD), 503, "overloaded")
    assert problem.retry_after
    assert problem.request_id in caplog.text


def test_a_full_server_refuses_at_once() -> None:
    with started(max_in_hand=1) as client:
        with client.services.admission.admit():
            answer = send(client, GOOD)
        assert assert_problem(answer, 503, "overloaded").retry_after == int(answer.headers["retry-after"])
        assert send(client, GOOD).status_code == 200


def test_missing_weights_are_members_of_the_problem() -> None:
    """Folder and command, which have paths of the server, only for clients on the same machine."""
    missing = MissingWeights(
        file="big.h5", size=9, hash="md5:0a", urls=["https://host/big.h5"], folder="/f", command="curl -o /f"
    )

    def load(on_progress: object) -> Recogniser:
        raise WeightsUnavailable("The weights of Big could not be obtained.", missing=missing)

    members = missing.model_dump()
    with started(load) as client:
        for path in ("/readyz", "/predict"):
            here = client.request("GET" if path == "/readyz" else "POST", path, files={"image": GOOD})
            problem = assert_problem(here, 503, "model-unavailable")
            assert problem.model_dump(include=set(members)) == members
            assert problem.detail == "The weights of Big could not be obtained."
            elsewhere = client.request(
                here.request.method, path, files={"image": GOOD}, headers={"X-Forwarded-For": "203.0.113.7"}
            )
            assert assert_problem(elsewhere, 503, "model-unavailable").urls == missing.urls
            assert "/f" not in elsewhere.text
            assert not {"folder", "command"} & elsewhere.json().keys()


@pytest.mark.parametrize(("given", "kept"), [("abc-123", True), ("a\tb", False), ("x" * 65, False)])
def test_request_id(app_client: AppClient, given: str, kept: bool) -> None:
    answer = app_client.post("/predict", files={"image": GOOD}, headers={"X-Request-ID": given})
    assert (answer.headers["x-request-id"] == given) is kept
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
