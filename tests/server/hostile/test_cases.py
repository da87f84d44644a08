"""Each hostile file gets the right response, and the next good photo the same as before."""

from collections.abc import Iterable, Iterator

import httpx
import pytest

from tests.server.api.conftest import AppClient, started
from tests.server.conftest import RunningServer
from tests.server.hostile.case import Case
from tests.server.hostile.corpus import KINDS, corpus
from tests.server.hostile.making import GOOD

# Damaged EXIF makes Pillow warn; the server silences that when it starts.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture(scope="module")
def impatient() -> Iterator[AppClient]:
    with started(decode_s=0.5) as client:
        yield client


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_gets_its_answer(impatient: AppClient, kind: str) -> None:
    assert wrong_answers(impatient, corpus(kind)) == []


def test_a_real_server_with_a_real_model_survives_them(server: RunningServer) -> None:
    some = [case for kind in KINDS for case in corpus(kind)[::9]]
    with server.client() as client:
        assert wrong_answers(client, some) == []
    assert server.process.poll() is None


@pytest.mark.parametrize("path", ["/image", "/explain", "/features"])
def test_other_routes_refuse_them_too(impatient: AppClient, path: str) -> None:
    for case in corpus("strangers")[::5]:
        answer = impatient.post(path, files={"image": case.data})
        assert answer.status_code < 500 or answer.json()["code"] == "model-unavailable", case.name


@pytest.mark.parametrize(
    ("name", "kind"), [("photo.jpg.exe", "text/html"), ("../../photo.png", "image/svg+xml"), ("", "x/y")]
)
def test_the_name_of_a_file_does_not_matter(impatient: AppClient, name: str, kind: str) -> None:
    expected = answer_to(impatient, GOOD)
    got = impatient.post("/predict", files={"image": (name or "\u0000", GOOD, kind)})
    assert (got.status_code, got.json()["predictions"]) == expected


def wrong_answers(client: httpx.Client, cases: Iterable[Case]) -> list[str]:
    expected = answer_to(client, GOOD)
    assert expected[0] == 200
    wrong = []
    for case in cases:
        status, said = answer_to(client, case.data)
        if status not in case.statuses:
            wrong.append(f"{case.name}: {status}, {said}")
        if answer_to(client, GOOD) != expected:
            wrong.append(f"the photo after {case.name}")
    return wrong


def answer_to(client: httpx.Client, file: bytes) -> tuple[int, object]:
    answer = client.post("/predict", files={"image": file})
    body = answer.json()
    return answer.status_code, body["predictions"] if answer.status_code == 200 else body["detail"]
