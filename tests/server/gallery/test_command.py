from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest

from paishi.gallery.entries import entries
from paishi.gallery.lessons import Learned
from paishi.gallery.renamed import renamed
from tests.server.cli.command import assert_one_sentence, invoke


def test_list_shows_all_in_both_languages() -> None:
    done = invoke("gallery", "list")
    for entry in entries().values():
        assert f"{entry.key} " in done.stdout
        assert entry.purpose.zh[:8] in done.stdout


def test_list_shows_one_task() -> None:
    done = invoke("gallery", "list", "--task", "segmentation")
    assert "unet" in done.stdout
    assert "alexnet" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show", "u-nett"], "There is no entry 'u-nett'. Did you mean unet?"),
        (["layers", "tweet"], "Did you mean tweets"),
        (["train", "zzzzzz"], "`paishi gallery list` shows all."),
        (["list", "--task", "digit"], "There is no task 'digit'. Did you mean digits?"),
        (["list", "--task", "zzzzzz"], "Tasks are photos, digits"),
        (["show", "mlp", "--to", "mlp.pdf"], "a drawing is an .svg or a .png"),
        (["train", "vgg16_head_1"], "--model VGG16 --head vgg16-1 --size 300; or, with random weights, "),
        (["train", "xception_base"], "paishi train PHOTOS --to FOLDER --network xception_base"),
        (["train", "reshape"], "has nothing to learn by itself"),
        (["train", "unet", "--data", "."], "unet takes no --data"),
        (["train", "mlp", "--data", "no-such-folder"], "no-such-folder has no train-images-idx3-ubyte"),
    ],
)
def test_mistakes_are_named(arguments: list[str], says: str) -> None:
    done = invoke("gallery", *arguments)
    assert_one_sentence(done)
    assert says in done.stderr


def test_show_prints_and_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = invoke("gallery", "show", "unet")
    assert done.returncode == 0, done.stderr
    for part in ("哪些像素", "572x572 cannot", "572×572 建不起来", "def unet(", "31,031,685"):
        assert part in done.stdout, part
    assert len(list(ElementTree.parse("unet.svg").iter("{http://www.w3.org/2000/svg}rect"))) == 1 + 39
    again = invoke("gallery", "show", "unet")
    assert "Not drawn: unet.svg exists" in again.stdout


def test_show_replaces_no_file_unasked(tmp_path: Path) -> None:
    file = tmp_path / "mine.png"
    file.write_bytes(b"mine")
    done = invoke("gallery", "show", "mlp", "--to", str(file))
    assert_one_sentence(done)
    assert file.read_bytes() == b"mine"
    assert invoke("gallery", "show", "mlp", "--to", str(file), "--force").returncode == 0
    assert file.read_bytes().startswith(b"\x89PNG")


def test_show_says_that_it_cannot_write(tmp_path: Path) -> None:
    done = invoke("gallery", "show", "mlp", "--to", str(tmp_path / "none" / "mlp.svg"))
    assert done.returncode == 1
    assert "cannot be written: No such file or directory" in done.stderr


def test_layers_shows_both_calls() -> None:
    done = invoke("gallery", "layers", "tweets")
    assert "connected to: layer[call][output]" in done.stdout
    assert "lstm[0][0], lstm[1][0]" in done.stdout
    assert "82,305 parameters" in done.stdout


def test_names_shows_what_training_reads() -> None:
    found = list(renamed())
    assert ("loss", "logcosh", "log_cosh", "") in found
    assert ("metric", "logcosh", "log_cosh_error", "") in found
    rows = {row.old: row for row in found}
    assert "lr is called learning_rate now" in rows["SGD(lr=0.01)"].changed
    assert "x / 6 + 0.5" in rows["hard_sigmoid"].changed
    assert all(row.new or row.changed for row in rows.values())
    assert "kullback_leibler_divergence" in invoke("gallery", "names", COLUMNS="200").stdout


def test_verify_names_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over two entries; test_entries.py builds all of them."""
    some = {key: entries()[key] for key in ("cnn", "mlp")}
    monkeypatch.setattr(import_module("paishi.cli.gallery"), "entries", lambda: some)
    done = invoke("gallery", "verify")
    assert done.returncode == 0, done.stderr
    assert "mlp: 541,794 parameters as printed, 5 layers" in done.stdout
    assert "Flatten is missing" in done.stdout
    assert "2 entries with 2 printed totals and 12 printed counts of layers" in done.stdout
    monkeypatch.setattr("paishi.gallery.models.perceptrons.mlp", entries_builder("functional_first"))
    done = invoke("gallery", "verify")
    assert done.returncode == 1
    assert "mlp: 55,050 total parameters, printed 541,794" in done.stderr
    assert "1 of them differ." in done.stderr


def entries_builder(key: str) -> object:
    return getattr(import_module("paishi.gallery.models.perceptrons"), key)


def test_train_says_what_it_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    done = invoke("gallery", "train", "seq_softmax")
    assert done.returncode == 0, done.stderr
    assert "epoch 5/5" in done.stdout
    assert "of 200 new examples are right" in done.stdout
    monkeypatch.setattr("paishi.gallery.lessons.train", lambda *_: Learned(0.1, 0.1, 200))
    done = invoke("gallery", "train", "seq_softmax")
    assert done.returncode == 1
    assert "no more than chance: try another seed, such as --seed 1." in done.stderr
