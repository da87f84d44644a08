"""The echo: upright, without metadata, to its sender alone."""

import io
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from tests.server.api.conftest import AppClient, started
from tests.server.conftest import RunningServer, need_shared
from tests.server.pictures import file_of, noise

JSON = {"Accept": "application/json"}


def with_gps() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 15.0), 3: "E", 4: (116.0, 24.0, 26.0)})
    return file_of(Image.new("RGB", (64, 32), "red"), exif=exif, comment=b"at home")


def test_it_comes_back_upright_and_without_metadata(app_client: AppClient) -> None:
    sent = with_gps()
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)
    answer = app_client.post("/image", files={"image": sent})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    back = Image.open(io.BytesIO(answer.content))
    assert back.size == (32, 64)
    assert not back.getexif()
    for trace in (b"Exif", b"PhoneMaker", b"at home"):
        assert trace not in answer.content


def test_with_accept_json_it_is_fetched_from_a_url(app_client: AppClient) -> None:
    body = app_client.post("/image", files={"image": with_gps()}, headers=JSON).json()
    assert (body["success"], body["width"], body["height"]) == (True, 32, 64)
    assert body["url"].startswith("http://127.0.0.1:")
    fetched = app_client.get(body["url"])
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(fetched.content)).size == (32, 64)


def test_the_public_url_can_be_set() -> None:
    with started(public_url="https://recognise.example.com/paishi/") as client:
        url = client.post("/image", files={"image": with_gps()}, headers=JSON).json()["url"]
        assert url.startswith("https://recognise.example.com/paishi/image/")
        assert client.get("/image/" + url.rsplit("/", 1)[1]).status_code == 200


@pytest.mark.parametrize("host", ["%zz", "1.2.3.999", "xn--a"])
def test_a_host_that_no_url_can_have_is_refused_before_anything_is_kept(host: str) -> None:
    with started() as client:
        answer = client.post("/image", files={"image": with_gps()}, headers={**JSON, "Host": host})
        assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
        assert client.services.echoes.pictures == 0
        picture = client.post("/image", files={"image": with_gps()}, headers={"Host": host})
        assert picture.status_code == 200  # no URL is needed for that
    with started(public_url="https://recognise.example.com") as client:  # nor a Host for this one
        answer = client.post("/image", files={"image": with_gps()}, headers={**JSON, "Host": host})
        assert answer.status_code == 200


LONG = 65_535
"""Longer than JPEG allows; GIF's longest."""


@pytest.mark.parametrize("size", [(LONG, 2), (2, LONG), (65_501, 2), (LONG, 300)])
@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_side_that_jpeg_cannot_hold_is_reduced(
    app_client: AppClient, kind: str, size: tuple[int, int]
) -> None:
    sent = file_of(Image.new("RGB", size, (200, 30, 60)), kind)
    back = Image.open(io.BytesIO(app_client.post("/image", files={"image": sent}).content))
    assert max(back.size) == 65_500
    assert min(back.size) == pytest.approx(min(size), abs=1)
    body = app_client.post("/image", files={"image": sent}, headers=JSON).json()
    assert (body["width"], body["height"]) == back.size


@pytest.mark.parametrize("name", ["w65501.png", "gif65535.gif"])
@pytest.mark.parametrize("path", ["/predict", "/image"])
def test_files_of_that_size(app_client: AppClient, path: str, name: str) -> None:
    file = need_shared("cases", "photos", name).read_bytes()
    assert app_client.post(path, files={"image": file}).status_code == 200


def colour(jpeg: bytes) -> tuple[int, ...]:
    return tuple(int(value) for value in np.asarray(Image.open(io.BytesIO(jpeg))).mean(axis=(0, 1)).round())


@pytest.mark.parametrize("accept", ["*/*", "application/json"])
def test_fifty_at_once_come_back_each_to_its_sender(server: RunningServer, accept: str) -> None:
    sent = [(5 * number, 255 - 5 * number, 3 * number) for number in range(50)]

    def echo(value: tuple[int, ...]) -> bytes:
        file = file_of(Image.new("RGB", (320, 240), value), "PNG")
        answer = client.post("/image", files={"image": file}, headers={"Accept": accept})
        if accept == "application/json":
            answer = client.get(urlsplit(answer.json()["url"]).path)
        assert answer.status_code == 200
        return answer.content

    with server.client() as client, ThreadPoolExecutor(50) as crowd:
        for value, back in zip(sent, crowd.map(echo, sent), strict=True):
            assert colour(back) == pytest.approx(value, abs=3)


def test_it_works_without_a_model() -> None:
    def never(on_progress: object) -> None:
        raise OSError("no model")

    with started(load=never) as client:
        assert client.post("/image", files={"image": file_of(noise())}).status_code == 200
