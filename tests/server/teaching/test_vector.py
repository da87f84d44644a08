"""The vector is that of Keras, averaged over the views, and identified by all that it depends on."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.models.catalogue import find_backbone
from paishi.models.keras.gradients import Gradients
from paishi.models.weights.find import find_weights
from paishi.photo.fit import fit
from paishi.recognition.recogniser import Recogniser
from paishi.settings import Settings
from tests.server.teaching.conftest import MODEL, load
from tests.server.teaching.drawn import picture


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return found


@pytest.fixture(scope="module")
def keras_model() -> Gradients:
    settings = Settings.model_validate({})
    backbone = find_backbone(MODEL)
    return Gradients(backbone, find_weights(backbone, "imagenet", settings.keras_home))


def views(way: str) -> NDArray[np.uint8]:
    return fit(picture("house", 0).resize((320, 200)), 224, way)  # type: ignore[arg-type]


@pytest.mark.parametrize("way", ["crop", "both"])
def test_is_the_mean_of_what_keras_gives(recogniser: Recogniser, keras_model: Gradients, way: str) -> None:
    seen = asyncio.run(recogniser.see(views(way)))
    expected = unit(unit(keras_model.features(views(way), None)).mean(axis=0))
    assert seen.vector.dtype == seen.probabilities.dtype == np.float32
    assert np.abs(seen.vector - expected).max() < 1e-5
    assert expected.std() > 0.01


def test_one_run_gives_the_probabilities_as_well(recogniser: Recogniser) -> None:
    seen = asyncio.run(recogniser.see(views("both")))
    assert (seen.probabilities == asyncio.run(recogniser.runtime.softmax(views("both"))).mean(axis=0)).all()


def test_without_teaching_there_is_none() -> None:
    plain = load(teachers="nobody")
    assert plain.space is None
    assert plain.runtime.vector is None
    plain.close()


def test_the_fingerprint_changes_with_the_fit_and_nothing_else_of_the_settings(
    recogniser: Recogniser,
) -> None:
    prints = []
    for settings in ({}, {"fit": "both"}, {"confident_at": 0.9}):
        other = load(**settings)
        assert other.space
        prints.append(other.space.fingerprint)
        other.close()
    assert recogniser.space
    assert prints[0] == prints[2] == recogniser.space.fingerprint
    assert prints[1] != prints[0]


def test_a_profile_that_is_kept_or_not_changes_the_fingerprint(recogniser: Recogniser) -> None:
    assert recogniser.space
    assert recogniser.runtime.vector
    constants = replace(recogniser.space.constants, profile=0.25)
    other = type(recogniser.space)(recogniser.runtime.vector, constants, recogniser.fit)
    assert other.fingerprint != recogniser.space.fingerprint
