"""Errors between the name of a model and its first prediction."""

from collections.abc import Sequence


class ModelError(Exception):
    """Base of this tree. The message helps an operator to fix the cause."""


class UnknownModel(ModelError):
    """No backbone has this name."""


class CustomModelRefused(ModelError):
    """The folder of a custom model is incomplete or its model cannot be served."""


class WeightsUnavailable(ModelError):
    """No source has the weights; the message explains how to provide them.

    `reasons` has one sentence per failed source.
    """

    def __init__(self, message: str, reasons: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.reasons = tuple(reasons) or (message,)


class DownloadFailed(ModelError):
    """An address did not deliver the file. The message is one sentence without the address."""


class WeightsMismatch(ModelError):
    """The weights belong to another model; the message names the first arrays that differ."""


class WeightsCorrupt(ModelError):
    """The file differs from the published one or holds no weights."""


class RuntimeUnavailable(ModelError):
    """The configured runtime does not work on this machine."""


class ConversionFailed(ModelError):
    """The model could not be converted, or its converted form gives other probabilities."""


class PrecisionRefused(ModelError):
    """The lower precision was not checked or changes too many predictions."""


class WeightsChanged(ModelError):
    """The weights on disk are no longer those of the running model."""


class UnknownLayer(ModelError):
    """The model has no layer of this name; the message suggests the nearest."""


class NotExplainable(ModelError):
    """This model does not support explanations or features of this kind."""
