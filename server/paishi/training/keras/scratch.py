"""A training from scratch: a model with random weights, on the photos alone."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from paishi.training.errors import TrainingRefused
from paishi.training.heads import find_head
from paishi.training.keras.augmented import FromScratch
from paishi.training.keras.build import build_backbone, extractor
from paishi.training.keras.fit import Batches, probabilities
from paishi.training.keras.phases import Phases, as_probabilities, views_each
from paishi.training.options import SCRATCH, Architecture, Material, Options, Outcome, Reporter
from paishi.training.pictures import PictureReader

_OPTIMIZER = "adam"
_FEW = 1000
"""Photos of a class below which a model from scratch gets advice."""
_MOST_BYTES = 500_000_000
"""Decoded photos that are kept in memory; more are decoded anew for each batch."""


class ScratchSession(Phases):
    """Builds `architecture`, and the backbone of `options`, which finds photos that are alike, with the file
    of its `weights`, which `key` identifies. Raises TrainingRefused, WeightsMismatch and WeightsCorrupt."""

    def __init__(
        self,
        options: Options,
        architecture: Architecture,
        classes: int,
        weights: Path | None,
        key: str,
        reader: PictureReader,
        reporter: Reporter,
    ) -> None:
        super().__init__(options, reader, reporter)
        self._say_remarks(_OPTIMIZER)
        with self._strategy.scope():
            try:
                self._model = architecture.build(options.side, classes)
            except ValueError as error:
                raise TrainingRefused(
                    f"--size {options.side} is too small for {architecture.name}: {error}"
                ) from error
            base = build_backbone(options.backbone, options.backbone.input_size, weights)
        self.extractor = extractor(options.backbone, base, find_head("plain"), key)

    def train(self, material: Material) -> Outcome:
        """Trains all layers. Raises as `Session.train`."""
        self._begin()
        few = int(np.bincount(material.features.labels[material.split.train]).min())
        if few < _FEW:
            self._reporter.say(
                f"{self._model.name} begins with random weights and sees {few} photos of a class, which is "
                "little: it takes thousands to learn what things look like."
            )
        self._reporter.say(f"Trains all of its {self._model.count_params():,} parameters.")
        with self._strategy.scope():
            model = FromScratch(self._model, augment=self._options.augment == "light")
        recipe = self._recipe(SCRATCH, self._options.optimizer or _OPTIMIZER, self._options.learning_rate)
        train, val = self._decoded(material, "train"), self._decoded(material, "val")
        state = self._fit(model, train, val, recipe, self._key(material))
        found = as_probabilities(probabilities(self._model, val, views_each(material)))
        if not self._reporter.stop:
            self._compare(material, found)
        return Outcome(found, {SCRATCH: state.history}, False, self._reporter.stop)

    def save(self, file: Path) -> None:
        """Writes the model."""
        self._model.save(str(file))

    def _decoded(self, material: Material, part: str) -> Batches:
        """As `_views`, but decoded once if they have room in memory."""
        batches = self._views(material, part)
        if len(batches.labels) * np.prod(batches.shape) > _MOST_BYTES:
            return batches
        views = batches.load(np.arange(len(batches.labels)))
        return Batches(
            lambda indices: views[indices], batches.labels, batches.weights, batches.shape, batches.dtype
        )

    def _compare(self, material: Material, found: NDArray[np.float32]) -> None:
        """Says so if a classifier of the backbone's features, which are there, is better."""
        train, val = material.split.train, material.split.val
        vectors, labels = material.features.vectors, material.features.labels
        mine = int((found.argmax(axis=1) == labels[val]).sum())
        classifier = LogisticRegression(max_iter=500).fit(vectors[train], labels[train])
        with_features = int((classifier.predict(vectors[val]) == labels[val]).sum())
        if with_features > mine:
            self._reporter.say(
                f"{mine} of {len(val)} validation photos are named right; a classifier of the features of "
                f"{self._options.backbone.name}, which has seen a million photos, names {with_features}. "
                "To use it, leave out --network."
            )
