"""Anything but one photo is answered with a 4xx problem."""

from dataclasses import dataclass

import pytest

from tests.server.connection.raw_client import END, PART, PHOTO, Served, head, serving

FORM = "multipart/form-data; boundary=b"


@dataclass(frozen=True)
class Wrong:
    body: bytes
    status: int
    code: str
    content_type: str = FORM
    length: int | None = None
    """Announced, if it differs from the body."""


def part(disposition: str, content: bytes = PHOTO, more: bytes = b"") -> bytes:
    return f"--b\r\nContent-Disposition: {disposition}\r\n".encode() + more + b"\r\n" + content + b"\r\n"


def field(number: int) -> bytes:
    return part(f'form-data; name="f{number}"', b"x")


FILE = part('form-data; name="image"; filename="x.jpg"')
CLOSE = b"--b--\r\n"
MISSING, INVALID = (400, "image-missing"), (400, "request-invalid")
NO_PHOTO = (415, "image-format-unsupported")

WRONG: dict[str, Wrong] = {
    "nothing": Wrong(b"", *MISSING),
    "an empty form": Wrong(CLOSE, *MISSING),
    "no photo": Wrong(field(1) + CLOSE, *MISSING),
    "two photos": Wrong(FILE + FILE + CLOSE, *MISSING),
    "nine photos": Wrong(FILE * 9 + CLOSE, *MISSING),
    "another name": Wrong(part('form-data; name="photo"; filename="x"') + CLOSE, *MISSING),
    "no name": Wrong(part('form-data; filename="x"') + CLOSE, *MISSING),
    "no disposition": Wrong(b"--b\r\nContent-Type: image/jpeg\r\n\r\nx\r\n" + CLOSE, *MISSING),
    "a text": Wrong(part('form-data; name="image"', b"x") + CLOSE, *NO_PHOTO),
    "a huge text": Wrong(part('form-data; name="image"', b"x" * 2_000_000) + CLOSE, *NO_PHOTO),
    "a huge text of another name": Wrong(part('form-data; name="x"', b"x" * 2_000_000) + CLOSE, *MISSING),
    "a huge part header": Wrong(part("form-data; x=" + "x" * 1_000_000) + CLOSE, *INVALID),
    "a huge header name": Wrong(b"--b\r\n" + b"X" * 1_000_000 + b": x\r\n\r\n" + CLOSE, *INVALID),
    "many part headers": Wrong(part('form-data; name="image"', more=b"A: b\r\n" * 10_000) + CLOSE, *INVALID),
    "10,000 fields": Wrong(b"".join(map(field, range(10_000))) + CLOSE, *INVALID),
    "10,000 empty files": Wrong(part('form-data; name="x"; filename="x"', b"") * 10_000 + CLOSE, *INVALID),
    "a long way to the boundary": Wrong(b"\r\n" * 1_000_000 + b"hello", *INVALID),
    "something before the boundary on its line": Wrong(b"hello" + FILE + CLOSE, *MISSING),
    "another boundary": Wrong(b"--c\r\n" + FILE[5:] + b"--c--\r\n", *INVALID),
    "no boundary": Wrong(FILE + CLOSE, *INVALID, content_type="multipart/form-data"),
    "an empty boundary": Wrong(FILE + CLOSE, *INVALID, content_type="multipart/form-data; boundary="),
    "an endless boundary": Wrong(FILE, *INVALID, content_type="multipart/form-data; boundary=" + "b" * 9000),
    "an odd charset": Wrong(field(1) + CLOSE, *MISSING, content_type=FORM + "; charset=\xe9"),
    "cut off in a header": Wrong(FILE[:40], *MISSING),
    "cut off in the photo": Wrong(FILE[: len(FILE) // 2], *MISSING),
    "less announced than sent": Wrong(FILE + CLOSE, *MISSING, length=len(FILE) // 2),
    "json": Wrong(b'{"image": "x"}', *MISSING, content_type="application/json"),
    "broken json": Wrong(b'{"image"', *MISSING, content_type="application/json"),
    "a form that claims to be a photo": Wrong(FILE + CLOSE, *NO_PHOTO, content_type="image/jpeg"),
    "no photo itself": Wrong(b"x" * 2_000_000, *NO_PHOTO, content_type="application/octet-stream"),
    "text": Wrong(b"hello", *MISSING, content_type="text/plain"),
    "a form without files": Wrong(b"image=x", *MISSING, content_type="application/x-www-form-urlencoded"),
    "many pairs": Wrong(b"a=b&" * 100_000, *MISSING, content_type="application/x-www-form-urlencoded"),
    "no content type": Wrong(FILE + CLOSE, *MISSING, content_type=""),
}


@pytest.mark.parametrize("path", ["/predict", "/image"])
@pytest.mark.parametrize("wrong", WRONG)
def test_invalid_forms(served: Served, wrong: str, path: str) -> None:
    case = WRONG[wrong]
    length = len(case.body) if case.length is None else case.length
    header = head(length, path).replace(FORM.encode(), case.content_type.encode("latin-1"))
    with served.raw() as client:
        answer = client.send(header + case.body).answer()
        problem = answer.problem()
        assert (answer.status, problem.code) == (case.status, case.code), problem
        assert problem.request_id == answer.headers["x-request-id"]
    served.is_well()


NAMES = [
    "../../etc/passwd",
    "C:\\\\x.jpg",
    "/dev/null",
    "a\x01\x1b[31mb",
    "\x00",
    "照片.jpg",
    "x" * 3000,
    "",
    "é",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name[:20]))
def test_any_file_name_is_accepted(served: Served, name: str) -> None:
    body = part(f'form-data; name="image"; filename="{name}"') + CLOSE
    with served.raw() as client:
        assert client.send(head(len(body)) + body).answer().status == 200


@pytest.mark.parametrize("name", ["../image", "image\x00", "im\x1bage", "IMAGE", "照片"], ids=repr)
def test_the_fields_name_must_match(served: Served, name: str) -> None:
    body = part(f'form-data; name="{name}"; filename="x"') + CLOSE
    with served.raw() as client:
        answer = client.send(head(len(body)) + body).answer()
        assert (answer.status, answer.problem().code) == MISSING


def test_chunks_without_end() -> None:
    with serving(body_s=1, max_body_mb=1) as served:
        with served.raw() as client:
            client.send(head(None) + b"%x\r\n%b\r\n" % (len(PART), PART))
            answer = client.answer()
            assert (answer.status, answer.problem().code) == (408, "request-timeout")
        with served.raw() as client:
            client.send(head(None) + b"%x\r\n%b\r\n" % (len(PART), PART))
            for _ in range(40):
                client.send(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
            answer = client.answer()
            assert (answer.status, answer.problem().code) == (413, "image-too-large")
        served.is_well()


def test_more_announced_than_sent() -> None:
    body = PART + PHOTO + END
    with serving(body_s=1) as served:
        with served.raw() as client:
            answer = client.send(head(len(body) + 1) + body).answer()
            assert (answer.status, answer.problem().code) == (408, "request-timeout")
        served.is_well()


def test_less_announced_than_sent(served: Served) -> None:
    """The rest is read as the next request, and is none."""
    body = PART + PHOTO + END
    with served.raw() as client:
        client.send(head(len(body)) + body + b"nonsense\r\n\r\n")
        assert client.answer().status == 200
        answer = client.answer()
        assert (answer.status, answer.problem().code) == INVALID
        assert client.ends()
    served.is_well()
