"""Files that are something else, or several things at once."""

import gzip
import io
import random
import struct
import zipfile
from collections.abc import Iterator

from tests.server.hostile.case import Case, either, read, refused
from tests.server.hostile.making import GOOD, segment, with_segments
from tests.server.photo.scenes import scene
from tests.server.pictures import file_of

_HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def cases() -> Iterator[Case]:
    yield from _others()
    yield from _several_things()


def _others() -> Iterator[Case]:
    yield refused("nothing", b"")
    for kind in ("ICO", "TIFF", "EPS", "PPM", "TGA", "PCX", "SGI", "DDS", "JPEG2000", "PDF"):
        yield refused(kind, file_of(scene(), kind), 415)
    yield refused(
        "BLP bomb", b"BLP2" + struct.pack("<IBBBBII", 1, 1, 8, 8, 0, 20000, 20000) + bytes(300), 415
    )
    yield refused("Photoshop", b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 30000, 30000, 8, 3), 415)
    yield refused("icon that holds a PNG", b"\0\0\1\0\1\0" + bytes(16) + file_of(scene(), "PNG"), 415)
    yield refused("TIFF that points to itself", b"II*\0\x08\0\0\0\0\0\x08\0\0\0", 415)
    yield refused("SVG with an entity bomb", _SVG, 415)
    yield refused("web page", _HTML, 415)
    yield refused("script", b"#!/bin/sh\nrm -rf /\n", 415)
    yield refused("prose that begins as a bitmap", b"BM, said the fox, is not a picture. " * 40, 415)
    yield refused("gzip", gzip.compress(GOOD), 415)
    yield refused("ZIP", _archive(), 415)
    yield refused("film", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(500), 415)
    yield refused("endless box", b"\0\0\0\0ftypxxxx" + bytes(500), 415)
    chance = random.Random(5)
    for length in (1, 2, 3, 4, 11, 12, 13, 100, 100_000):
        yield refused(f"{length} random bytes", b"\x01" + chance.randbytes(length - 1), 415)
        yield refused(f"{length} zero bytes", bytes(length), 415)


_SVG = (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&b;&c;</svg>'
)


def _archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../photo.jpg", bytes(10_000_000))
    return out.getvalue()


def _several_things() -> Iterator[Case]:
    yield read("JPEG and ZIP", GOOD + _archive())
    yield read("JPEG and web page", GOOD + _HTML)
    yield read("JPEG with a web page as comment", with_segments(GOOD, segment(0xFE, _HTML)))
    yield read("PNG and ZIP", file_of(scene(), "PNG") + _archive())
    yield refused("PDF and JPEG", b"%PDF-1.4\n" + GOOD, 415)
    yield refused("JPEG behind a byte", b"\n" + GOOD, 415)
    yield either("GIF and script", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)//" + bytes(500))
    yield either("JPEG head, PNG body", GOOD[:20] + file_of(scene(), "PNG"))
    yield either("PNG head, JPEG body", file_of(scene(), "PNG")[:8] + GOOD)
    yield read("JPEG with a JPEG in it", with_segments(GOOD, segment(0xE1, b"Exif\0\0" + GOOD[:60_000])))
    yield read(
        "JPEG and a second one of 60000 x 60000", GOOD + GOOD.replace(b"\0\x40\0\x60", b"\xea\x60" * 2)
    )
