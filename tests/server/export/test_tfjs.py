"""TensorFlow.js's converter: the commands that an operator gets where it cannot be installed."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from paishi.export import tfjs
from paishi.export.errors import ExportRefused

COMMANDS = [
    "-m pip install tensorflowjs==4.22.0 ydf==0.11.0",
    "npm install --prefix",
    "@tensorflow/tfjs@4.22.0",
]


def converter(folder: Path) -> tuple[tfjs.Converter, list[str]]:
    said: list[str] = []
    return tfjs.Converter(folder, said.append), said


def test_where_it_cannot_be_installed_the_commands_are_shown_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 12, 0))
    for proxy in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.setenv(proxy, "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    made, said = converter(tmp_path)
    with pytest.raises(ExportRefused, match="cannot be installed") as refused:
        made.make()
    assert all(command in str(refused.value) for command in COMMANDS)
    assert "about 3000 MB" in said[0]
    assert not os.listdir(tmp_path)


def test_a_python_that_is_too_new_gets_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 13, 0))
    made, _ = converter(tmp_path)
    with pytest.raises(ExportRefused, match=r"needs Python 3\.12 or older") as refused:
        made.make()
    assert all(command in str(refused.value) for command in COMMANDS)


def test_it_is_installed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Sequence[str]] = []

    def record(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(tfjs, "_run", record)
    monkeypatch.setattr(tfjs.venv, "create", lambda folder, with_pip: folder.mkdir(exist_ok=True))
    monkeypatch.setattr(sys, "version_info", (3, 12, 0))
    made, said = converter(tmp_path)
    made.make()
    installed = len(ran)
    made.make()
    assert (len(ran), len(said)) == (installed, 1)
    assert installed >= 1


def test_a_layer_that_it_lacks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = "ValueError: Unsupported Ops in the model before optimization\nScaleAndTranslate, Rint\n"
    failed = subprocess.CompletedProcess("converter", 1, "", f"Traceback …\n{report}")
    monkeypatch.setattr(tfjs, "_run", lambda command: failed)
    layers = {"ScaleAndTranslate": ["layer 'enlarge' (UpSampling2D)"], "Mul": ["layer 'others' (Rescaling)"]}
    with pytest.raises(ExportRefused) as refused:
        converter(tmp_path)[0].convert(tmp_path / "saved", tmp_path / "out", layers)
    assert str(refused.value) == (
        "TensorFlow.js does not take layer 'enlarge' (UpSampling2D): it has no ScaleAndTranslate or Rint."
    )
