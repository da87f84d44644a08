"""A loaded model with its class names."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paishi.choices import Fit
from paishi.contract import Model, Name, Prediction
from paishi.models.custom.folder import CustomModel
from paishi.recognition.labels import Labels
from paishi.runtimes.base import Runtime
from paishi.runtimes.insight import Insight


class SelfTestFailed(Exception):
    """The model runs but its output is no probabilities of these classes."""


@dataclass(frozen=True, slots=True)
class Recogniser:
    """A served model with its class names. `input_size` is the side of its input in pixels.

    `insight` is None if the model gives no explanations, `custom` is None for a model of the catalogue.
    """

    name: str
    input_size: int
    fit: Fit
    runtime: Runtime
    labels: Labels
    custom: CustomModel | None = None
    insight: Insight | None = None

    @property
    def model(self) -> Model:
        return Model(name=self.name, labels=self.labels.name)

    async def recognise(self, views: NDArray[np.uint8], top: int) -> list[Prediction]:
        """Returns the `top` most probable classes, most probable first.

        `views` has shape (n, input_size, input_size, 3), uint8 RGB: n views of one photo, whose softmax
        outputs are averaged.
        """
        probabilities = (await self.runtime.softmax(views)).mean(axis=0)
        best = np.argsort(-probabilities, kind="stable")[:top]
        return [self.prediction(int(index), float(probabilities[index])) for index in best]

    async def self_test(self) -> None:
        """Runs the model on plain grey. Raises SelfTestFailed unless that gives a softmax over the labels."""
        grey = np.full((1, self.input_size, self.input_size, 3), 128, np.uint8)
        probabilities = await self.runtime.softmax(grey)
        outputs, labels = probabilities.shape[1:], len(self.labels.classes)
        if outputs != (labels,):
            found = " x ".join(map(str, outputs))
            raise SelfTestFailed(f"{self.name} returns {found} probabilities but has {labels} labels.")
        total = float(probabilities.sum())
        if not (np.isfinite(probabilities).all() and abs(total - 1) < 1e-3):
            raise SelfTestFailed(f"{self.name} returns probabilities that sum to {total:g}, not 1.")

    def prediction(self, index: int, probability: float) -> Prediction:
        """Returns class `index` in the form of the contract."""
        label = self.labels.classes[index]
        return Prediction(
            label=label.label,
            # fp32 rounding can exceed 1 by an ulp
            probability=min(max(probability, 0.0), 1.0),
            id=label.id,
            name=Name(en=label.en, zh=label.zh),
        )
