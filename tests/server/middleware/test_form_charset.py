"""The client names the charset of a form's texts, but not which of Python's codecs runs."""

import encodings
import secrets

import pytest
from starlette.datastructures import Headers
from starlette.types import Scope

from paishi.middleware.form_charset import keep_known_charset
from tests.server.connection.raw_client import Served, upload

FORM = "multipart/form-data; boundary=b"


def kept(content_type: str) -> str:
    scope: Scope = {"type": "http", "headers": [(b"host", b"x"), (b"content-type", content_type.encode())]}
    keep_known_charset(scope)
    return Headers(scope=scope)["content-type"]


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "GBK", '"big5"', "us-ascii"])
def test_what_forms_are_written_in_is_kept(charset: str) -> None:
    assert kept(f"{FORM}; charset={charset}") == f"{FORM}; charset={charset}"


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "x" * 5000, "é", ""])
@pytest.mark.parametrize("boundary", ["b", "'()+_,-./:=?", 'a"b', "a\\b", "a;b"])
def test_any_other_goes_and_the_boundary_stays(charset: str, boundary: str) -> None:
    quoted = boundary.replace("\\", "\\\\").replace('"', '\\"')
    left = f'multipart/form-data; boundary="{quoted}"'
    assert kept(f'Multipart/Form-Data; charset={charset}; boundary="{quoted}"') == left
    assert kept(left) == left


def test_what_is_no_form_is_left_alone() -> None:
    assert kept("text/plain; charset=punycode") == "text/plain; charset=punycode"


def test_python_does_not_learn_what_clients_invent(served: Served) -> None:
    known = set(encodings._cache)  # type: ignore[attr-defined]
    for path in ("/predict", "/image", "/predict?top=3"):
        request = upload(path=path).replace(
            b"boundary=b", b"boundary=b; charset=" + secrets.token_hex(8).encode()
        )
        with served.raw() as client:
            assert client.send(request).answer().status == 200
    assert set(encodings._cache) == known  # type: ignore[attr-defined]
