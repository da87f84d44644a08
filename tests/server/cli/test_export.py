"""`paishi export`: from a model to files that other runtimes run, and what it refuses."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from paishi.export import run as exporting
from paishi.export.errors import ExportRefused
from paishi.export.formats import FORMATS, find_formats
from paishi.recognition.labels import load_labels
from paishi.recognition.on_device import on_device_folder
from paishi.recognition.resolve import resolve
from paishi.settings import Settings
from tests.server.cli.command import assert_one_sentence, invoke, run
from tests.server.conftest import run_server, slow
from tests.server.models.graph_models import graph_folder
from tests.server.pictures import file_of, noise

MODEL = "EfficientNetLite0"
WANTED = ("saved-model", "onnx", "onnx-wechat", "litert", "openvino", "keras")

needs_extra = pytest.mark.skipif(
    not all(find_spec(module) for one in FORMATS.values() for module in one.packages if one.name != "coreml"),
    reason="the extra `export` is not installed",
)


def to(*formats: str) -> list[str]:
    return [argument for name in formats for argument in ("--to", name)]


@pytest.fixture(scope="module")
def exported(
    photos: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The built-in model in most formats, compared on real photos."""
    folder = tmp_path_factory.mktemp("exports") / "built in"
    return folder, run(
        "export", MODEL, str(folder), *to(*WANTED), "--photos", str(photos[0].parent), "--json"
    )


@needs_extra
def test_each_file_gives_the_names_of_the_original(
    exported: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = exported
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["model"], figures["compared_on"]) == (MODEL, "photos")
    rows = {row["path"]: row for row in figures["files"]}
    assert set(rows) == {
        *(
            f"{MODEL}/1",
            "model.onnx",
            "model-wechat.onnx",
            "model.tflite",
            "model-fp16.tflite",
            "model.xml",
            "model.keras",
        ),
    }
    for path, row in rows.items():
        assert (row["same"], row["photos"], row["is_off"]) == (40, 40, False), row
        assert row["difference"] < (0.05 if "fp16" in path else 1e-5), row
        assert row["ms"] > 0
        assert 9_000_000 < row["bytes"] < 20_000_000, row
    assert os.listdir(folder.parent) == [folder.name], "something half-written is left"


@needs_extra
def test_beside_them_is_what_others_need(exported: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = exported
    labels = load_labels("imagenet").classes
    assert json.loads((folder / "labels.json").read_text())[0]["name"] == {
        "en": labels[0].en,
        "zh": labels[0].zh,
    }
    assert (folder / "labels.zh.txt").read_text().splitlines() == [label.zh for label in labels]
    described = json.loads((folder / "input.json").read_text())
    assert described["files"]["model.onnx"]["input"] == {
        "name": "rgb",
        "shape": [1, 224, 224, 3],
        "layout": "NHWC",
        "dtype": "uint8",
    }
    config = (folder / "models.config").read_text()
    assert f'name: "{MODEL}" base_path: "/models/{MODEL}"' in config
    extra = folder / MODEL / "1" / "assets.extra" / "labels.json"
    assert extra.read_bytes() == (folder / "labels.json").read_bytes()
    noted = json.loads((folder / "export.json").read_text())["files"]["model.tflite"]
    assert noted["sha256"] == hashlib.sha256((folder / "model.tflite").read_bytes()).hexdigest()
    for example in (folder / "examples").iterdir():
        assert "@" not in example.read_text().replace("@request.json", ""), example.name


@needs_extra
@pytest.mark.parametrize(
    "example",
    ["onnx-run.py", "litert-run.py", "openvino-run.py", *slow(["keras-run.py", "saved-model-run.py"])],
)
def test_the_examples_run(
    example: str, exported: tuple[Path, subprocess.CompletedProcess[str]], photos: list[Path]
) -> None:
    folder, _ = exported
    [photo] = [photo for photo in photos if "corkscrew" in photo.name]
    [label] = [label for label in load_labels("imagenet").classes if label.id == "n03109150"]
    done = subprocess.run(
        [sys.executable, example, str(photo)], cwd=folder / "examples", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    first, *others = done.stdout.splitlines()
    assert first.endswith(f" {label.en} {label.zh}")
    assert len(others) == 4


IN_MINI_PROGRAM = """
import { readFileSync, writeFileSync } from 'node:fs'
let given
const session = {
  onError() {}, onLoad(then) { setTimeout(then) },
  async run(inputs) {
    given = inputs
    return { probabilities: { data: new Float32Array([0.1, 0.7, 0.2]).buffer } }
  },
}
const createInferenceSession = (wanted) => Object.assign(session, wanted)
const wx = { env: { USER_DATA_PATH: 'wxfile://usr' }, createInferenceSession }
const code = readFileSync('mini-program.js', 'utf8')
const firstClass = new Function('wx', 'console', `${code}; return firstClass`)(wx, { log() {}, error() {} })
const first = await firstClass(readFileSync(process.argv[1]))
const [[name, { type, shape, data }]] = Object.entries(given)
writeFileSync(process.argv[2], Buffer.from(data))
console.log(JSON.stringify({ first, model: session.model, name, type, shape }))
"""
"""Runs the example with a session that keeps its input, since `wx` is in WeChat alone."""


@needs_extra
def test_the_example_for_mini_programs_gives_the_model_what_it_takes(
    exported: tuple[Path, subprocess.CompletedProcess[str]], photos: list[Path], tmp_path: Path
) -> None:
    import onnxruntime

    folder, _ = exported
    [photo] = [photo for photo in photos if "corkscrew" in photo.name]
    with Image.open(photo) as opened:
        picture = ImageOps.fit(opened.convert("RGB"), (224, 224), bleed=0.0625)
    (tmp_path / "rgba").write_bytes(picture.convert("RGBA").tobytes())
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", IN_MINI_PROGRAM, tmp_path / "rgba", tmp_path / "planes"],
        cwd=folder / "examples",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["first"], said["model"]) == (1, "wxfile://usr/model-wechat.onnx")
    assert (said["name"], said["type"], said["shape"]) == ("rgb", "float32", [1, 3, 224, 224])
    planes = np.frombuffer((tmp_path / "planes").read_bytes(), np.float32).reshape(said["shape"])
    session = onnxruntime.InferenceSession(folder / "model-wechat.onnx")
    [found] = session.run(None, {said["name"]: planes})
    assert load_labels("imagenet").classes[found.argmax()].id == "n03109150"


@needs_extra
def test_an_export_is_replaced_only_with_force(
    exported: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = exported
    done = invoke("export", MODEL, str(folder), *to("onnx"))
    assert_one_sentence(done)
    assert f"{folder} has an export in it: --force replaces it." in done.stderr
    assert (folder / "model.keras").is_file()


@needs_extra
def test_a_phone_gets_the_file_for_wechat(
    exported: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """And onnxruntime runs it as `wx.createInferenceSession` would, with planes of float32."""
    import onnxruntime

    cache = tmp_path / "cache"
    shutil.copytree(exported[0], on_device_folder(cache, MODEL))
    environment = {"PAISHI_CACHE": str(cache), "PAISHI_MODEL": MODEL, "PAISHI_ON_DEVICE": "true"}
    with run_server(tmp_path / "output", **environment) as server, server.client() as client:
        model = client.get(f"/models/{MODEL}.onnx").content
        labels = client.get("/labels/imagenet.json").json()
    picture = np.full((1, 3, 224, 224), 120, np.float32)
    [found] = onnxruntime.InferenceSession(model).run(["probabilities"], {"rgb": picture})
    assert found.shape == (1, len(labels))
    assert found.sum() == pytest.approx(1, abs=1e-4)


def test_on_device_exports_that_file_into_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[exporting.Options] = []

    def note(options: exporting.Options, *_: object) -> exporting.Exported:
        given.append(options)
        return exporting.Exported(options.target, [], are_drawn=True)

    monkeypatch.setattr(exporting, "export", note)
    done = invoke("export", MODEL.lower(), "--on-device", PAISHI_CACHE=str(tmp_path))
    assert done.returncode == 0, done.stderr
    [options] = given
    assert (options.names, options.force, options.only_if_equal) == (["onnx-wechat"], True, True)
    assert options.target == on_device_folder(tmp_path, MODEL)
    assert "Compared on drawn pictures: --photos FOLDER compares on yours." in done.stdout


def test_a_model_of_onnx_goes_to_openvino_alone(tmp_path: Path) -> None:
    folder, out = graph_folder(tmp_path / "pets", "torch_softmax"), tmp_path / "out"
    done = invoke("export", str(folder), str(out), *to("openvino"), "--json")
    assert done.returncode == 0, done.stderr
    [row] = json.loads(done.stdout)["files"]
    assert (row["path"], row["difference"], row["is_off"]) == ("model.xml", 0, False)
    assert sorted(file.name for file in out.iterdir()) == [
        *("examples", "export.json", "input.json", "labels.en.txt", "labels.json", "labels.zh.txt"),
        *("model.bin", "model.xml"),
    ]
    done = invoke("export", str(folder), str(tmp_path / "other"), *to("tfjs"))
    assert_one_sentence(done)
    assert "it can only be exported --to openvino" in done.stderr


def refused(tmp_path: Path, *arguments: str, **environment: str) -> str:
    """The sentence; nothing may have been written."""
    before = sorted(tmp_path.rglob("*"))
    done = invoke("export", *arguments, **environment)
    assert_one_sentence(done, 1 if "disk" in done.stderr else 2)
    assert sorted(tmp_path.rglob("*")) == before
    return done.stderr


def test_mistakes_end_it_with_one_sentence(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    assert "'onx'. Did you mean onnx?" in refused(tmp_path, MODEL, out, *to("onx"))
    assert "Formats are saved-model, onnx," in refused(tmp_path, MODEL, out, *to("zip"))
    assert "or EfficientNetLite0?" in refused(tmp_path, "EfficientNetLite", out, *to("keras"))
    assert "there is no such folder" in refused(tmp_path, "./nowhere", out, *to("keras"))
    assert "Name a folder and a format" in refused(tmp_path, MODEL, *to("keras"))
    assert "leave out OUT and --to" in refused(tmp_path, MODEL, out, "--on-device")
    nowhere = str(tmp_path / "nowhere")
    assert "--photos" in refused(tmp_path, MODEL, out, *to("keras"), "--photos", nowhere)
    assert "PAISHI_PRECISION=int8" in refused(tmp_path, MODEL, out, *to("keras"), "--int8", nowhere)


@pytest.mark.parametrize("kind", ["file", "full folder"])
def test_what_is_no_export_is_not_overwritten(kind: str, tmp_path: Path) -> None:
    target = tmp_path / "out"
    if kind == "file":
        target.write_text("mine")
    else:
        target.mkdir()
        (target / "notes.txt").write_text("mine")
    assert "name a new folder" in refused(tmp_path, MODEL, str(target), *to("keras"), "--force")


@pytest.mark.parametrize("format", ["onnx", "litert", "coreml"])
def test_a_missing_package_is_named_with_the_line_for_pip(
    format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paishi.export.formats.find_spec", lambda module: None)
    requirements = " ".join(FORMATS[format].packages.values())
    sentence = refused(tmp_path, MODEL, str(tmp_path / "out"), *to(format, "keras"))
    assert f"--to {format} needs what is not installed here: pip install {requirements} (" in sentence


def test_int8_needs_a_hundred_photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paishi.export.formats.find_spec", lambda module: True)
    photos = tmp_path / "photos"
    photos.mkdir()
    photo = file_of(noise())
    for number in range(99):
        (photos / f"{number}.jpg").write_bytes(photo)
    (photos / "broken.jpg").write_bytes(photo[:100])
    sentence = refused(tmp_path, MODEL, str(tmp_path / "out"), *to("litert"), "--int8", str(photos))
    assert f"--int8 {photos} has 99 photos that can be read; at least 100 are needed" in sentence
    (photos / "99.jpg").write_bytes(photo)
    few = tmp_path / "few"
    few.mkdir()
    for number in range(49):
        (few / f"{number}.png").write_bytes(photo)
    both = ("--int8", str(photos), "--photos", str(few))
    sentence = refused(tmp_path, MODEL, str(tmp_path / "out"), *to("litert"), *both)
    assert f"--photos {few} has 49 photos that can be read and are not calibrated on; at least 50" in sentence


def test_too_little_space_is_told_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 30_000_000))
    sentence = refused(tmp_path, MODEL, str(tmp_path / "out"), *to("keras", "openvino"))
    assert f"needs about 38 MB, but {tmp_path} has 30 MB left" in sentence


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    """Of which the process that converts learns first; here by a limit of the size of files."""
    limited = ["prlimit", "--fsize=5000000", sys.executable, "-m", "paishi"]
    done = subprocess.run(
        [*limited, "export", MODEL, str(tmp_path / "out"), *to("keras")],
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    assert_one_sentence(done, 1)
    assert f"The disk with {tmp_path} is full, and nothing half-written is left" in done.stderr
    assert not os.listdir(tmp_path)


def test_labels_that_do_not_fit_are_counted(tmp_path: Path) -> None:
    folder = graph_folder(tmp_path / "pets", "torch_softmax", labels=("cat", "dog"))
    sentence = refused(tmp_path, str(folder), str(tmp_path / "out"), *to("openvino"))
    assert "pets gives 3 probabilities, but its labels.json has 2 labels" in sentence


def test_what_differs_is_marked_and_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = graph_folder(tmp_path / "pets", "torch_softmax")
    real = exporting._run
    other = {"difference": 0.2}

    def run_otherwise(*arguments: str) -> dict[str, Any]:
        found = real(*arguments)
        return {**found, **other} if "difference" in found else found

    monkeypatch.setattr(exporting, "_run", run_otherwise)
    done = invoke("export", str(folder), str(tmp_path / "out"), *to("openvino"))
    assert done.returncode == 1
    assert "! openvino" in done.stdout
    assert "do not use it" in done.stderr
    model = resolve(Settings(model=str(folder)))
    options = exporting.Options(model, find_formats(["openvino"]), tmp_path / "server", only_if_equal=True)
    with pytest.raises(ExportRefused, match=r"model\.xml differs too much .* by up to 0\.2, .* not kept"):
        exporting.export(options, Settings(), lambda sentence: None)
    assert not (tmp_path / "server").exists(), "a phone could get it"
