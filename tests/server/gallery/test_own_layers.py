from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paishi.gallery.build import build
from paishi.gallery.entries import find_entry
from paishi.models.keras.imports import keras

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")

RANDOM = np.random.default_rng(3)


def outputs(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


@pytest.mark.parametrize("key", ["my_layer", "my_pair_layer", "locally_connected2d", "antirectifier"])
def test_it_loads_again(key: str, tmp_path: Path) -> None:
    model = build(find_entry(key))
    inputs = [RANDOM.normal(size=(2, *one.shape[1:])).astype(np.float32) for one in model.inputs]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    given = inputs if len(inputs) > 1 else inputs[0]
    for before, after in zip(outputs(model(given)), outputs(loaded(given)), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_python_lambda_is_refused(tmp_path: Path) -> None:
    build(find_entry("lambda_square")).save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="lambda"):
        keras.models.load_model(tmp_path / "model.keras")


def test_a_local_connection_is_a_convolution_if_all_kernels_are_the_same() -> None:
    local = build(find_entry("locally_connected2d"))
    kernel = RANDOM.normal(size=(3, 2, 3, 32)).astype(np.float32)
    bias = RANDOM.normal(size=32).astype(np.float32)
    everywhere = np.broadcast_to(kernel.reshape(18, 32), (9, 10, 18, 32))
    local.set_weights([everywhere, np.broadcast_to(bias, (9, 10, 32))])
    pictures = RANDOM.normal(size=(2, 11, 11, 3)).astype(np.float32)
    convolved = keras.ops.conv(pictures, kernel) + bias
    np.testing.assert_allclose(local(pictures), convolved, atol=1e-4)


def test_the_antirectifier_keeps_both_signs() -> None:
    found = np.asarray(build(find_entry("antirectifier"))(np.arange(256, dtype=np.float32)[None]))
    assert found.min() == 0
    np.testing.assert_allclose(found[0, :128], 0)
    np.testing.assert_allclose(found[0, 384:], 0)
    np.testing.assert_allclose((found**2).sum(), 1, rtol=1e-5)
