"""The photo as a field of a form or as the whole body; all else gets a sentence that says what to send."""

import encodings
import gzip
import secrets
import subprocess
import tempfile
import tracemalloc
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from paishi.api.openapi import _FORMATS
from tests.server.access.sending import GUARDED, ROUTES, bearing
from tests.server.access.test_keys import KEY, line
from tests.server.api.conftest import AppClient, started
from tests.server.api.test_problems import assert_problem
from tests.server.connection.raw_client import Served, head, serving, upload
from tests.server.pictures import file_of, noise
from tests.server.schema.seeing import load_seeing

PHOTO = file_of(noise())
LARGE = file_of(noise(700, 500), "PNG")
FORM = {"Content-Type": "multipart/form-data; boundary=b"}
JPEG = {"Content-Type": "image/jpeg"}
FORMS_OWN_WORDS = (
    "Part exceeded",
    "Too many",
    "Invalid multipart",
    "Missing boundary",
    "Content-Disposition",
)


@pytest.fixture(scope="module")
def app_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppClient]:
    with started(load_seeing, corrections=str(tmp_path_factory.mktemp("corrections"))) as client:
        yield client


def part(content: bytes, disposition: str = 'form-data; name="image"', more: str = "") -> bytes:
    return f"--b\r\nContent-Disposition: {disposition}\r\n{more}\r\n".encode() + content + b"\r\n"


END = b"--b--\r\n"

# As the whole body


@pytest.mark.parametrize("path", [*ROUTES, "/corrections"])  # /taught is off here
@pytest.mark.parametrize(
    "kind",
    ["image/jpeg", "image/*", "Image/JPEG; q=1", "application/octet-stream", "image/png"],
)
def test_the_photo_as_the_body(app_client: AppClient, path: str, kind: str) -> None:
    asked = {"params": {"label": "beagle"} if path == "/corrections" else None}
    whole = app_client.post(path, content=PHOTO, headers={"Content-Type": kind}, **asked)
    in_form = app_client.post(path, files={"image": PHOTO}, **asked)
    assert whole.status_code == in_form.status_code == 200, whole.text
    assert whole.headers["content-type"] == in_form.headers["content-type"]
    if "json" in whole.headers["content-type"]:
        assert whole.json() | {"request_id": ""} == in_form.json() | {"request_id": ""}
    else:
        assert whole.content == in_form.content


@pytest.mark.parametrize("kind", _FORMATS)
def test_every_type_that_the_description_lists(app_client: AppClient, kind: str) -> None:
    name = {"image/heic": "HEIF"}.get(kind, kind.removeprefix("image/").upper())
    if name == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener()
    answer = app_client.post("/predict", content=file_of(noise(), name), headers={"Content-Type": kind})
    assert answer.status_code == 200, answer.text


def test_other_fields_come_in_the_query(app_client: AppClient, tmp_path: Path) -> None:
    def ask(path: str, **query: object) -> httpx.Response:
        return app_client.post(path, content=PHOTO, headers=JPEG, params=query)

    assert len(ask("/predict", top=3).json()["predictions"]) == 3
    assert ask("/corrections", label="比格犬").json()["label"] == "n02088364"
    assert ask("/features", layer="brightness").json()["layer"] == "brightness"
    explained = app_client.post(
        "/explain",
        content=PHOTO,
        headers={**JPEG, "Accept": "application/json"},
        params={"label": "goldfish"},
    )
    assert explained.json()["label"]["label"] == "goldfish"
    missing = assert_problem(ask("/corrections"), 422, "request-invalid")
    assert missing.detail == "label: it is missing. Send the photo's right name as `label`."


@pytest.mark.parametrize(
    "options",
    [
        ["--data-binary", "@{photo}", "-H", "Content-Type: image/jpeg"],
        ["--data-binary", "@{photo}", "-H", "Content-Type: image/jpeg", "-H", "Transfer-Encoding: chunked"],
        ["--data-binary", "@{photo}", "-H", "Content-Type: image/jpeg", "-H", "Expect: 100-continue"],
        ["--upload-file", "{photo}", "-X", "POST", "-H", "Content-Type: application/octet-stream"],
        ["-F", "image=@{photo}"],
        ["-F", "image=<{photo}"],
    ],
    ids=" ".join,
)
def test_curl(app_client: AppClient, tmp_path: Path, options: list[str]) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(PHOTO)
    given = [option.format(photo=photo) for option in options]
    address = str(app_client.base_url.join("/predict"))
    answer = subprocess.run(
        ["curl", "--silent", "--noproxy", "*", *given, address], check=True, stdout=subprocess.PIPE
    ).stdout
    assert b'"success":true' in answer, answer


# As a field of a form


@pytest.mark.parametrize(
    "body",
    [
        part(LARGE) + END,
        part(LARGE, "form-data; name=image") + END,
        part(LARGE, "form-data; name=image", "Content-Type: text/plain; charset=utf-8\r\n") + END,
        part(b"x", 'form-data; name="user"') + part(LARGE) + part(b"y", 'form-data; name="z"') + END,
        b"This is a message in parts.\r\n" + part(LARGE) + END,
        b"\r\n" + part(LARGE) + END,
        b"\n" + part(LARGE) + END,
        b"x" * 300_000 + b"\r\n--\r\n--a\r\n" + part(LARGE) + END,
        part(LARGE) + END + b"an epilogue",
        part(LARGE) + b"--b--",
        part(b"x" * 500_000, 'form-data; name="other"') + part(LARGE) + END,
    ],
    ids=[
        "no file name",
        "no quotes",
        ".NET",
        "other fields",
        "a preamble",
        "an empty line",
        "a line feed",
        "a long preamble",
        "an epilogue",
        "no line at the end",
        "a large field that nobody reads",
    ],
)
def test_forms(app_client: AppClient, body: bytes) -> None:
    answer = app_client.post("/predict", content=body, headers=FORM)
    assert answer.status_code == 200, answer.text
    in_pieces = app_client.post("/predict", content=_pieces(body), headers=FORM)
    assert in_pieces.status_code == 200, in_pieces.text


def _pieces(body: bytes) -> Iterator[bytes]:
    """Single bytes around the delimiters, and the rest."""
    edges = (0, 200, len(body) - 200, len(body))
    yield from (body[at : at + 1] for at in range(edges[0], edges[1]))
    yield body[edges[1] : edges[2]]
    yield from (body[at : at + 1] for at in range(edges[2], edges[3]))


def test_a_photo_that_holds_the_delimiter_of_another_boundary(app_client: AppClient) -> None:
    body = part(PHOTO + b"\r\n--bb\r\n--", 'form-data; name="image"') + END
    kept = app_client.post("/image", content=body.replace(b"--b\r\n", b"--b\r\n"), headers=FORM)
    assert kept.status_code == 200, kept.text


@pytest.mark.parametrize(
    ("charset", "label", "status"),
    [
        ("", "比格犬".encode(), 200),
        ("; charset=utf-8", "比格犬".encode(), 200),
        ("; charset=GBK", "比格犬".encode("gbk"), 200),
        ('; charset="big5"', "比格犬".encode("big5"), 200),
        ("; charset=punycode", "比格犬".encode(), 200),
        ("; charset=" + "x" * 400, "比格犬".encode(), 200),
        ("", "比格犬".encode("gbk"), 422),
        ("; charset=us-ascii", "比格犬".encode(), 422),
        ("", b"x" * 201, 422),
        ("", b"x" * 100_000, 422),
        ("", "名".encode() * 201, 422),
    ],
    ids=range(11),
)
def test_a_label_in_the_form(app_client: AppClient, charset: str, label: bytes, status: int) -> None:
    body = part(PHOTO) + part(label, 'form-data; name="label"') + END
    headers = {"Content-Type": FORM["Content-Type"] + charset}
    for path in ("/corrections", "/explain"):
        answer = app_client.post(path, content=body, headers=headers)
        assert answer.status_code == status, answer.text
        if status == 422:
            assert assert_problem(answer, 422, "request-invalid").detail.startswith("label: ")
        elif path == "/corrections":
            assert answer.json()["label"] == "n02088364"


def test_python_caches_no_invented_charset(served: Served) -> None:
    known = set(encodings._cache)  # type: ignore[attr-defined]
    for path in ("/predict", "/image", "/predict?top=3"):
        request = upload(path=path).replace(
            b"boundary=b", b"boundary=b; charset=" + secrets.token_hex(8).encode()
        )
        with served.raw() as client:
            assert client.send(request).answer().status == 200
    assert set(encodings._cache) == known  # type: ignore[attr-defined]


# Memory


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running


def test_a_large_photo_does_not_touch_the_disk(
    app_client: AppClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", refuse)
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    assert app_client.post("/predict", files={"image": LARGE}).status_code == 200
    assert app_client.post("/predict", content=LARGE, headers=JPEG).status_code == 200


@pytest.mark.parametrize("way", ["form", "text field", "whole body", "preamble"])
def test_a_body_is_in_memory_once(served: Served, way: str) -> None:
    """By Python's own count, at its highest; what is no photo is not decoded."""
    block, blocks = b"\x01" * 65536, 256
    size = blocks * len(block)
    before, after, most = {
        "form": (
            b'--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n',
            END,
            1.2 * size,
        ),
        "text field": (b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\n', END, 1.2 * size),
        "whole body": (b"", b"", 1.2 * size),
        "preamble": (b"", b"\r\n" + part(b"\x01") + END, 0.2 * size),
    }[way]
    header = head(len(before) + size + len(b"\r\n") * (after == END) + len(after))
    if way == "whole body":
        header = header.replace(FORM["Content-Type"].encode(), b"image/jpeg")
    served.is_well()
    with served.raw() as client:
        tracemalloc.start()
        try:
            client.send(header + before)
            for _ in range(blocks):
                client.send(block)
            answer = client.send(b"\r\n" * (after == END) + after).answer()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (answer.status, answer.problem().code) == (415, "image-format-unsupported")
    assert peak < most


# Before the body


@pytest.mark.parametrize("path", GUARDED)
def test_a_photo_as_the_body_is_refused_before_it_is_read(path: str) -> None:
    def as_jpeg(header: bytes) -> bytes:
        return header.replace(FORM["Content-Type"].encode(), b"image/jpeg")

    length = len(PHOTO)
    with serving(auth="key", keys=line(KEY)) as served, served.raw() as client:
        assert client.send(as_jpeg(head(length, path))).answer().status == 401
    with serving(uploads_per_minute=1) as served, served.raw() as client:
        client.send(upload(path="/image")).answer()
        assert client.send(as_jpeg(head(length, path))).answer().status == 429
    with serving(max_body_mb=0.0001) as served, served.raw() as client:
        assert client.send(as_jpeg(head(length, path))).answer().status == 413
    for framing in (length, None):
        with serving() as served, served.raw() as client:
            admission = served.services.admissions["POST", path]
            admission.in_hand = admission.limit
            assert client.send(as_jpeg(head(framing, path))).answer().status == 503
            with served.raw() as other:
                # What load shedding leaves to the application: even a request without a body.
                other.send(head(0, path, "Origin: https://www.example.com"))
                assert other.answer().status == 503
            admission.in_hand = 0


@pytest.mark.parametrize("coding", ["identity", "utf-8", ""])
def test_a_coding_that_compresses_nothing(app_client: AppClient, coding: str) -> None:
    answer = app_client.post("/predict", content=PHOTO, headers={**JPEG, "Content-Encoding": coding})
    assert answer.status_code == 200


def test_with_a_key_it_is_taken() -> None:
    with started(auth="key", keys=line(KEY)) as client:
        answer = client.post("/predict", content=PHOTO, headers={**JPEG, **bearing(KEY)})
        assert answer.status_code == 200


def test_a_body_in_chunks_that_is_too_large() -> None:
    with started(max_body_mb=0.01) as client:
        answer = client.post("/predict", content=iter([b"x" * 4096] * 100), headers=JPEG)
        assert_problem(answer, 413, "image-too-large")


@pytest.mark.parametrize("headers", [FORM, JPEG], ids=["form", "whole body"])
def test_a_sender_takes_a_place_with_the_end_of_the_body_only(headers: dict[str, str]) -> None:
    with started(max_in_hand=1) as client:

        def body() -> Iterator[bytes]:
            whole = part(PHOTO) + END if headers is FORM else PHOTO
            yield whole[:-10]
            assert client.services.admission.in_hand == 0
            yield whole[-10:]

        assert client.post("/predict", content=body(), headers=headers).status_code == 200


# All else

SEND = "Send one photo as multipart/form-data in a field named `image`, or as the whole body"
BYTES = "Send the bytes of its file, which need no encoding."
BASE64 = b64encode(PHOTO)
DATA_URL = b"data:image/jpeg;base64," + BASE64
MISSING, INVALID = (400, "image-missing"), (400, "request-invalid")
UNSUPPORTED = (415, "image-format-unsupported")

WRONG: dict[str, tuple[bytes, dict[str, str], tuple[int, str], str]] = {
    "no body": (b"", {}, MISSING, f"The request has no body. {SEND}"),
    "an empty photo": (b"", JPEG, MISSING, f"The request has no body. {SEND}"),
    "an empty form": (
        b"--b--",
        FORM,
        MISSING,
        f"The form is empty, or ends before its first field begins. {SEND}",
    ),
    "no type": (PHOTO, {}, MISSING, f"The request has no Content-Type. {SEND}"),
    "a URL-encoded form": (
        b"image=" + quote(BASE64).encode(),
        {"Content-Type": "application/x-www-form-urlencoded"},
        MISSING,
        f"The body came as application/x-www-form-urlencoded, which is not read here. {SEND}",
    ),
    "JSON": (
        b'{"image": "' + BASE64 + b'"}',
        {"Content-Type": "application/json; charset=utf-8"},
        MISSING,
        f"The body came as application/json, which is not read here. {SEND}",
    ),
    "text": (
        BASE64,
        {"Content-Type": "text/plain"},
        MISSING,
        f"The body came as text/plain, which is not read here. {SEND}",
    ),
    "another multipart": (
        part(PHOTO) + END,
        {"Content-Type": "multipart/related; boundary=b"},
        MISSING,
        f"The body came as multipart/related, which is not read here. {SEND}",
    ),
    "an odd type": (
        PHOTO,
        {"Content-Type": "<b>"},
        MISSING,
        f"The header Content-Type names no type. {SEND}",
    ),
    "a field called file": (
        part(PHOTO, 'form-data; name="file"; filename="x.jpg"') + part(b"x", 'form-data; name="照片"') + END,
        FORM,
        MISSING,
        "The form has no field named `image`, but `file`, `照片`. Name the photo's field `image`.",
    ),
    "a field without a name": (
        part(PHOTO, "form-data") + END,
        FORM,
        MISSING,
        "The form has no field named `image`, but one without a name. Name the photo's field `image`.",
    ),
    "two photos": (
        part(PHOTO) + part(PHOTO) + END,
        FORM,
        MISSING,
        "The form has several fields named `image`. Send one photo per request.",
    ),
    "half a photo": (
        part(PHOTO)[:-100],
        FORM,
        MISSING,
        "The body ends before the photo does. Send it again.",
    ),
    "base64 in a form": (part(BASE64) + END, FORM, UNSUPPORTED, f"The photo came as base64 text. {BYTES}"),
    "base64 in lines": (
        b"\r\n".join(BASE64[at : at + 76] for at in range(0, len(BASE64), 76)),
        JPEG,
        UNSUPPORTED,
        f"The photo came as base64 text. {BYTES}",
    ),
    "base64 of a PNG": (b64encode(LARGE), JPEG, UNSUPPORTED, f"The photo came as base64 text. {BYTES}"),
    "base64 for URLs": (
        urlsafe_b64encode(PHOTO),
        JPEG,
        UNSUPPORTED,
        f"The photo came as base64 text. {BYTES}",
    ),
    "a data: URL in a form": (
        part(DATA_URL) + END,
        FORM,
        UNSUPPORTED,
        f"The photo came as a data: URL. {BYTES}",
    ),
    "a data: URL": (DATA_URL, JPEG, UNSUPPORTED, f"The photo came as a data: URL. {BYTES}"),
    "gzip": (
        gzip.compress(PHOTO),
        {**JPEG, "Content-Encoding": "gzip"},
        UNSUPPORTED,
        "The body is compressed (Content-Encoding). Send the photo's file as it is, without that header.",
    ),
    "gzip of a form": (
        gzip.compress(part(PHOTO) + END),
        {**FORM, "Content-Encoding": "GZIP"},
        UNSUPPORTED,
        "The body is compressed (Content-Encoding).",
    ),
    "gzip without the header": (
        gzip.compress(PHOTO),
        JPEG,
        UNSUPPORTED,
        "This file seems to be a gzip archive.",
    ),
    "words": (b"hello", JPEG, UNSUPPORTED, "This file is not a photo of a known format."),
    "letters that are base64 of no picture": (b"QUJD" * 100, JPEG, UNSUPPORTED, "This file is not a photo"),
    "no boundary": (
        part(PHOTO) + END,
        {"Content-Type": "multipart/form-data"},
        INVALID,
        "The header Content-Type has no boundary. Do not set Content-Type by hand for a form",
    ),
    "another boundary": (
        (part(PHOTO) + END).replace(b"--b", b"--c"),
        FORM,
        INVALID,
        "The body does not have the boundary of the header Content-Type. Do not set Content-Type by hand",
    ),
    "the photo as a form": (PHOTO, FORM, INVALID, "The body does not have the boundary of the header"),
    "41 fields": (
        part(b"x", 'form-data; name="x"') * 40 + part(PHOTO) + END,
        FORM,
        INVALID,
        "The form has more than 40 fields. Send `image`, and only what is needed.",
    ),
    "no header of a part": (
        b"--b\r\nnonsense\x00\r\n\r\n" + PHOTO,
        FORM,
        INVALID,
        "The form's parts are not written as multipart/form-data (RFC 7578). Send it with a library",
    ),
}


@pytest.mark.parametrize("path", ["/predict", "/corrections?label=x"])
@pytest.mark.parametrize("wrong", WRONG)
def test_what_came_and_what_to_send(app_client: AppClient, wrong: str, path: str) -> None:
    body, headers, (status, code), sentence = WRONG[wrong]
    problem = assert_problem(app_client.post(path, content=body, headers=headers), status, code)
    assert problem.detail.startswith(sentence), problem.detail
    assert not any(words in problem.detail for words in FORMS_OWN_WORDS)


@pytest.mark.parametrize("headers", [FORM, JPEG], ids=["form", "whole body"])
def test_chunks_without_content(app_client: AppClient, headers: dict[str, str]) -> None:
    answer = app_client.post("/predict", content=iter([b""]), headers=headers)
    assert assert_problem(answer, *MISSING).detail.startswith("The request has no body. ")


def test_fields_without_limit_are_dropped(app_client: AppClient) -> None:
    """Their names are shortened, their content is not kept."""
    fields = [part(b"y" * 100, f'form-data; name="{"x" * 1000}{number}"') for number in range(30)]
    answer = app_client.post("/predict", content=b"".join(fields) + END, headers=FORM)
    assert len(assert_problem(answer, 400, "image-missing").detail) < 300
