"""The code that `show` prints runs by itself: it names nothing of PaiShi."""

import pytest

from paishi.gallery.entries import Entry, entries, find_entry
from paishi.gallery.snippet import snippet
from paishi.models.keras.imports import keras

# Those that take seconds to build; their code is that of the others with another backbone.
LARGE = 60_000_000


@pytest.mark.parametrize("entry", entries().values(), ids=lambda entry: entry.key)
def test_it_runs(entry: Entry, capsys: pytest.CaptureFixture[str]) -> None:
    code = snippet(entry)
    assert "paishi" not in code
    assert "type: ignore" not in code
    compiled = compile(code, entry.key, "exec")
    if entry.params[0] > LARGE:
        with keras.StatelessScope(initialize_variables=False):
            exec(compiled, names := {})
        keras.utils.clear_session(free_memory=False)
    else:
        exec(compiled, names := {})
    assert names["model"].count_params() == entry.params[0]
    assert f"{entry.params[0]:,}" in capsys.readouterr().out


def test_it_has_what_the_builder_uses_once() -> None:
    code = snippet(find_entry("my_layer"))
    assert code.startswith("from typing import Any\n\nimport keras\n")
    assert code.count("class MyLayer(keras.Layer):\n") == 1
    assert "MyPairLayer" not in code
