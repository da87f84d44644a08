"""HEIC pictures made of tiles, as iPhones write them and pillow-heif cannot (ISO/IEC 23008-12, 6.6.2.3.2)."""

import struct

_GRID = 1
"""Id of the item that joins the tiles, whose ids follow."""


def heic_grid(tile: bytes, rows: int, columns: int) -> bytes:
    """Returns a HEIC file of `rows` times `columns` copies, at most 256 each, of the HEIC file `tile`."""
    config, data = _box_in(tile, b"hvcC"), _box_in(tile, b"mdat")[8:]
    wide, high = struct.unpack(">II", _box_in(tile, b"ispe")[12:])
    width, height = columns * wide, rows * high
    grid = struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, width, height)  # 32-bit sizes
    tiles = range(_GRID + 1, _GRID + 1 + rows * columns)
    head = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    meta = _meta(config, (wide, high), (width, height), tiles, [(0, 0), (0, 0)])
    start = len(head) + len(meta) + 8
    places = [(start, len(grid)), (start + len(grid), len(data))]
    return head + _meta(config, (wide, high), (width, height), tiles, places) + _box(b"mdat", grid + data)


def _meta(
    config: bytes,
    tile_size: tuple[int, int],
    size: tuple[int, int],
    tiles: range,
    places: list[tuple[int, int]],
) -> bytes:
    """`places` are the offsets and lengths of the grid's and of the tiles' data."""
    items = [(_GRID, b"grid"), *((tile, b"hvc1") for tile in tiles)]
    info = b"".join(_full_box(b"infe", struct.pack(">HH4sB", item, 0, kind, 0), 2) for item, kind in items)
    parts = struct.pack(f">HH{len(tiles)}H", _GRID, len(tiles), *tiles)
    properties = config + b"".join(
        _full_box(b"ispe", struct.pack(">II", *each)) for each in (tile_size, size)
    )
    of_grid, of_tile = b"\x01\x83", b"\x02\x81\x82"  # numbers of properties; the high bit is "essential"
    uses = [struct.pack(">H", _GRID) + of_grid, *(struct.pack(">H", tile) + of_tile for tile in tiles)]
    locations = [struct.pack(">HHHII", item, 0, 1, *places[item != _GRID]) for item, _ in items]
    return _full_box(
        b"meta",
        _full_box(b"hdlr", bytes(4) + b"pict" + bytes(13))
        + _full_box(b"pitm", struct.pack(">H", _GRID))
        + _full_box(b"iinf", struct.pack(">H", len(items)) + info)
        + _full_box(b"iref", _box(b"dimg", parts))
        + _box(
            b"iprp",
            _box(b"ipco", properties) + _full_box(b"ipma", struct.pack(">I", len(uses)) + b"".join(uses)),
        )
        + _full_box(b"iloc", struct.pack(">BBH", 0x44, 0, len(items)) + b"".join(locations)),
    )


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + name + body


def _full_box(name: bytes, body: bytes, version: int = 0) -> bytes:
    return _box(name, struct.pack(">I", version << 24) + body)


def _box_in(file: bytes, name: bytes) -> bytes:
    at = file.index(name) - 4
    return file[at : at + int.from_bytes(file[at : at + 4], "big")]
