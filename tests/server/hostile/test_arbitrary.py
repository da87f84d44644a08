"""Files damaged by Hypothesis give a picture within its bound, or a PhotoError."""

import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paishi.problems.kinds import PhotoError
from tests.server.hostile.damaged import GOOD_FILES
from tests.server.photo.decoding import decode

_MOST = 1_000_000
_NUMBERS = [0, 1, 2, 7, 255, 256, 32767, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1]

Step = tuple[str, float, float, bytes]
"""What is done, where in the file and how far from 0 to 1, with which bytes."""


def steps() -> st.SearchStrategy[list[Step]]:
    part = st.floats(0, 1, width=32)
    numbers = st.sampled_from(_NUMBERS).flatmap(
        lambda number: st.sampled_from([struct.pack(order + "I", number) for order in "<>"])
    )
    kinds = st.sampled_from(["cut", "write", "insert", "leave out", "repeat", "swap"])
    return st.lists(
        st.tuples(kinds, part, part, numbers | st.binary(min_size=1, max_size=40)), min_size=1, max_size=6
    )


def damaged(file: bytes, kind: str, where: float, far: float, what: bytes) -> bytes:
    at = round(where * len(file))
    end = at + round(far * min(200, len(file) - at))
    match kind:
        case "cut":
            return file[: max(at, 20)]
        case "write":
            return file[:at] + what + file[at + len(what) :]
        case "insert":
            return file[:at] + what + file[at:]
        case "leave out":
            return file[:at] + file[end:]
        case "repeat":
            return file[:end] + file[at:end] * 20 + file[end:]
    return file[end:] + file[at:end] if at < 20 else file[:20] + file[end:] + file[20:at] + file[at:end]


@pytest.mark.parametrize("name", GOOD_FILES)
@settings(
    max_examples=80,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(damage=steps(), short_side=st.sampled_from([None, 16]), colour_managed=st.booleans())
def test_nothing_but_pictures_and_photo_errors(
    name: str, damage: list[Step], short_side: int | None, colour_managed: bool
) -> None:
    file = GOOD_FILES[name]
    for step in damage:
        file = damaged(file, *step)
    holds(file, short_side, colour_managed)


@settings(max_examples=150, derandomize=True, deadline=None, database=None)
@given(
    head=st.sampled_from([file[:length] for file in GOOD_FILES.values() for length in (4, 12, 30)]),
    rest=st.lists(st.sampled_from([file[20:400] for file in GOOD_FILES.values()]) | st.binary(), max_size=4),
)
def test_heads_with_bodies_of_others(head: bytes, rest: list[bytes]) -> None:
    holds(head + b"".join(rest), None, False)


@pytest.fixture(autouse=True)
def quietly(recwarn: pytest.WarningsRecorder) -> None:
    """Pillow warns of damaged metadata; the server silences that when it starts."""


def holds(file: bytes, short_side: int | None, colour_managed: bool) -> None:
    try:
        picture = decode(file, max_pixels=_MOST, short_side=short_side, colour_managed=colour_managed)
    except PhotoError as refused:
        why = refused.detail
    else:
        why = ""
        assert picture.mode == "RGB"
        assert 0 < picture.width * picture.height <= _MOST
        assert len(picture.tobytes()) == 3 * picture.width * picture.height
    assert why[-1:] in ("", ".")
