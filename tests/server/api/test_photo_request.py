"""A form stays in memory and is decoded with a well-known charset only."""

import encodings
import secrets
import tempfile

import pytest
from python_multipart.multipart import parse_options_header

from paishi.api.deps import _with_known_charset
from tests.server.api.conftest import AppClient
from tests.server.connection.raw_client import Served, served, upload
from tests.server.pictures import file_of, noise

__all__ = ["served"]

FORM = "multipart/form-data; boundary=b"


def kept(content_type: str) -> str:
    _, options = parse_options_header(content_type)
    return _with_known_charset(content_type, options)


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "GBK", '"big5"', "us-ascii"])
def test_known_charsets_are_kept(charset: str) -> None:
    assert kept(f"{FORM}; charset={charset}") == f"{FORM}; charset={charset}"


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "x" * 5000, "é", ""])
@pytest.mark.parametrize("boundary", ["b", "'()+_,-./:=?", 'a"b', "a\\b", "a;b"])
def test_other_charsets_are_dropped_and_the_boundary_stays(charset: str, boundary: str) -> None:
    quoted = boundary.replace("\\", "\\\\").replace('"', '\\"')
    left = f'multipart/form-data; boundary="{quoted}"'
    assert kept(f'Multipart/Form-Data; charset={charset}; boundary="{quoted}"') == left
    assert kept(left) == left


def test_python_caches_no_invented_charset(served: Served) -> None:
    known = set(encodings._cache)  # type: ignore[attr-defined]
    for path in ("/predict", "/image", "/predict?top=3"):
        request = upload(path=path).replace(
            b"boundary=b", b"boundary=b; charset=" + secrets.token_hex(8).encode()
        )
        with served.raw() as client:
            assert client.send(request).answer().status == 200
    assert set(encodings._cache) == known  # type: ignore[attr-defined]


def test_a_large_photo_does_not_touch_the_disk(
    app_client: AppClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    rolled: list[int] = []
    roll = tempfile.SpooledTemporaryFile.rollover

    def watch(self: tempfile.SpooledTemporaryFile[bytes]) -> None:
        rolled.append(1)
        roll(self)

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", watch)
    photo = file_of(noise(1500, 1200), "PNG")
    assert len(photo) > 4_000_000
    assert app_client.post("/predict", files={"image": photo}, timeout=60).status_code == 200
    assert rolled == []
