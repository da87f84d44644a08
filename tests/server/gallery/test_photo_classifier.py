"""Every entry that takes pictures becomes a model of photos, whatever form it takes them in."""

import inspect

import numpy as np
import pytest

from paishi.gallery.build import builder
from paishi.gallery.entries import entries, find_entry
from paishi.gallery.photo_classifier import photo_classifier

PICTURES = ("photos", "digits", "pictures")

# The others of Keras Applications take seconds to build, and differ from these by name alone.
SMALL = [entry.key for entry in entries().values() if entry.side and entry.task != "photos"]


def test_all_that_take_pictures_can_be_trained_on_photos() -> None:
    for entry in entries().values():
        assert bool(entry.side) == (entry.task in PICTURES), entry.key
        if entry.side:
            taken = inspect.signature(builder(entry)).parameters.keys()
            assert taken & {"side", "pixels", "steps"}, entry.key


@pytest.mark.parametrize("key", [*SMALL, "vgg16_base", "vgg16_head_2"])
def test_photos_go_in_and_probabilities_come_out(key: str) -> None:
    """Also where it takes vectors, sequences or two sizes, or gives maps, names at each place or sigmoids."""
    entry = find_entry(key)
    side = 48 if entry.task == "photos" else 16 if key.startswith(("rnn", "shared_ex")) else entry.side
    model = photo_classifier(entry, side, 3)
    assert (model.input_shape, model.input.dtype) == ((None, side, side, 3), "uint8")
    assert all(layer.trainable for layer in model.layers)
    assert len(model.trainable_weights) == len(model.weights)  # none of these has batch normalisation
    views = np.random.default_rng(0).integers(0, 256, (2, side, side, 3)).astype(np.uint8)
    found = np.asarray(model(views))
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


def test_grey_is_as_in_jpeg() -> None:
    model = photo_classifier(find_entry("seq_softmax"), 16, 3)
    grey = np.full((1, 16, 16, 3), 76, np.uint8)  # 0.299 x 255
    red = np.zeros((1, 16, 16, 3), np.uint8)
    red[..., 0] = 255
    np.testing.assert_allclose(model(red), model(grey), atol=1e-2)
