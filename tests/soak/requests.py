"""What strangers send: good photos, and what no camera would."""

import os
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from tests.bench.photos import PHONE, PhotoKind, make_photo
from tests.server.pictures import file_of

SNAPSHOT = PhotoKind("snapshot", 640, 480, 60_000)
_DIFFERENT = 8


@dataclass(frozen=True, slots=True)
class Bad:
    """A request that has to be refused with one of `statuses`."""

    name: str
    body: bytes
    statuses: tuple[int, ...]


def good_photos() -> list[bytes]:
    """Each with an answer of its own, so that a mixed-up one shows. One is as large as a phone takes it."""
    return [*(make_photo(SNAPSHOT, seed) for seed in range(_DIFFERENT)), make_photo(PHONE)]


def coloured_photo(colour: tuple[int, int, int]) -> bytes:
    """Of one colour, so that its echo is known."""
    return file_of(Image.new("RGB", (320, 240), colour), "PNG")


def bad_photos(photo: bytes) -> list[Bad]:
    """`photo` is a good one to damage."""
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    bomb = Image.new("1", (30_000, 30_000))
    return [
        Bad("empty", b"", (400, 415, 422)),
        Bad("random bytes", os.urandom(5000), (415,)),
        Bad("text", b"<html>not a photo</html>" * 50, (415,)),
        Bad("header only", photo[:300], (422,)),
        Bad("TIFF", file_of(noise, "TIFF"), (415,)),
        Bad("bomb", file_of(bomb, "PNG"), (413,)),
        Bad("too large", photo + bytes(21_000_000), (413,)),
    ]


def upload(path: str, url: str, photo: bytes, *, field: str = "image", accept: str = "*/*") -> bytes:
    """A whole POST as `wx.uploadFile` sends it, under a request id of its own (see `request_id`)."""
    boundary = secrets.token_hex(8)
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="photo.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    body = head + photo + f"\r\n--{boundary}--\r\n".encode()
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {urlsplit(url).netloc}",
        f"Accept: {accept}",
        f"X-Request-ID: {secrets.token_hex(8)}",
        f"Content-Type: multipart/form-data; boundary={boundary}",
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def request_id(request: bytes) -> str:
    return request.split(b"X-Request-ID: ", 1)[1].split(b"\r\n", 1)[0].decode()
