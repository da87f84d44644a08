"""The QR code holds the address in the panel."""

import io

import pytest
import segno
from rich.console import Console

from paishi.cli.banner import Banner
from paishi.recognition.recognition import Unavailable
from paishi.settings import Settings

BLOCKS = {" ": (1, 1), "▄": (1, 0), "▀": (0, 1), "█": (0, 0)}
"""What each character shows: upper and lower module, 1 is dark; light is drawn."""


def printed(host: str, is_terminal: bool, monkeypatch: pytest.MonkeyPatch, lan: str | None) -> str:
    monkeypatch.setattr("paishi.cli.banner.lan_address", lambda: lan)
    out = io.StringIO()
    console = Console(file=out, force_terminal=is_terminal, color_system=None, width=100)
    Banner(Settings(host=host), 5000, console)(Unavailable("no weights"))  # type: ignore[call-arg]
    return out.getvalue()


def test_a_terminal_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed("0.0.0.0", True, monkeypatch, "192.168.1.5")
    rows: list[list[int]] = []
    for line in text.split("settings:\n", 1)[1].splitlines():
        pairs = [BLOCKS[character] for character in line]
        rows += [[upper for upper, _ in pairs], [lower for _, lower in pairs]]
    expected = [list(row) for row in segno.make("http://192.168.1.5:5000", error="l").matrix_iter(border=2)]
    assert rows[: len(expected)] == expected


@pytest.mark.parametrize(
    ("host", "is_terminal", "lan"),
    [("127.0.0.1", True, "192.168.1.5"), ("0.0.0.0", False, "192.168.1.5"), ("0.0.0.0", True, None)],
)
def test_no_code_without_a_terminal_or_an_address_for_phones(
    host: str, is_terminal: bool, lan: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "scan" not in printed(host, is_terminal, monkeypatch, lan)
