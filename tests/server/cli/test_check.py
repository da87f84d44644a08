"""`paishi check` on a custom model."""

from pathlib import Path

from PIL import Image

from tests.server.cli.command import assert_one_sentence, invoke, run
from tests.server.models.custom_models import red_or_green, write_custom
from tests.server.pictures import file_of


def test_says_that_a_model_can_be_served(tmp_path: Path) -> None:
    folder = write_custom(tmp_path / "colours")
    done = run("check", str(folder))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "colours: 32 x 32 pixels, 2 labels, preprocessing in the model.",
        "It can be served on openvino, with probabilities that sum to 1.",
    ]


def test_shows_the_names_under_each_preprocessing(tmp_path: Path) -> None:
    """The model has no scaling and takes 0..1: BGR turns red to blue, and 0..255 makes it certain."""
    labels = ["red", "a thing with such a long name that it has to go on in the next line, 绿色的东西"]
    folder = write_custom(tmp_path / "colours", red_or_green(scale=False), labels, {"scale": "0..1"})
    for name, colour in (("red", (140, 120, 0)), ("other", (20, 140, 30))):
        (tmp_path / f"{name}.png").write_bytes(file_of(Image.new("RGB", (40, 30), colour), "PNG"))
    (tmp_path / "broken.jpg").write_bytes(b"no photo")
    done = run(
        "check", str(folder), *(str(tmp_path / name) for name in ("red.png", "broken.jpg", "other.png"))
    )
    assert done.returncode == 1, done.stderr
    assert "preprocessing as card.json says." in done.stdout
    assert done.stderr.count("broken.jpg: ") == 1
    first, second = done.stdout.split("red.png")[1].split("other.png")
    headings = [cell.strip(" ┃") for cell in first.splitlines()[2].split("┃") if cell.strip()]
    assert headings == ["0..1 (now)", "0..255", "-1..1", "caffe", "torch"]
    names = [cell.split()[-1] for cell in first.splitlines()[4].split("│") if cell.strip()]
    assert "82.8 % red" in first
    assert "100.0 % red" in first
    assert names[:3] == ["red"] * 3
    assert "with such a long name" in " ".join(second.split())


def test_a_mistake_ends_it_with_one_sentence(tmp_path: Path) -> None:
    folder = write_custom(tmp_path / "colours", card={"skale": "0..1"})
    done = invoke("check", str(folder))
    assert_one_sentence(done)
    assert "there is no field 'skale'. Did you mean scale?" in done.stderr


def test_a_model_that_cannot_be_served_is_said(tmp_path: Path) -> None:
    folder = write_custom(tmp_path / "colours", red_or_green(activation="linear"))
    for photos in ([], [str(tmp_path / "red.png")]):
        (tmp_path / "red.png").write_bytes(file_of(Image.new("RGB", (40, 30)), "PNG"))
        done = run("check", str(folder), *photos)
        assert_one_sentence(done, code=1)
        assert 'If they are logits, write {"output": "logits"} into card.json' in done.stderr
