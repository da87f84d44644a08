"""`paishi predict`: the server's results, without the server."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.cli.batch_predict import IN_FLIGHT, NamedPhoto, PhotoNamer
from paishi.photo.decode import Decoder
from paishi.photo.reader import PhotoReader
from paishi.recognition.labels import load_labels
from paishi.recognition.recogniser import Recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from tests.server.cli.command import assert_one_sentence, invoke, run
from tests.server.conftest import ROOT
from tests.server.pictures import file_of, noise


@pytest.fixture
def album(tmp_path: Path, photos: list[Path]) -> Path:
    """Three readable photos, at two depths, one damaged one, and what is no photo."""
    album = tmp_path / "album"
    (album / "b" / "deep").mkdir(parents=True)
    shutil.copy(photos[0], album / "z.jpg")
    shutil.copy(photos[1], album / "b" / "deep" / "[red] :snake:.JPEG")
    shutil.copy(photos[2], album / "b" / "a.jpg")
    (album / "b" / "cut.jpg").write_bytes(photos[0].read_bytes()[:3000])
    (album / "notes.txt").write_text("x")
    (album / "._z.jpg").write_text("x")
    return album


def names(album: Path) -> list[str]:
    return [
        str(album / "z.jpg"),
        *(str(album / "b" / name) for name in ("a.jpg", "cut.jpg", "deep/[red] :snake:.JPEG")),
    ]


def test_json_equals_the_response_of_the_server(album: Path, client: httpx.Client, keras_home: Path) -> None:
    done = run(
        "predict", str(album), "--json", "--top", "3", "--model", "MobileNetV2", KERAS_HOME=str(keras_home)
    )
    assert done.returncode == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["file"] for line in lines] == names(album)
    for line in lines:
        if "cut" in line["file"]:
            assert "damaged or cut off" in line["error"]
            continue
        with Path(line["file"]).open("rb") as photo:
            served = client.post("/predict?top=3", files={"image": photo}).json()
        assert line["model"] == served["model"]
        found, expected = line["predictions"], served["predictions"]
        assert [row["name"] for row in found] == [row["name"] for row in expected]
        for row, other in zip(found, expected, strict=True):
            assert row["probability"] == pytest.approx(other["probability"], abs=1e-4)


def test_tables_and_errors(album: Path, photos: list[Path], keras_home: Path) -> None:
    """Square brackets and colons in a name are printed as they are."""
    snake = album / "b" / "deep" / "[red] :snake:.JPEG"
    done = invoke(
        *("predict", str(snake), str(album / "gone.jpg"), str(album / "z.jpg"), "--top", "1"),
        KERAS_HOME=str(keras_home),
        PAISHI_MODEL="MobileNetV2",
    )
    assert done.returncode == 1
    shown = done.stdout.splitlines()
    assert [line.rstrip() for line in shown[::2]] == [str(snake), str(album / "z.jpg")]
    wnids = [photo.name.partition("_")[0] for photo in (photos[1], photos[0])]
    assert [line.split()[-1] for line in shown[1::2]] == wnids
    assert all(line.split()[1] == "%" for line in shown[1::2])
    assert done.stderr.splitlines() == [
        f"{album}/gone.jpg: No such file or directory.",
        "1 of 3 could not be read.",
    ]


def test_an_unknown_model_and_an_empty_folder(tmp_path: Path) -> None:
    unknown = invoke("predict", "x.jpg", "--model", "MobileNetV4")
    assert_one_sentence(unknown)
    assert "MobileNetV2" in unknown.stderr
    nothing = invoke("predict", str(tmp_path), "--model", "MobileNetV2")
    assert_one_sentence(nothing, code=1)
    assert "no photos" in nothing.stderr


def test_without_weights_it_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(file_of(noise()))
    done = invoke("predict", str(tmp_path), KERAS_HOME=str(tmp_path), PAISHI_WEIGHTS="/nowhere/resnet50.h5")
    assert_one_sentence(done, code=1)
    assert "/nowhere/resnet50.h5" in done.stderr


class WaitsForCompany:
    """A runtime that returns nothing before `company` pictures have arrived."""

    name = "company"

    def __init__(self, company: int) -> None:
        self._company = company
        self._there = asyncio.Event()
        self.arrived = 0
        self.at_once = 0
        self._inside = 0

    async def softmax(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.arrived += 1
        self._inside += 1
        self.at_once = max(self.at_once, self._inside)
        if self.arrived >= self._company:
            self._there.set()
        await self._there.wait()
        await asyncio.sleep(0)
        self._inside -= 1
        probabilities = np.zeros((1, 1000), np.float32)
        probabilities[0, int(views.mean()) // 2] = 1
        return probabilities

    def close(self) -> None:
        pass


def test_so_many_are_in_flight_that_the_runtime_can_batch_and_the_order_stays(tmp_path: Path) -> None:
    from PIL import Image

    photos = [tmp_path / f"{number:02}.png" for number in range(40)]
    for number, photo in enumerate(photos):
        Image.new("RGB", (32, 32), (number * 2,) * 3).save(photo)

    async def name_all() -> tuple[list[NamedPhoto], WaitsForCompany]:
        runtime = WaitsForCompany(IN_FLIGHT)
        recogniser = Recogniser("ResNet50", 32, "crop", runtime, load_labels("imagenet"))  # type: ignore[arg-type]
        settings, cores = Settings(), CpuBudget(2)
        reader = PhotoReader(Decoder(settings.decode_s, 2), settings.max_pixels, 2, cores)
        namer = PhotoNamer(settings.max_body_bytes, reader, recogniser, 1)
        async with asyncio.timeout(30):
            return [named async for named in namer.in_order(photos)], runtime

    named, runtime = asyncio.run(name_all())
    assert [each.file for each in named] == photos
    labels = load_labels("imagenet").classes
    assert [each.predictions[0].id for each in named] == [labels[number].id for number in range(40)]
    assert runtime.at_once == IN_FLIGHT


def test_a_photo_whose_process_cannot_start_fails_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = [tmp_path / "1.gif", tmp_path / "2.png"]
    photos[0].write_bytes(file_of(noise(), "GIF"))
    photos[1].write_bytes(file_of(noise(), "PNG"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))

    async def name_all() -> list[NamedPhoto]:
        recogniser = Recogniser("ResNet50", 32, "crop", WaitsForCompany(1), load_labels("imagenet"))  # type: ignore[arg-type]
        reader = PhotoReader(Decoder(2, 1), 64_000_000, 1, CpuBudget(1))
        return [named async for named in PhotoNamer(10**6, reader, recogniser, 1).in_order(photos)]

    without_process, named = asyncio.run(name_all())
    assert (without_process.file, without_process.predictions) == (photos[0], [])
    assert "Try again" in without_process.failure
    assert named.predictions


@pytest.mark.parametrize(("terminal", "photos"), [(True, 2), (True, 1), (False, 2)])
def test_the_bar_is_for_terminals_and_several_photos(terminal: bool, photos: int) -> None:
    code = (
        "from pathlib import Path\n"
        "from paishi.cli.prediction_printer import Printer\n"
        "from paishi.contract import Model\n"
        f"printer = Printer(Model(name='Net', labels='imagenet'), True, {photos})\n"
        "with printer.bar:\n"
        f"    for number in range({photos}): printer.show(Path('a\\x1b[2J.jpg'), [], 'broken')"
    )
    environment = {"PYTHONPATH": os.environ["PYTHONPATH"]}
    if terminal:
        environment |= {"FORCE_COLOR": "1", "TERM": "xterm"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert ("2/2" in done.stdout) == (terminal and photos > 1)
    assert done.stdout.count("broken") == photos
    assert "\x1b[2J" not in done.stdout
    if not terminal:
        assert [json.loads(line)["error"] for line in done.stdout.splitlines()] == ["broken"] * photos
        assert done.stderr == ""


def test_files_are_looked_for_before_the_model(tmp_path: Path) -> None:
    """The weights are not there either, but they are not what is wrong."""
    environment = {"KERAS_HOME": str(tmp_path), "PAISHI_WEIGHTS": str(tmp_path / "none.h5")}
    done = invoke("predict", str(tmp_path / "nosuch.jpg"), str(tmp_path / "nor\nthis.png"), **environment)
    assert done.returncode == 1
    assert [line.partition(": ")[0] for line in done.stderr.splitlines()] == [
        str(tmp_path / "nosuch.jpg"),
        str(tmp_path / "nor\N{REPLACEMENT CHARACTER}this.png"),
    ]
    assert "none.h5" not in done.stderr
