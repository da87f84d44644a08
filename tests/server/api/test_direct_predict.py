"""The usual `/predict` goes past FastAPI, and nobody can see a difference."""

import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from paishi.models.errors import WeightsUnavailable
from paishi.recognition.recogniser import Recogniser
from tests.server.api.conftest import AppClient, load_brightness, started
from tests.server.api.test_upload import END, FORM, JPEG, PHOTO, part
from tests.server.api.test_upload import WRONG as WRONG_UPLOADS
from tests.server.connection.raw_client import Answer, Served, head, served, serving
from tests.server.connection.test_multipart import WRONG as WRONG_FORMS
from tests.server.hostile.corpus import corpus

__all__ = ["served"]

ID = "X-Request-ID: the-same-for-both"
DIRECT, GENERAL = "/predict", "/predict?top=5"

RIGHT: dict[str, tuple[bytes, dict[str, str]]] = {
    "a form": (part(PHOTO, 'form-data; name="image"; filename="x.jpg"') + END, FORM),
    "a text field": (part(PHOTO) + END, FORM),
    "the whole body": (PHOTO, JPEG),
    "other fields": (
        part(b"1", 'form-data; name="a"') + part(PHOTO) + part(b"2", 'form-data; name="label"') + END,
        FORM,
    ),
    "a preamble": (b"Hello.\r\n" + part(PHOTO) + END, FORM),
    "no last delimiter": (part(PHOTO) + b"--b\r\n", FORM),
}
FORMS = {
    **RIGHT,
    **{name: (body, headers) for name, (body, headers, *_) in WRONG_UPLOADS.items()},
    **{name: (wrong.body, {"Content-Type": wrong.content_type}) for name, wrong in WRONG_FORMS.items()},
}
del FORMS["an endless boundary"]  # which no route sees


def asked(served: Served, path: str, body: bytes, headers: dict[str, str], length: int | None) -> Answer:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    header = head(length, path, ID, *lines).replace(
        b"Content-Type: multipart/form-data; boundary=b\r\n", b"", 1
    )
    with served.raw() as client:
        answer = client.send(header + body).answer()
    answer.headers.pop("date", None)
    return answer


def assert_same(served: Served, body: bytes, headers: dict[str, str], length: int | None = None) -> Answer:
    announced = len(body) if length is None else length
    direct, general = (asked(served, path, body, headers, announced) for path in (DIRECT, GENERAL))
    assert direct == general
    return direct


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gets_the_same_answer(served: Served, form: str) -> None:
    body, headers = FORMS[form]
    answer = assert_same(served, body, headers)
    assert form not in RIGHT or answer.status == 200


@pytest.mark.filterwarnings("ignore::UserWarning")  # of damaged EXIF; the server silences them
def test_every_kind_of_file_gets_the_same_answer(served: Served) -> None:
    answers = [
        assert_same(served, case.data, JPEG) for case in [*corpus("strangers"), *corpus("damaged")[::7]]
    ]
    assert len({answer.status for answer in answers}) > 2


def test_the_usual_ones_alone_go_past_fastapi(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    call = FastAPI.__call__

    async def note(self: FastAPI, scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope.get("path", ""))
        await call(self, scope, receive, send)

    with started() as client:
        monkeypatch.setattr(FastAPI, "__call__", note)
        for path in (DIRECT, f"{DIRECT}/"):
            assert client.post(path, files={"image": PHOTO}).status_code == 200
            assert client.post(path, content=PHOTO, headers=JPEG).status_code == 200
        assert asked == []
        for path in (GENERAL, "/image"):
            assert client.post(path, files={"image": PHOTO}).status_code == 200
        assert client.post(DIRECT, content=iter([PHOTO]), headers=JPEG).status_code == 200  # in chunks
        assert asked == ["/predict", "/image", "/predict"]


def test_a_full_server_and_a_late_body() -> None:
    with serving(body_s=0.2) as served:
        late = assert_same(served, PHOTO, JPEG, length=len(PHOTO) + 1)
        assert (late.status, late.problem().code) == (408, "request-timeout")
        admission = served.services.admission
        admission.check = lambda: None  # type: ignore[method-assign]  # full only once the body is there
        admission.limit = 0
        for headers in (FORM, JPEG):
            full = assert_same(served, RIGHT["a form"][0] if headers is FORM else PHOTO, headers)
            assert (full.status, full.problem().code) == (503, "overloaded")


def failing(on_progress: object) -> Recogniser:
    raise WeightsUnavailable("There are none.")


@pytest.mark.parametrize("load", [failing, load_brightness])
def test_a_model_that_fails(load: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not there, or has an error of its own."""
    monkeypatch.setattr(Recogniser, "recognise", lambda *_: 1 / 0)
    with started(load) as client:  # type: ignore[arg-type]
        answers = [same(client, path) for path in (DIRECT, GENERAL)]
    assert answers[0] == answers[1]
    assert answers[0][0] == (503 if load is failing else 500)


def same(client: AppClient, path: str) -> tuple[int, dict[str, str], bytes]:
    answer = client.post(path, files={"image": PHOTO}, headers={"X-Request-ID": "x", "Connection": "close"})
    return answer.status_code, dict(answer.headers) | {"date": ""}, answer.content
