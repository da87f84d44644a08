"""Every entry builds and has the parameters that the table, and thereby the printed notes, say."""

import dataclasses
import json

import pytest

from paishi.gallery.build import build
from paishi.gallery.check import differences
from paishi.gallery.entries import Entry, entries, find_entry
from tests.server.conftest import need_shared

ENTRIES = list(entries().values())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_it_has_the_printed_counts(entry: Entry) -> None:
    assert differences(entry) == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_it_says_what_it_is_for_in_both_languages(entry: Entry) -> None:
    for sentences in (entry.purpose, entry.error, entry.change):
        if sentences:
            assert sentences.en.isascii()
            assert not sentences.zh.isascii()


def test_every_wrong_figure_is_named() -> None:
    entry = find_entry("mlp")
    layers = (*entry.layers[:-1], entry.layers[-1]._replace(params=1))
    wrong = dataclasses.replace(
        entry, params=(1, 2, 3), outputs=("(None, 11)",), depth=6, layers=layers, prints_named={"hidden1": 4}
    )
    assert differences(wrong) == [
        "541,794 total parameters, printed 1",
        "541,794 trainable parameters, printed 2",
        "0 non-trainable parameters, printed 3",
        "5 layers, expected 6",
        "outputs (None, 10), expected (None, 11)",
        "layer 4: Dense 1,290, printed Dense 1",
        "hidden1: 401,920 parameters, printed 4",
    ]


def test_the_table_has_every_model_of_the_documents() -> None:
    rows = json.loads((need_shared("data") / "gallery.json").read_text(encoding="utf-8"))
    for row in rows:
        entry = find_entry(row["key"])
        assert entry.params == (row["total"], row["trainable"], row["non_trainable"])
        assert entry.prints_params is (row["printed"] is not None)
        printed = row.get("printed_layers", [])
        assert [count.params for count in entry.layers[: len(printed)]] == printed
        assert entry.prints_layers >= len(printed)


def test_u_net_cannot_be_built_at_572() -> None:
    from paishi.gallery.models.segmentation import unet

    with pytest.raises(ValueError, match="Concatenate"):
        unet(side=572, filters=1)


def test_a_model_to_run_has_weights() -> None:
    assert build(find_entry("residual")).count_params() == 84
