"""A network that answers."""

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
    """The network runs but what it says cannot be probabilities of these classes."""


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One served network with its class names. `input_size` is the side of its input in pixels.

    `insight` is None where nothing can be seen inside, `custom` for a network of the catalogue.
    """

    network: str
    input_size: int
    fit: Fit
    runtime: Runtime
    labels: Labels
    custom: CustomModel | None = None
    insight: Insight | None = None

    @property
    def model(self) -> Model:
        return Model(name=self.network, labels=self.labels.name)

    async def recognise(self, views: NDArray[np.uint8], top: int) -> list[Prediction]:
        """The `top` most probable classes, most probable first.

        `views` has shape (n, input_size, input_size, 3), uint8 RGB: n ways to look at one photo.
        Their softmax outputs are averaged.
        """
        probabilities = (await self.runtime.softmax(views)).mean(axis=0)
        best = np.argsort(-probabilities, kind="stable")[:top]
        return [self.prediction(int(index), float(probabilities[index])) for index in best]

    async def self_test(self) -> None:
        """Lets the network look at plain grey. Raises SelfTestFailed where that gives no softmax."""
        grey = np.full((1, self.input_size, self.input_size, 3), 128, np.uint8)
        probabilities = await self.runtime.softmax(grey)
        answered, named = probabilities.shape[1:], len(self.labels.classes)
        if answered != (named,):
            found = " x ".join(map(str, answered))
            raise SelfTestFailed(f"{self.network} answers with {found} probabilities but has {named} labels.")
        total = float(probabilities.sum())
        if not (np.isfinite(probabilities).all() and abs(total - 1) < 1e-3):
            raise SelfTestFailed(f"{self.network} gives probabilities that sum to {total:g}, not 1.")

    def prediction(self, index: int, probability: float) -> Prediction:
        """Class `index` as the contract has it."""
        label = self.labels.classes[index]
        return Prediction(
            label=label.label,
            # fp32 rounding can carry a sure answer past 1 by an ulp
            probability=min(max(probability, 0.0), 1.0),
            id=label.id,
            name=Name(en=label.en, zh=label.zh),
        )
