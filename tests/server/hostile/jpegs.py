"""JPEGs that no camera writes."""

import struct
from collections.abc import Iterator

from PIL import Image, ImageCms

from tests.server.hostile.case import Case, either, read, refused
from tests.server.hostile.making import GOOD, flat, more_scans, patched, segment, with_segments
from tests.server.photo.scenes import scene
from tests.server.pictures import file_of

_SOF = b"\xff\xc0"
_SCANS = b"\xff\xda"


def cases() -> Iterator[Case]:
    yield from _scans()
    yield from _ends()
    yield from _codings()
    yield from _segments()
    yield from _exif()
    yield from _profiles()


def _scans() -> Iterator[Case]:
    progressive = file_of(scene(), "JPEG", progressive=True)
    yield read("1000 scans of a small picture", more_scans(progressive, 1000))
    large = file_of(flat(2000, 2000), "JPEG", progressive=True)
    yield read("30 scans of a large picture", more_scans(large, 20))
    yield Case("20,000 scans of a large picture", more_scans(large, 20_000), frozenset({422}))
    yield either("second picture behind the first", GOOD + GOOD)
    yield either("scan without data", GOOD[: GOOD.index(_SCANS) + 14] + b"\xff\xd9")
    yield either("restart markers everywhere", GOOD[:-2] + b"\xff\xd0\xff\xd7" * 3000 + b"\xff\xd9")
    yield read("many restarts", file_of(scene(), "JPEG", restart_marker_blocks=1))
    yield read("two pictures, MPO", file_of(scene(), "MPO", save_all=True, append_images=[flat(8, 8)]))


def _ends() -> Iterator[Case]:
    film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(range(1, 256)) * 40
    half, whole = GOOD[: len(GOOD) // 2], GOOD[:-2]
    for name, behind in {
        "film": film,
        "film of a motion photo": b"MotionPhoto_Data" + film,
        "JPEG": GOOD,
        "ZIP": b"PK\3\4\xff\x24" + bytes(100),
        "fill bytes": b"\xff" * 100_000,
        "stray marker": b"\xff\x24",
    }.items():
        yield read(f"{name} in place of the end marker", whole + behind)
        yield refused(f"{name} behind half a picture", half + behind)
    yield either("a million markers in place of the end marker", whole + b"\xff\x24" * 1_000_000)
    yield either("a million names of films in place of the end marker", whole + b"ftyp" * 1_000_000)


def _codings() -> Iterator[Case]:
    cmyk = Image.frombytes("CMYK", (64, 64), bytes(range(256)) * 64)
    yield read("CMYK of Adobe, inverted", file_of(cmyk, "JPEG"))
    yield read("grey", file_of(scene().convert("L"), "JPEG"))
    at = GOOD.index(_SOF)
    for marker in (0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF):
        yield either(
            f"coding {marker:X} named, Huffman sent", GOOD[: at + 1] + bytes([marker]) + GOOD[at + 2 :]
        )
    yield refused("12 bits", patched(GOOD, _SOF, 4, b"\x0c"))
    yield refused("0 bits", patched(GOOD, _SOF, 4, b"\0"))
    yield refused("no rows", patched(GOOD, _SOF, 5, b"\0\0"))
    yield refused("no columns", patched(GOOD, _SOF, 7, b"\0\0"))
    yield refused("65535 x 65535", patched(GOOD, _SOF, 5, b"\xff" * 4), 413)
    yield either("255 components", patched(GOOD, _SOF, 9, b"\xff"))
    yield either("sampling 15 x 15", patched(GOOD, _SOF, 11, b"\xff"))
    yield read("65500 rows", file_of(flat(1, 65500), "JPEG"))
    yield read("65500 columns", file_of(flat(65500, 1), "JPEG"))
    yield read("one pixel", file_of(flat(1, 1), "JPEG"))
    frame = GOOD[at : at + 19]
    yield refused("two frames", GOOD[:at] + frame + GOOD[at:])
    other = frame[:1] + b"\xc2" + frame[2:5] + b"\0\1\0\1" + frame[9:]
    yield either("two frames that differ", GOOD[:at] + other + GOOD[at:])
    tables = GOOD.index(b"\xff\xc4")
    yield either("no Huffman tables", GOOD[:tables] + GOOD[GOOD.index(_SCANS) :])
    yield refused("no quantisation tables", GOOD[: GOOD.index(b"\xff\xdb")] + GOOD[at:])


def _segments() -> Iterator[Case]:
    for count, status in ((500, 200), (5000, 422)):
        yield Case(
            f"{count} empty segments", with_segments(GOOD, segment(0xE5, b"") * count), frozenset({status})
        )
    yield read("full segments", with_segments(GOOD, segment(0xE7, bytes(65_000)) * 20))
    yield refused("segment that is longer than the file", GOOD[:2] + b"\xff\xe1\xff\xff" + GOOD[2:400])
    yield either("segment of length 0", GOOD[:2] + b"\xff\xe1\0\0" + GOOD[2:])
    yield either("comments between the scans", _between_scans(segment(0xFE, b"") * 200_000))
    for name in (
        b"ICC_PROFILE\0",
        b"http://ns.adobe.com/xap/1.0/\0",
        b"Photoshop 3.0\0",
        b"MPF\0",
        b"Adobe\0",
    ):
        for rest in (b"", b"\xff" * 40, b"8BIM\3\xed\0\0\xff\xff\xff\xff", bytes(2000)):
            marker = {b"P": 0xED, b"h": 0xE1, b"A": 0xEE}.get(name[:1], 0xE2)
            label = name.partition(b"\0")[0].decode().rpartition("/")[2]
            yield either(f"{label} with {rest[:3].hex()}", with_segments(GOOD, segment(marker, name + rest)))


def _between_scans(what: bytes) -> bytes:
    file = file_of(scene(), "JPEG", progressive=True)
    at = file.rindex(b"\xff\xda")
    return file[:at] + what + file[at:]


def _exif() -> Iterator[Case]:
    loop = b"MM\0*\0\0\0\x08" + struct.pack(">H", 1) + struct.pack(">HHLL", 0x8769, 4, 1, 8) + b"\0\0\0\x08"
    yield read("EXIF that points to itself", _with_exif(loop))
    many = struct.pack(">H", 5000) + b"".join(struct.pack(">HHLL", tag, 2, 5, 8) for tag in range(5000))
    yield read("EXIF of 5000 entries", _with_exif(b"MM\0*\0\0\0\x08" + many))
    # Each of these would be a copy of its own: 300 MB out of 64 KB.
    greedy = b"".join(struct.pack(">HHLL", tag, 1, 60_000, 8) for tag in range(5000))
    yield read("EXIF entries that share their values", _with_exif(b"MM\0*\0\0\0\x08\x13\x88" + greedy))
    for name, block in {
        "empty": b"",
        "noise": bytes(range(256)),
        "far": b"II*\0\xff\xff\xff\xff",
        "negative": b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHLL", 0x112, 3, 0xFFFFFFFF, 0xFFFFFFFF),
        "orientation 9": b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHLL", 0x112, 3, 1, 9) + bytes(4),
        "orientation as text": b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHLL", 0x112, 2, 1, 0x36) + bytes(4),
        "resolution 1/0": b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHLL", 0x11A, 5, 1, 26) + bytes(12),
    }.items():
        yield read(f"EXIF {name}", _with_exif(block))
    yield read("EXIF in 30 segments", with_segments(GOOD, segment(0xE1, b"Exif\0\0" + bytes(60_000)) * 30))


def _with_exif(block: bytes) -> bytes:
    return with_segments(GOOD, segment(0xE1, b"Exif\0\0" + block))


def _profiles() -> Iterator[Case]:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    for name, icc in {
        "cut off": profile[:200],
        "for XYZ": profile,
        "noise": bytes(range(256)) * 4,
        "length of 4 GB": b"\xff\xff\xff\xff" + profile[4:],
        "4 thousand million tags": profile[:128] + b"\xff\xff\xff\xff" + profile[132:],
        "tags beyond the end": profile[:132] + b"\xff" * (len(profile) - 132),
    }.items():
        yield read(f"profile {name}", file_of(scene(), "JPEG", icc_profile=icc))
    yield either(
        "profile in 255 parts, one there",
        with_segments(GOOD, segment(0xE2, b"ICC_PROFILE\0\1\xff" + profile)),
    )
