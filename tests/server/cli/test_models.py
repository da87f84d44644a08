import json
from pathlib import Path

from paishi.models.catalogue import CATALOGUE, find_backbone
from paishi.system.cpu_count import usable_cores
from tests.server.cli.command import assert_one_sentence, invoke, run

LITE = [name for name in CATALOGUE if "Lite" in name]
"""Their weights are installed packages."""


def test_the_table_has_every_model_and_what_is_cached(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / find_backbone("VGG16").weights.file).touch()
    done = invoke("models", KERAS_HOME=str(tmp_path), COLUMNS="80")
    table = [[cell.strip() for cell in line.split("│")] for line in done.stdout.splitlines() if "│" in line]
    rows = [row for row in table if any(row[1:])]
    assert [row[0] for row in rows] == list(CATALOGUE)
    assert [row[0] for row in table if row not in rows] == [
        "of Keras",
        "of EfficientNet-Lite",
        "of PaddleClas",
    ]
    assert max(map(len, done.stdout.partition("Accuracies")[0].splitlines())) <= 80
    for backbone in CATALOGUE.values():
        assert f"Accuracies of {backbone.publisher.name}: {backbone.publisher.accuracies}" in done.stdout
    assert "(address as published by PaddleClas; not fetched by the authors)" in done.stdout
    assert [row[0] for row in rows if row[-1] == "yes"] == ["VGG16", *LITE]
    assert ["VGG16", "224", "138.4 M", "71.3", "90.1", "528", "", "yes"] in rows


def test_json_is_the_catalogue(tmp_path: Path) -> None:
    done = invoke("models", "--json", KERAS_HOME=str(tmp_path))
    found = json.loads(done.stdout)
    assert [row["name"] for row in found] == list(CATALOGUE)
    for row in found:
        backbone = CATALOGUE[row["name"]]
        assert row["cached"] == (row["name"] in LITE)
        for field in ("input_size", "parameters", "top1", "top5", "download_mb"):
            assert row[field] == getattr(backbone, field), (row, field)
        assert row["accuracy_source"] == backbone.publisher.accuracies
        assert row.get("note", "") == backbone.publisher.note


def test_what_was_measured_is_shown_from_then_on(keras_home: Path, tmp_path: Path) -> None:
    environment = {"KERAS_HOME": str(keras_home), "PAISHI_CACHE": str(tmp_path / "cache")}
    shown = run("models", "--measure", "mobilenetv2", **environment)
    assert shown.returncode == 0, shown.stderr
    [row] = [row for row in json.loads(invoke("models", "--json", **environment).stdout) if row["measured"]]
    assert row["name"] == "MobileNetV2"
    measured = row["measured"]
    assert (measured["runs"], measured["cores"]) == (20, usable_cores())
    assert measured["ms"] > 0
    for output in (shown.stdout, invoke("models", **environment).stdout):
        assert f"{measured['ms']:g} ms per photo" in output
        assert measured["runtime"] in output


def test_measuring_an_unknown_or_missing_model(tmp_path: Path) -> None:
    unknown = invoke("models", "--measure", "ResNet5O", KERAS_HOME=str(tmp_path))
    assert_one_sentence(unknown)
    assert "ResNet50" in unknown.stderr
    missing = run("models", "--measure", "ResNet50", KERAS_HOME=str(tmp_path), PAISHI_WEIGHTS="/nowhere/a.h5")
    assert_one_sentence(missing, code=1)
    assert "/nowhere/a.h5" in missing.stderr
    assert list(tmp_path.rglob("measured.json")) == []


def test_a_damaged_file_of_measurements_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "paishi").mkdir()
    (tmp_path / "paishi" / "measured.json").write_text('{"VGG16": {"ms": "fast"}}')
    done = invoke("models", KERAS_HOME=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
