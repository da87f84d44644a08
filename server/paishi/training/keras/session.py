"""One training: the backbone, the head, and both phases."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from paishi.training.heads import Head
from paishi.training.keras import names
from paishi.training.keras.build import build_backbone, build_head, extractor, join, with_probabilities
from paishi.training.keras.fine_tune import unfreeze
from paishi.training.keras.fine_tuned import FineTuned
from paishi.training.keras.fit import Batches, State, probabilities
from paishi.training.keras.phases import Phases, as_probabilities, views_each
from paishi.training.options import FINE_TUNING, HEAD, Material, Options, Outcome, Reporter
from paishi.training.pictures import PictureReader

NO_FINE_TUNING = "none"

_FINE_TUNING_OPTIMIZER = "SGD(learning_rate=1e-4, momentum=0.9)"
"""Of the documents' recipe for InceptionV3."""


class Session(Phases):
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
        super().__init__(options, reader, reporter)
        self._form = head
        self._head_options = names.head_options(options.activation, options.initializer, options.regularizers)
        self._say_remarks(head.optimizer, self._head_options.remarks)
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
        self._begin()
        state = self._phase_one(material)
        found = probabilities(self._head, self._features(material, "val"), material.features.plain.shape[1])
        history = {HEAD: state.history}
        is_fine_tuned = False
        if self._fine_tune != NO_FINE_TUNING and not self._reporter.stop:
            before = [np.array(weight) for weight in self._model.weights]
            state = self._phase_two(material)
            history[FINE_TUNING] = state.history
            tuned = probabilities(self._model, self._views(material, "val"), views_each(material))
            is_fine_tuned = self._is_better(material, as_probabilities(tuned), as_probabilities(found))
            if is_fine_tuned:
                found = tuned
            else:
                self._model.set_weights(before)
        return Outcome(as_probabilities(found), history, is_fine_tuned, self._reporter.stop)

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
