"""What an entry learns in seconds is more than chance, and nothing is learned from random answers."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from paishi.gallery.entries import entries, find_entry
from paishi.gallery.lessons import LESSONS, Learned, train
from paishi.gallery.mnist import NoMnist, read_digits
from paishi.gallery.synthetic import drawn_digits
from tests.server.conftest import slow

# One for each lesson; what is left has the same lesson, or takes longer.
QUICK = ["mlp", "mlp_softmax", "mlp_binary", "two_inputs_78_1", "conv1d", "lstm_text"]
SLOW = ["headline", "alexnet", "rnn", "tweets", "tweets_compared", "unet", "vgg3d"]


@pytest.mark.parametrize("key", [*QUICK, *slow(SLOW)])
def test_it_learns(key: str) -> None:
    losses: list[float] = []
    learned = train(find_entry(key), on_epoch=lambda epoch, loss: losses.append(loss))
    assert learned.is_more_than_chance, learned
    assert losses[-1] < losses[0]


def test_random_answers_teach_nothing() -> None:
    def shuffled(n: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        pictures, classes = drawn_digits(n, random)
        return pictures, random.permutation(classes)

    assert not train(find_entry("mlp"), shuffled).is_more_than_chance


def test_chance_is_not_called_learned() -> None:
    assert not Learned(0.5, 0.5, 200).is_more_than_chance
    assert not Learned(0.6, 0.5, 200).is_more_than_chance
    assert Learned(0.7, 0.5, 200).is_more_than_chance


def test_each_lesson_has_an_entry() -> None:
    assert {entry.lesson for entry in entries().values()} - {""} == LESSONS.keys()


def write_mnist(folder: Path, classes: list[int], pack: bool = False) -> Path:
    pictures = np.repeat(np.uint8(classes), 28 * 28)
    for name, dimensions, values in (
        ("train-images-idx3-ubyte", (len(classes), 28, 28), pictures),
        ("train-labels-idx1-ubyte", (len(classes),), np.uint8(classes)),
    ):
        content = bytes([0, 0, 8, len(dimensions)]) + np.array(dimensions, ">u4").tobytes() + values.tobytes()
        file = folder / (f"{name}.gz" if pack else name)
        file.write_bytes(gzip.compress(content) if pack else content)
    return folder


@pytest.mark.parametrize("pack", [False, True], ids=["plain", "compressed"])
def test_mnists_files_are_read(tmp_path: Path, pack: bool) -> None:
    pictures, classes = read_digits(write_mnist(tmp_path, [3, 7], pack))(50, np.random.default_rng(0))
    assert set(classes) == {3, 7}
    np.testing.assert_allclose(
        pictures, np.broadcast_to(classes[:, None, None] / 255, (50, 28, 28)), rtol=1e-6
    )


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("train-images-idx3-ubyte", None, "has no train-images-idx3-ubyte"),
        ("train-images-idx3-ubyte", b"GIF89a" + bytes(784), "cannot be read"),
        ("train-labels-idx1-ubyte", b"\0\0\x08\x01\0\0\0\x02\x03", "cannot be read"),
        ("train-labels-idx1-ubyte", b"\0\0\x08\x01\0\0\0\x02\x03\x0b", "ten classes are wanted"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, file: str, content: bytes | None, says: str) -> None:
    write_mnist(tmp_path, [3, 7])
    (tmp_path / file).unlink()
    if content:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(NoMnist, match=says):
        read_digits(tmp_path)
