"""Names of taught things: what people type, counted as they read it."""

import pytest

from paishi.problems.kinds import RequestInvalid
from paishi.teaching.names import LONGEST_NAME, checked_name, same_name, visible_length


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("外婆的茶壶", "外婆的茶壶"),
        ("  my \t cat\n", "my cat"),
        ("../../etc/passwd", "../../etc/passwd"),
        ("a\x00b", "a b"),
        ("cafe\u0301", "café"),
        ("abc\u202edef", "abcdef"),
        ("B4", "B4"),
        ("我的👨‍👩‍👧", "我的👨‍👩‍👧"),
        ("x" * 60, "x" * 60),
        ("猫" + "👨‍👩‍👧" * 30, "猫" + "👨‍👩‍👧" * 30),
    ],
)
def test_names_that_are_kept(typed: str, kept: str) -> None:
    assert checked_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "missing"),
        (" \n", "missing"),
        ("\u202e", "missing"),
        ("!?…", "letter or digit"),
        ("👍", "letter or digit"),
        ("x" * 61, "longer"),
        ("猫" * 61, "longer"),
        ("x" + "\u0301" * 300, "longer"),
    ],
)
def test_names_that_are_refused(typed: str, reason: str) -> None:
    with pytest.raises(RequestInvalid, match=reason):
        checked_name(typed)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("abc", 3),
        ("猫咪", 2),
        ("👨‍👩‍👧", 1),
        ("👍🏽", 1),
        ("🇨🇳🇫🇷", 2),
        ("e\u0301", 1),
        ("தமிழ்", 3),
        ("❤️", 1),
    ],
)
def test_an_emoji_is_one_character(text: str, length: int) -> None:
    assert visible_length(text) == length
    assert LONGEST_NAME == 60


def test_case_and_width_make_no_other_name() -> None:
    assert same_name("Shelf B4", "shelf  b4")
    assert same_name("Ｂ４", "b4")
    assert not same_name("茶壶", "茶杯")
