"""A loaded model with its class names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.choices import Fit
from paishi.contract import Kind, Model, Name, Prediction
from paishi.models.backbone import NOT_MEASURED, Size, height_width
from paishi.models.custom.folder import CustomModel
from paishi.models.errors import ModelError
from paishi.recognition.kinds import Kinds
from paishi.recognition.labels import Labels
from paishi.runtimes.base import Runtime
from paishi.runtimes.insight import Insight
from paishi.teaching.space import Prototypes, Seen, Share, Space

NO_NAMES: Mapping[str, str] = MappingProxyType({})
TAUGHT_AT = 0.5
"""Probability of a taught thing from which its name counts as right: the threshold of its score."""


class Recognised(NamedTuple):
    """The most probable classes and taught things, most probable first; whether the first is probably right;
    and if not, the kind of thing, if that is."""

    predictions: list[Prediction]
    confident: bool
    kind: Kind | None


class SelfTestFailed(ModelError):
    """The model runs but its output is no probabilities of these classes."""

    lasting = True


def confident_at(confidence: float, classes: int) -> float:
    """Corrects `confidence` for chance: of two `classes`, one has always half of the probability."""
    return confidence + (1 - confidence) / classes


def taught_prediction(name: str, share: Share) -> Prediction:
    """Returns a taught thing in the form of the contract: its `name` in every language."""
    return Prediction(
        label=name,
        probability=share.probability,
        id=share.id,
        name=Name(en=name, zh=name),
        taught=True,
    )


@dataclass(frozen=True, slots=True)
class Recogniser:
    """A served model with its class names. `input_size` is that of its input.

    `confidence` is the probability from which its first name counts as right, on a model of many classes.
    `kinds` is None if its classes have none.
    `insight` is None if the model gives no explanations, `custom` is None for a model of the catalogue. If
    its classes are `independent`, each has a probability of its own; otherwise they sum to 1. `space` is None
    if teaching is off or the model cannot be taught.
    """

    name: str
    input_size: Size
    fit: Fit
    runtime: Runtime
    labels: Labels
    confidence: float = NOT_MEASURED.at
    kinds: Kinds | None = None
    custom: CustomModel | None = None
    insight: Insight | None = None
    independent: bool = False
    space: Space | None = None

    @property
    def model(self) -> Model:
        return Model(name=self.name, labels=self.labels.name)

    def close(self) -> None:
        """Fails waiting calls and returns when the running pictures are done."""
        if self.insight:
            self.insight.close()
        self.runtime.close()

    @property
    def confident_at(self) -> float:
        """`confidence`, corrected for chance unless all classes may be improbable."""
        if self.independent:
            return self.confidence
        return confident_at(self.confidence, len(self.labels.classes))

    async def see(self, views: NDArray[np.uint8]) -> Seen:
        """Probabilities and vector of one photo, of one run; only if `space` is not None.

        `views` has shape (n, height, width, 3) of `input_size`, uint8 RGB: n views, whose outputs are
        averaged.
        """
        assert self.space
        return self.space.seen(await self.runtime.outputs(views))

    async def recognise(
        self,
        views: NDArray[np.uint8],
        top: int,
        prototypes: Prototypes | None = None,
        names: Mapping[str, str] = NO_NAMES,
    ) -> Recognised:
        """Returns the `top` most probable of the classes and of the taught things in `prototypes`.

        `views` is as in `see`; `prototypes` are of `space`, and `names` has the name of each by its id.
        Taught things get probabilities of their own and the classes share the rest: all still sum to 1.
        """
        if prototypes is None or not prototypes.ids:
            rows = await self.runtime.softmax(views)
            return self._ranked(rows[0] if len(rows) == 1 else rows.mean(axis=0), top)
        return self.rank(await self.see(views), top, prototypes, names)

    def rank(
        self, seen: Seen, top: int, prototypes: Prototypes | None, names: Mapping[str, str]
    ) -> Recognised:
        """As `recognise`, for a photo that has been `seen`."""
        if prototypes is None or not prototypes.ids:
            return self._ranked(seen.probabilities, top)
        assert self.space
        shares = self.space.shares(seen, prototypes)
        taught = [taught_prediction(names[share.id], share) for share in shares[:top]]
        return self._ranked(seen.probabilities, top, taught, 1 - sum(share.probability for share in shares))

    def _ranked(
        self, probabilities: NDArray[np.float32], top: int, taught: Sequence[Prediction] = (), rest: float = 1
    ) -> Recognised:
        """Ranks the classes, which get the share `rest` of `probabilities`, and the things in `taught`."""
        best = np.argsort(-probabilities, kind="stable")[:top]
        classes = [self.prediction(int(index), rest * float(probabilities[index])) for index in best]
        ranked = sorted([*taught, *classes], key=lambda one: -one.probability)[:top]
        confident = ranked[0].probability >= (TAUGHT_AT if ranked[0].taught else self.confident_at)
        return Recognised(ranked, confident, None if confident else self._kind(probabilities))

    def _kind(self, probabilities: NDArray[np.float32]) -> Kind | None:
        found = self.kinds.best(probabilities) if self.kinds else None
        if found is None:
            return None
        kind, probability = found
        return Kind(id=kind.id, name=Name(en=kind.en, zh=kind.zh), probability=min(probability, 1.0))

    async def self_test(self) -> None:
        """Runs the model on plain grey. Raises SelfTestFailed unless it gives the labels probabilities."""
        grey = np.full((1, *height_width(self.input_size), 3), 128, np.uint8)
        probabilities = await self.runtime.softmax(grey)
        outputs, labels = probabilities.shape[1:], len(self.labels.classes)
        if outputs != (labels,):
            found = " x ".join(map(str, outputs))
            raise SelfTestFailed(f"{self.name} returns {found} probabilities but has {labels} labels.")
        if not (np.isfinite(probabilities).all() and probabilities.min() >= 0):
            raise SelfTestFailed(f"{self.name} returns values that are no probabilities.")
        total = float(probabilities.sum())
        if not self.independent and abs(total - 1) >= 1e-3:
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
