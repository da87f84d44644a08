"""One training: the backbone, the head, and both phases."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paishi import __version__
from paishi.models.keras.imports import keras
from paishi.training.errors import TrainingRefused
from paishi.training.heads import Head
from paishi.training.keras import names
from paishi.training.keras.build import build_backbone, build_head, extractor, join, with_probabilities
from paishi.training.keras.devices import make_repeatable, use_devices
from paishi.training.keras.fine_tune import unfreeze
from paishi.training.keras.fine_tuned import FineTuned
from paishi.training.keras.fit import Batches, Recipe, State, fit, probabilities
from paishi.training.options import FINE_TUNING, HEAD, Material, Options, Outcome, Reporter
from paishi.training.pictures import PictureReader

NO_FINE_TUNING = "none"

_FINE_TUNING_OPTIMIZER = "SGD(learning_rate=1e-4, momentum=0.9)"
"""Of the documents' recipe for InceptionV3."""

_NOT_OF_THE_NUMBERS = {"photos", "target", "fine_tune", "tensorboard", "resume", "devices"}


class Session:
    """Builds the parts by `options`. `weights` is the backbone's file, None for random ones; `key` identifies
    them. Raises TrainingRefused, WeightsMismatch and WeightsCorrupt."""

    def __init__(
        self,
        options: Options,
        head: Head,
        classes: int,
        weights: Path | None,
        key: str,
        reader: PictureReader,
        reporter: Reporter,
    ) -> None:
        self._options = options
        self._form = head
        self._reader = reader
        self._reporter = reporter
        make_repeatable(options.seed)
        self._strategy, sentence = use_devices(options.devices)
        reporter.say(sentence)
        self._head_options = names.head_options(options.activation, options.initializer, options.regularizers)
        optimizer = names.optimizer(
            options.optimizer or head.optimizer, options.learning_rate, options.schedule
        )
        remarks = names.all_remarks(
            self._head_options.remarks,
            names.loss(options.loss)[1],
            optimizer[1],
            *(names.metric(text)[1] for text in options.metrics),
        )
        for remark in remarks:
            reporter.say(remark)
        with self._strategy.scope():
            self._base = build_backbone(options.backbone, options.side, weights)
            self._base.trainable = False
            maps = self._base.output_shape[1:]
            joined = maps if head.joins == "flatten" else maps[-1:]
            self._head = build_head(head, joined, classes, self._head_options)
            self._model = join(options.backbone, self._base, self._head)
        self.extractor = extractor(options.backbone, self._base, head, key)
        self._fine_tune = options.fine_tune or head.fine_tune or NO_FINE_TUNING
        if self._fine_tune != NO_FINE_TUNING:  # before any work
            unfreeze(self._base, self._fine_tune)
            self._base.trainable = False

    def train(self, material: Material) -> Outcome:
        """Trains the head on features, then the model if that is wanted and helps.

        Raises TrainingRefused if it was stopped before the first epoch, or diverged; OSError.
        """
        if not self._options.resume:
            shutil.rmtree(self._options.checkpoints, ignore_errors=True)
        elif not self._options.checkpoints.is_dir():
            self._reporter.say("There is nothing to go on from: it begins anew.")
        state = self._phase_one(material)
        found = probabilities(self._head, self._features(material, "val"), material.features.plain.shape[1])
        history = {HEAD: state.history}
        is_fine_tuned = False
        if self._fine_tune != NO_FINE_TUNING and not self._reporter.stop:
            before = [np.array(weight) for weight in self._model.weights]
            state = self._phase_two(material)
            history[FINE_TUNING] = state.history
            tuned = probabilities(self._model, self._views(material, "val"), _views_each(material))
            is_fine_tuned = self._is_better(material, self._probabilities(tuned), self._probabilities(found))
            if is_fine_tuned:
                found = tuned
            else:
                self._model.set_weights(before)
        return Outcome(self._probabilities(found), history, is_fine_tuned, self._reporter.stop)

    def save(self, file: Path) -> None:
        """Writes the model with probabilities as its output."""
        self._base.trainable = False
        with_probabilities(self._model, self._form.output).save(str(file))

    def _phase_one(self, material: Material) -> State:
        recipe = self._recipe(
            HEAD, self._options.optimizer or self._form.optimizer, self._options.learning_rate
        )
        train, val = self._features(material, "train"), self._features(material, "val")
        return self._fit(self._head, train, val, recipe, self._key(material))

    def _phase_two(self, material: Material) -> State:
        first = unfreeze(self._base, self._fine_tune)
        trained = sum(int(np.prod(weight.shape)) for weight in self._model.trainable_weights)
        self._reporter.say(
            f"Fine-tunes {self._base.name} from layer {first} ({self._base.layers[first].name}) on: "
            f"{trained:,} of {self._model.count_params():,} parameters."
        )
        with self._strategy.scope():
            model = FineTuned(
                self._options.backbone.preprocessing,
                self._base,
                self._head,
                augment=self._options.augment == "light",
            )
        recipe = self._recipe(FINE_TUNING, _FINE_TUNING_OPTIMIZER, None)
        key = f"{self._key(material)} {self._fine_tune}"
        return self._fit(model, self._views(material, "train"), self._views(material, "val"), recipe, key)

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

    def _features(self, material: Material, part: str) -> Batches:
        """Features of each view; to train, of the mirrored ones as well, with `augment`."""
        some = material.split.train if part == "train" else material.split.val
        features, labels = material.features, material.features.labels
        values = features.plain[some]
        if part == "train" and self._options.augment != "none":
            values = np.concatenate([values, features.mirrored[some]], axis=1)
        each = values.shape[1]
        flat = values.reshape(-1, *values.shape[2:])
        return Batches(
            lambda indices: flat[indices],
            np.repeat(labels[some], each),
            material.class_weights if part == "train" else np.ones_like(material.class_weights),
            flat.shape[1:],
            "float32",
        )

    def _views(self, material: Material, part: str) -> Batches:
        """The views themselves, decoded anew for each batch."""
        some = material.split.train if part == "train" else material.split.val
        photos, labels = material.features.photos, material.features.labels
        each = _views_each(material)
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

    def _probabilities(self, outputs: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(outputs / np.maximum(outputs.sum(axis=1, keepdims=True), 1e-12), np.float32)

    def _is_better(self, material: Material, tuned: NDArray[np.float32], before: NDArray[np.float32]) -> bool:
        labels = material.features.labels[material.split.val]

        def right(found: NDArray[np.float32]) -> int:
            return int((found.argmax(axis=1) == labels).sum())

        say: Callable[[str], None] = self._reporter.say
        counts = f"{right(tuned)} instead of {right(before)} of {len(labels)} validation photos"
        if right(tuned) > right(before):
            say(f"Fine-tuning is kept: {counts} are named right.")
            return True
        say(f"Fine-tuning is not kept, as it does not help: {counts} are named right.")
        return False

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


def _views_each(material: Material) -> int:
    return int(material.features.plain.shape[1])
