"""PAISHI_MODEL as a name or a folder, and the files of a custom model."""

import os
import re
from pathlib import Path

import pytest

from paishi.models.backbone import NOT_MEASURED, Preprocessing
from paishi.models.custom.card import Card
from paishi.models.custom.folder import find_custom, folder_of, names_folder, read_json, shown_name
from paishi.models.errors import CustomModelRefused
from tests.server.conftest import ROOT
from tests.server.models.custom.zoo import ZOO, transferred
from tests.server.models.custom_models import red_or_green, write_custom, write_json


@pytest.mark.parametrize(
    "model", ["./flowers", "models/flowers", "/srv/flowers", "~", "~/flowers", ".", "..", "ResNet50/"]
)
def test_is_a_folder(model: str) -> None:
    assert names_folder(model)


@pytest.mark.parametrize("model", ["ResNet50", "resnet50", "flowers", "", " "])
def test_is_a_name(model: str) -> None:
    assert not names_folder(model)


def test_an_existing_folder_needs_no_separator_but_never_hides_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("flowers", "ResNet50"):
        (tmp_path / name).mkdir()
    assert names_folder("flowers")
    assert folder_of("flowers") == tmp_path / "flowers"
    assert not names_folder("ResNet50")
    assert folder_of("./ResNet50") == tmp_path / "ResNet50"


def test_a_home_folder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/li")
    assert folder_of("~/flowers") == Path("/home/li/flowers")


def test_its_public_name_has_no_path() -> None:
    assert shown_name("/home/li/flowers/") == "flowers"
    assert shown_name("ResNet50") == "ResNet50"


def test_reads_a_folder_without_a_card(tmp_path: Path) -> None:
    folder = write_custom(tmp_path / "花 flowers")
    custom = find_custom(str(folder))
    assert (custom.name, custom.input_size, custom.card) == ("花 flowers", 32, Card())
    assert custom.backbone.download_mb == pytest.approx(
        (tmp_path / "花 flowers" / "model.keras").stat().st_size / 1e6
    )
    assert re.fullmatch("custom-花_flowers-[0-9a-f]{8}", custom.backbone.name)


def test_the_card_wins(tmp_path: Path) -> None:
    card = {"name": "Flowers/花", "description": "wild", "version": "2", "preprocessing": "caffe"}
    custom = find_custom(str(write_custom(tmp_path / "flowers", card=card)))
    assert (custom.name, custom.card.description, custom.card.version) == ("Flowers/花", "wild", "2")
    assert custom.backbone.preprocessing is Preprocessing.CAFFE
    other = find_custom(str(write_custom(tmp_path / "flowers", card={**card, "preprocessing": "tf"})))
    assert custom.backbone.name.startswith("custom-Flowers_花-")
    assert custom.backbone.name != other.backbone.name
    relabelled = find_custom(str(write_custom(tmp_path / "flowers", card={**card, "version": "3"})))
    assert custom.backbone.name == relabelled.backbone.name


def test_an_input_need_not_be_square(tmp_path: Path) -> None:
    custom = find_custom(str(write_custom(tmp_path, red_or_green((48, 32)))))
    assert (custom.input_size, custom.pixels) == ((48, 32), "48 x 32 pixels, height x width")
    write_json(tmp_path / "card.json", {"input_size": 48})
    with pytest.raises(CustomModelRefused, match=r"takes 48 x 32 pixels, but card\.json has input_size 48"):
        find_custom(str(tmp_path))


@pytest.mark.parametrize(
    ("missing", "named"),
    [("model.keras", "model.keras, model.onnx or inference.pdmodel"), ("labels.json", "labels.json")],
)
def test_names_the_missing_file(missing: str, named: str, tmp_path: Path) -> None:
    (write_custom(tmp_path) / missing).unlink()
    with pytest.raises(CustomModelRefused, match=f"there is no {named} in it"):
        find_custom(str(tmp_path))


def test_names_the_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(CustomModelRefused, match="nowhere: there is no such folder"):
        find_custom(str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("card", "complaint"),
    [
        ([], "must be an object"),
        ({"name": 5}, "name must be a string, but it is 5"),
        (
            {"confidence": {"at": 2}},
            'confidence must be an object such as {"at": 0.6}, with a number of 0 to 1',
        ),
        ({"confidence": 0.6}, "confidence must be an object"),
        ({"training": "yesterday"}, "training must be an object, but it is 'yesterday'"),
        ({"preprocessing": "imagenet"}, "must be one of caffe, tf, torch, lite, none, but it is 'imagenet'"),
        ({"preprocessing": []}, "must be one of"),
        ({"preprocesing": "tf"}, "there is no field 'preprocesing'. Did you mean preprocessing?"),
        ({"Scale": "0..1"}, "there is no field 'Scale'. Did you mean scale?"),
        ({"zzz": 1}, "there is no field 'zzz'. The fields are name, description, version, preprocessing, "),
        ({"scale": "0-1"}, """scale must be "0..255", "0..1" or "-1..1", but it is '0-1'"""),
        ({"scale": 1 / 255}, 'scale must be "0..255", "0..1" or "-1..1", but it is 0.0039'),
        ({"channels": "gbr"}, """channels must be "rgb" or "bgr", but it is 'gbr'"""),
        ({"mean": 0.5}, "mean must be an array of a number for each channel, but it is 0.5"),
        ({"mean": [0.5, None, 0.5]}, "mean must be an array of a number for each channel"),
        ({"std": [1, 1, 0]}, "std must be an array of a number above 0 for each channel"),
        ({"input_size": "224"}, "input_size must be a whole number of 1 to 4096 pixels, but it is '224'"),
        ({"output": "logit"}, """output must be "probabilities" or "logits", but it is 'logit'"""),
        ({"independent": "yes"}, "independent must be true or false, but it is 'yes'"),
        (
            {"preprocessing": "tf", "scale": "0..1", "std": [1]},
            "already says what scale and std would: leave",
        ),
    ],
)
def test_refuses_a_wrong_card(card: object, complaint: str, tmp_path: Path) -> None:
    write_custom(tmp_path, card=card)
    with pytest.raises(CustomModelRefused, match=re.escape(complaint)) as refused:
        find_custom(str(tmp_path))
    assert str(refused.value).startswith(f"{tmp_path / 'card.json'}")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"{'name'}", "is no JSON: .* in line 1"),
        (b"\xff\xfe", "is not in UTF-8"),
        (b"[" * 200_000, "is no JSON"),
    ],
)
def test_refuses_invalid_json(content: bytes, complaint: str, tmp_path: Path) -> None:
    (write_custom(tmp_path) / "card.json").write_bytes(content)
    with pytest.raises(CustomModelRefused, match=complaint):
        find_custom(str(tmp_path))


def test_accepts_a_byte_order_mark(tmp_path: Path) -> None:
    write_custom(tmp_path)
    (tmp_path / "card.json").write_text('{"name": "花"}', encoding="utf-8-sig")
    assert find_custom(str(tmp_path)).name == "花"


def test_an_empty_name_is_none(tmp_path: Path) -> None:
    write_custom(tmp_path / "flowers")
    write_json(tmp_path / "flowers" / "card.json", {"name": " ", "preprocessing": None})
    assert find_custom(str(tmp_path / "flowers")).name == "flowers"


@pytest.mark.parametrize("file", ["card.json", "labels.json"])
def test_half_of_a_character_is_refused(tmp_path: Path, file: str) -> None:
    """No response could contain it: every request for the model would fail."""
    (tmp_path / file).write_text(r'{"name": "ant \ud83d"}')
    with pytest.raises(CustomModelRefused, match=r"\\ud83d, half of a surrogate pair"):
        read_json(tmp_path / file)
    (tmp_path / file).write_text(r'{"name": "ant \ud83d\udc1c"}')
    assert read_json(tmp_path / file) == {"name": "ant 🐜"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused(tmp_path: Path) -> None:
    folder = write_custom(tmp_path / "flowers")
    os.mkfifo(folder / "card.json")
    with pytest.raises(CustomModelRefused, match="no regular file"):
        find_custom(str(folder))


@pytest.mark.parametrize("name", ["model.keras", "pets.keras"])
def test_the_file_may_be_named_as_well(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_custom(tmp_path / "pets")
    (folder / "model.keras").rename(folder / name)
    custom = find_custom(str(folder / name))
    assert (custom.file, custom.labels, custom.name) == (folder / name, folder / "labels.json", "pets")
    assert (folder_of(str(folder / name)), shown_name(str(folder / name))) == (folder, "pets")
    monkeypatch.chdir(folder)
    assert names_folder(name)
    assert find_custom(name).file == folder / name


def test_a_folder_may_be_called_like_a_file(tmp_path: Path) -> None:
    folder = write_custom(tmp_path / "model.keras")
    assert find_custom(str(folder)).file == folder / "model.keras"


def test_an_unpacked_file_is_refused(tmp_path: Path) -> None:
    write_custom(tmp_path)
    (tmp_path / "model.keras").unlink()
    (tmp_path / "model.keras").mkdir()
    with pytest.raises(CustomModelRefused, match=r"is a folder: it must be the file that model.save\("):
        find_custom(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("pets.keras", "There is pets.keras: rename it, or set PAISHI_MODEL="),
        (
            "keras_model.h5",
            "There is keras_model.h5: run `paishi import .* --to NEW-FOLDER` and serve the new folder",
        ),
    ],
)
def test_another_file_of_keras_is_pointed_at(name: str, hint: str, tmp_path: Path) -> None:
    folder = write_custom(tmp_path)
    (folder / "model.keras").rename(folder / name)
    with pytest.raises(CustomModelRefused, match=hint):
        find_custom(str(folder))
    if name.endswith(".h5"):
        with pytest.raises(
            CustomModelRefused,
            match=r"is no \.keras, \.onnx or \.pdmodel file: run `paishi import .* model",
        ):
            find_custom(str(folder / name))


def test_an_assumed_preprocessing_is_said_with_the_usual_one(tmp_path: Path) -> None:
    folder = write_custom(tmp_path, transferred())
    said = find_custom(str(folder)).assumption
    assert "has no layer that scales pixels" in said
    assert 'MobileNetV2, which is in it, is usually trained with {"preprocessing": "tf"}.' in said
    assert f"`paishi check {folder} PHOTO`" in said
    assert "\n" not in said


@pytest.mark.parametrize("card", [{"scale": "0..255"}, {"preprocessing": "none"}, {"mean": [0]}])
def test_what_the_card_says_is_not_assumed(card: dict[str, object], tmp_path: Path) -> None:
    assert not find_custom(str(write_custom(tmp_path, transferred(), card=card))).assumption


@pytest.mark.parametrize(
    "name", ["functional", "augmentation", "normalisation", "transfer learning with its own preprocessing"]
)
def test_what_the_model_does_itself_is_not_assumed(name: str, tmp_path: Path) -> None:
    assert not find_custom(str(write_custom(tmp_path, ZOO[name].build()))).assumption


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_field_of_the_card_is_in_the_manual(language: str) -> None:
    page = (ROOT / "docs" / language / "custom-models.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|.*$", page, re.MULTILINE)
    assert [row for row in rows if row in Card.model_fields] == [*Card.model_fields]


def test_the_manual_says_what_the_fields_mean() -> None:
    text = (ROOT / "docs/en/custom-models.md").read_text(encoding="utf-8")
    for name, field in Card.model_fields.items():
        assert f"| `{name}` | {field.title} | {field.description} |" in text


def test_a_measured_confidence_is_the_models_and_changes_no_conversion(tmp_path: Path) -> None:
    measured = {"confidence": {"at": 0.62, "named": 81, "right": 96}, "training": {"seed": 0}}
    found = find_custom(str(write_custom(tmp_path / "one", card={"name": "m", **measured}))).backbone
    assert found.confidence == (0.62, 81, 96)
    plain = find_custom(str(write_custom(tmp_path / "two", card={"name": "m"}))).backbone
    assert plain.confidence == NOT_MEASURED
    assert plain.name == found.name
