"""Progress of a download on a terminal and in the log."""

import io
import logging

import pytest
from rich.console import Console

from paishi.models.weights.progress import download_progress

MB = 1_000_000


def test_a_log_gets_a_line_every_ten_percent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with download_progress("ResNet50", Console(file=io.StringIO())) as show:
        for percent in range(101):
            show(percent * MB, 100 * MB)
    assert caplog.messages == [f"ResNet50: {percent} % of 100 MB" for percent in range(0, 101, 10)]


def test_a_log_gets_a_line_every_ten_megabytes_of_an_unknown_size(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with download_progress("ResNet50", Console(file=io.StringIO())) as show:
        for megabytes in range(25):
            show(megabytes * MB, None)
    assert caplog.messages == ["ResNet50: 0 MB", "ResNet50: 10 MB", "ResNet50: 20 MB"]


def test_a_second_address_starts_over(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with download_progress("ResNet50", Console(file=io.StringIO())) as show:
        for received in (50, 10, 20):
            show(received * MB, 100 * MB)
    assert [message.split()[1] for message in caplog.messages] == ["50", "10", "20"]


def test_a_terminal_gets_a_bar() -> None:
    screen = io.StringIO()
    with download_progress("ResNet50", Console(file=screen, force_terminal=True, width=100)) as show:
        show(25 * MB, 100 * MB)
        show(100 * MB, 100 * MB)
    assert "ResNet50" in screen.getvalue()
    assert "100.0/100.0 MB" in screen.getvalue()


def test_a_terminal_shows_nothing_where_nothing_is_downloaded() -> None:
    screen = io.StringIO()
    with download_progress("ResNet50", Console(file=screen, force_terminal=True)):
        pass
    assert screen.getvalue().strip() == ""
