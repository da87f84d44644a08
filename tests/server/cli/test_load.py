"""What a terminal shows while a model is loaded."""

import io
import logging

import pytest
import typer
from rich.console import Console

from paishi.cli import load
from paishi.models.errors import ConversionFailed
from paishi.models.weights.download import OnProgress
from paishi.recognition.recogniser import Recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget

CONVERSION = logging.getLogger("paishi.runtimes.conversion.convert")


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_conversion_is_said_after_the_download(
    is_terminal: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    screen = io.StringIO()
    seen = []

    def fails(settings: Settings, cores: CpuBudget, on_progress: OnProgress) -> Recogniser:
        seen.append(screen.getvalue())
        on_progress(1, 2)
        CONVERSION.info("Converting %s [once]", "ResNet50")
        raise ConversionFailed("It cannot be converted.")

    monkeypatch.setattr(load, "Console", lambda **_: Console(file=screen, force_terminal=is_terminal))
    monkeypatch.setattr(load, "load_recogniser", fails)
    with pytest.raises(typer.Exit), load.loaded(Settings(), CpuBudget(1)):
        pass
    assert ("Loading ResNet50." in seen[0]) == is_terminal
    assert ("Converting ResNet50 [once]" in screen.getvalue()) == is_terminal
    assert not CONVERSION.isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("paishi.runtimes.conversion").handlers
