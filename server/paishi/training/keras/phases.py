"""What every training has: devices, checkpoints, recipes, and batches of photos."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paishi import __version__
from paishi.models.keras.imports import keras
from paishi.training.errors import TrainingRefused
from paishi.training.features import Extractor
from paishi.training.keras import names
from paishi.training.keras.devices import make_repeatable, use_devices
from paishi.training.keras.fit import Batches, Recipe, State, fit
from paishi.training.options import Material, Options, Reporter
from paishi.training.pictures import PictureReader

_NOT_OF_THE_NUMBERS = {"photos", "target", "fine_tune", "tensorboard", "resume", "devices"}


class Phases:
    """Makes and trains the phases of a session by `options`; `extractor` is set by the session."""

    extractor: Extractor

    def __init__(self, options: Options, reader: PictureReader, reporter: Reporter) -> None:
        self._options = options
        self._reader = reader
        self._reporter = reporter
        make_repeatable(options.seed)
        self._strategy, sentence = use_devices(options.devices)
        reporter.say(sentence)

    def _say_remarks(self, optimizer: str, of_layers: Sequence[str] = ()) -> None:
        """Says what old names mean; raises TrainingRefused for unknown ones. `optimizer` is the default."""
        options = self._options
        found = names.optimizer(options.optimizer or optimizer, options.learning_rate, options.schedule)
        for remark in names.all_remarks(
            of_layers,
            names.loss(options.loss)[1],
            found[1],
            *(names.metric(text)[1] for text in options.metrics),
        ):
            self._reporter.say(remark)

    def _begin(self) -> None:
        """Deletes old checkpoints unless this goes on from them."""
        if not self._options.resume:
            shutil.rmtree(self._options.checkpoints, ignore_errors=True)
        elif not self._options.checkpoints.is_dir():
            self._reporter.say("There is nothing to go on from: it begins anew.")

    def _fit(self, model: keras.Model, train: Batches, val: Batches, recipe: Recipe, key: str) -> State:
        with self._strategy.scope():
            state = fit(
                model, train, val, recipe, self._options.checkpoints / recipe.phase, key, self._reporter
            )
        if not state.history:
            raise TrainingRefused("Stopped before the first epoch was complete: nothing is saved.", 130)
        if not all(np.isfinite(list(logs.values())).all() for logs in state.history):
            raise TrainingRefused(
                f"The {recipe.phase} diverged, its loss is no number: choose a smaller --learning-rate.", 1
            )
        return state

    def _recipe(self, phase: str, optimizer: str, rate: float | None) -> Recipe:
        options = self._options

        def metrics() -> list[Any]:
            accuracy = keras.metrics.CategoricalAccuracy(name="accuracy")
            return [accuracy, *(names.metric(text)[0] for text in options.metrics)]

        return Recipe(
            phase,
            lambda steps: names.optimizer(optimizer, rate, options.schedule, steps)[0],
            lambda: names.loss(options.loss)[0],
            metrics,
            options.epochs,
            options.patience,
            options.seed,
            options.tensorboard,
        )

    def _views(self, material: Material, part: str) -> Batches:
        """The views themselves, decoded anew for each batch."""
        some = material.split.train if part == "train" else material.split.val
        photos, labels = material.features.photos, material.features.labels
        each = views_each(material)
        size = self._options.side

        def view(index: int) -> NDArray[np.uint8]:
            photo = photos[some[index // each]]
            picture = self._reader.picture(self._reader.read(photo.file), size, material.fit)
            return np.asarray(picture.views[index % each])

        return Batches(
            lambda indices: np.stack(list(self._reader.each(indices, view))),
            np.repeat(labels[some], each),
            material.class_weights if part == "train" else np.ones_like(material.class_weights),
            (size, size, 3),
            "uint8",
        )

    def _key(self, material: Material) -> str:
        """Identifies everything that decides the numbers of the first phase."""
        options = {
            field.name: str(getattr(self._options, field.name))
            for field in fields(self._options)
            if field.name not in _NOT_OF_THE_NUMBERS
        }
        features = material.features
        photos = [
            (photo.label, photo.part, content)
            for photo, content in zip(features.photos, features.contents, strict=True)
        ]
        form = json.dumps([__version__, self.extractor.key, material.fit, options, photos], sort_keys=True)
        return hashlib.sha256(form.encode()).hexdigest()


def as_probabilities(outputs: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(outputs / np.maximum(outputs.sum(axis=1, keepdims=True), 1e-12), np.float32)


def views_each(material: Material) -> int:
    return int(material.features.plain.shape[1])
