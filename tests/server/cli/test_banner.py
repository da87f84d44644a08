"""What the panel says of the model; the QR code holds the address in the panel."""

import io

import pytest
import segno
from rich.console import Console

from paishi.cli.banner import Banner
from paishi.contract import MissingWeights
from paishi.recognition.recognition import WHEN_CHANGED, Awaited, Ready, State, Unavailable
from paishi.settings import Settings
from tests.server.recognition.test_recognition import Gated, model

BLOCKS = {" ": (1, 1), "▄": (1, 0), "▀": (0, 1), "█": (0, 0)}
"""What each character shows: upper and lower module, 1 is dark; light is drawn."""


def printed(host: str, is_terminal: bool, monkeypatch: pytest.MonkeyPatch, lan: str | None) -> str:
    monkeypatch.setattr("paishi.system.lan_address.lan_address", lambda: lan)
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


def test_a_server_on_one_address_of_the_lan_shows_that(monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed("192.168.7.7", True, monkeypatch, "192.168.1.5")
    assert "phone, same Wi-Fi  http://192.168.7.7:5000 " in text
    assert "scan" in text


MISSING = MissingWeights(
    file="big.h5", urls=["https://host/big.h5"], folder="/f", command="curl -o /f/big.h5 https://host/big.h5"
)
WHY = "The weights of Big could not be obtained: host: cannot connect."


@pytest.mark.parametrize(
    ("awaited", "language", "expected"),
    [
        (Awaited("Big"), "en", "model              Small for now; Big is awaited "),
        (Awaited("Big", percent=34), "en", "model              Small for now; Big is awaited (34 %) "),
        (
            Awaited("Big", WHY, missing=MISSING),
            "en",
            "Big is not there yet (host: cannot connect); fetching goes on; by hand: "
            "curl -o /f/big.h5 https://host/big.h5\n",
        ),
        (
            Awaited("Big", WHY, missing=MISSING),
            "zh_CN",
            "Big 尚未就绪（host: cannot connect），会继续下载；手动下载：curl -o /f/big.h5 https://host/big.h5\n",
        ),
        (
            Awaited("Big", "It is broken."),
            "en",
            "Big is not there yet, Small goes on. It is broken. It is tried again every 30 s.\n",
        ),
        (
            Awaited("Big", f"It is refused. {WHEN_CHANGED}"),
            "en",
            f"Big is not there yet, Small goes on. It is refused. {WHEN_CHANGED}\n",
        ),
    ],
)
def test_one_line_says_who_answers_and_what_is_awaited(
    awaited: Awaited, language: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", language)
    text = shown(Ready(model("Small", Gated()), awaited))
    assert expected in text
    assert ("is ready" in text) == (not awaited.reason)
    assert len(text.splitlines()) == (1 if awaited.reason else 6)


def test_without_any_model_a_card_says_what_to_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en")
    lines = shown(Unavailable(WHY, MISSING)).splitlines()
    assert lines[:5] == [
        WHY,
        "  file     big.h5, no published hash",
        "  into     /f",
        "  by hand  curl -o /f/big.h5 https://host/big.h5",
        "  or set   PAISHI_WEIGHTS_MIRRORS=an-address-that-has-it, or PAISHI_WEIGHTS=/path/to/it.h5",
    ]
    assert "running, but has no model yet" in lines[5]
    assert "ResNet50: tried again every 30 s" in lines[6]


def shown(state: State) -> str:
    out = io.StringIO()
    Banner(Settings(host="127.0.0.1"), 5000, Console(file=out, width=100))(state)  # type: ignore[call-arg]
    return out.getvalue()
