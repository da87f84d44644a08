"""What a training takes, works on and gives."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.choices import Fit
from paishi.models.backbone import Backbone
from paishi.models.weights.download import OnProgress
from paishi.recognition.labels import Label
from paishi.training.features import PhotoFeatures
from paishi.training.likeness import Likeness
from paishi.training.photo_set import PhotoSet
from paishi.training.split import ClassWeights, Split

Logs = dict[str, float]

HEAD, FINE_TUNING, SCRATCH = "head", "fine-tuning", "training"
"""The phases; the last is that of a model from scratch."""

RANDOM = "random"
"""As `weights`: none."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """A model to train from scratch.

    `build` gets a side in pixels, by default `side`, and a number of classes; the Keras model that it returns
    takes uint8 RGB (n, side, side, 3) and gives probabilities (n, classes) float32. It raises ValueError if
    that side is too small.
    """

    name: str
    side: int
    build: Callable[[int, int], Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Options:
    """What `paishi train` takes; see there. None leaves a choice to the head.

    With an `architecture`, that is trained from scratch, and `backbone` only finds photos that are alike.
    """

    photos: Path
    target: Path
    backbone: Backbone
    architecture: Architecture | None = None
    head: str = "plain"
    size: int | None = None
    val: float = 0.2
    epochs: int = 30
    patience: int = 5
    fine_tune: str | None = None
    loss: str = "categorical_crossentropy"
    optimizer: str | None = None
    learning_rate: float | None = None
    schedule: str = "constant"
    metrics: tuple[str, ...] = ()
    activation: str = "relu"
    initializer: str = "glorot_uniform"
    regularizers: tuple[str, ...] = ()
    class_weights: ClassWeights = "auto"
    augment: Literal["light", "none"] = "light"
    seed: int = 0
    weights: str = "imagenet"
    tensorboard: Path | None = None
    resume: bool = False
    devices: Literal["one", "all"] = "one"

    @property
    def side(self) -> int:
        return self.size or (self.architecture.side if self.architecture else self.backbone.input_size)

    @property
    def checkpoints(self) -> Path:
        """Folder for an interrupted training, beside the target."""
        return self.target.with_name(f".{self.target.name}.training")


class Epoch(NamedTuple):
    """One epoch of `phase`, counted from 1; `logs` are its loss and metrics."""

    phase: str
    number: int
    epochs: int
    logs: Logs


@dataclass(slots=True)
class Reporter:
    """What follows a training: `on_photos` and `on_step` for bars, `on_epoch` and `say` for lines.

    With `stop` set, a training ends after the current step, without the epoch that it is in.
    """

    say: Callable[[str], None] = lambda sentence: None
    on_photos: Callable[[int, int], None] = lambda done, total: None
    on_step: Callable[[str, float], None] = lambda phase, done: None
    on_epoch: Callable[[Epoch], None] = lambda epoch: None
    on_download: OnProgress | None = None
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Material:
    """What a training works on."""

    photo_set: PhotoSet
    labels: list[Label]
    features: PhotoFeatures
    likeness: Likeness
    split: Split
    class_weights: NDArray[np.float32]
    fit: Fit


class Outcome(NamedTuple):
    """`probabilities` (photos, classes) of the validation part; `history` has a dict of loss and metrics for
    each epoch of each phase."""

    probabilities: NDArray[np.float32]
    history: dict[str, list[Logs]]
    is_fine_tuned: bool
    is_interrupted: bool
