"""PAISHI_MODEL as a name or a folder, and the files of a custom model."""

from pathlib import Path

import pytest

from paishi.models.backbone import Preprocessing
from paishi.models.custom.folder import find_custom, folder_of, names_folder, shown_name
from paishi.models.errors import CustomModelRefused
from tests.server.models.custom_models import write_custom, write_json


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
    assert (custom.name, custom.input_size, custom.card.preprocessing) == (
        "花 flowers",
        32,
        Preprocessing.NONE,
    )
    assert custom.backbone.download_mb == pytest.approx(
        (tmp_path / "花 flowers" / "model.keras").stat().st_size / 1e6
    )
    assert custom.backbone.name == "custom-花_flowers-none"


def test_the_card_wins(tmp_path: Path) -> None:
    card = {"name": "Flowers/花", "description": "wild", "version": "2", "preprocessing": "caffe", "more": 1}
    custom = find_custom(str(write_custom(tmp_path / "flowers", card=card)))
    assert (custom.name, custom.card.description, custom.card.version) == ("Flowers/花", "wild", "2")
    assert custom.backbone.preprocessing is Preprocessing.CAFFE
    assert custom.backbone.name == "custom-Flowers_花-caffe"


@pytest.mark.parametrize("missing", ["model.keras", "labels.json"])
def test_names_the_missing_file(missing: str, tmp_path: Path) -> None:
    (write_custom(tmp_path) / missing).unlink()
    with pytest.raises(CustomModelRefused, match=f"there is no {missing} in it"):
        find_custom(str(tmp_path))


def test_names_the_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(CustomModelRefused, match="nowhere: there is no such folder"):
        find_custom(str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("card", "complaint"),
    [
        ([], "must be an object"),
        ({"name": 5}, "name must be a string, but it is 5"),
        ({"preprocessing": "imagenet"}, "must be one of caffe, tf, torch, none, but it is 'imagenet'"),
        ({"preprocessing": []}, "must be one of"),
    ],
)
def test_refuses_a_wrong_card(card: object, complaint: str, tmp_path: Path) -> None:
    write_custom(tmp_path, card=card)
    with pytest.raises(CustomModelRefused, match=complaint):
        find_custom(str(tmp_path))


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
