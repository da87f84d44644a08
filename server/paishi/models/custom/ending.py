"""How probabilities are made of what a custom model returns."""

from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.models.custom.card import Card
from paishi.models.errors import CustomModelRefused

_TOLERANCE = 1e-3

Form = Literal["as it is", "softmax", "sigmoid", "pair", "pair of logits"]
"""What is put behind the model. A pair is 1 - p and p, of one p or of the sigmoid of one logit."""


class Ending(NamedTuple):
    """`independent` tells whether each class has a probability of its own; otherwise they sum to 1."""

    form: Form
    independent: bool


def ending(file: Path, activation: str, values: NDArray[np.float32], card: Card) -> Ending:
    """Judges a model that returns `values` (pictures, n) and ends with `activation`, "" if not known.

    Raises CustomModelRefused if no probabilities can be made of them.
    """
    if not np.isfinite(values).all():
        raise CustomModelRefused(f"{file} returns values that are no numbers: its training has diverged.")
    classes = values.shape[1]
    if classes == 1 and (card.independent or activation == "softmax"):
        raise CustomModelRefused(
            f"{file} returns one {activation} of one class, which names nothing: it must tell two classes "
            "apart with one sigmoid, or return a probability for each label."
        )
    if card.output == "logits":
        return _of_logits(file, activation, classes, card)
    are_fractions = values.min() >= -_TOLERANCE and values.max() <= 1 + _TOLERANCE
    if classes == 1 and are_fractions and activation in ("sigmoid", "hard_sigmoid"):
        return Ending("pair", False)
    if classes > 1 and are_fractions:
        if not card.independent and np.abs(values.sum(axis=1) - 1).max() < _TOLERANCE:
            return Ending("as it is", False)
        if card.independent or activation == "sigmoid":
            return Ending("as it is", True)
    raise CustomModelRefused(
        f"{file} returns {values.min():.3g} to {values.max():.3g}, in sum {values.sum(axis=1)[0]:.3g}: these "
        'are no probabilities. If they are logits, write {"output": "logits"} into card.json; otherwise end '
        f"the model with a {'sigmoid' if classes == 1 else 'softmax'}."
    )


def _of_logits(file: Path, activation: str, classes: int, card: Card) -> Ending:
    if activation in ("softmax", "sigmoid"):
        raise CustomModelRefused(
            f"{file} ends with a {activation}, but card.json says that its output is logits: leave that out."
        )
    if classes == 1:
        return Ending("pair of logits", False)
    return Ending("sigmoid", True) if card.independent else Ending("softmax", False)
