"""Errors between the name of a model and its first prediction."""

from collections.abc import Sequence
from typing import ClassVar

from paishi.contract import MissingWeights
from paishi.system.passing_fault import is_passing


class ModelError(Exception):
    """Base of this tree. The message helps an operator to fix the cause.

    A `lasting` one comes again from the same files and settings, so that trying again is work for nothing.
    """

    lasting: ClassVar[bool] = False


def is_lasting(error: Exception) -> bool:
    """Whether `error` comes again until the files or the settings of the model change."""
    return isinstance(error, ModelError) and error.lasting and not is_passing(error)


class UnknownModel(ModelError):
    """No backbone has this name."""

    lasting = True


class CustomModelRefused(ModelError):
    """The folder of a custom model is incomplete or its model cannot be served."""

    lasting = True


class WeightsUnavailable(ModelError):
    """No source has the weights; the message is a sentence.

    `reasons` has one sentence per failed source. `missing` is the file that an operator can fetch by hand,
    None if there is no such file.
    """

    def __init__(
        self, message: str, reasons: Sequence[str] = (), missing: MissingWeights | None = None
    ) -> None:
        super().__init__(message)
        self.reasons = tuple(reasons) or (message,)
        self.missing = missing


class DownloadFailed(ModelError):
    """An address did not deliver the file. The message is one sentence without the address."""


class WeightsMismatch(ModelError):
    """The weights belong to another model; the message names the first arrays that differ."""

    lasting = True


class WeightsCorrupt(ModelError):
    """The file differs from the published one or holds no weights."""

    lasting = True


class RuntimeUnavailable(ModelError):
    """The configured runtime does not work on this machine."""


class KerasMissing(ModelError):
    """Keras and TensorFlow, the extra `keras`, are not installed; the message says what needs them."""

    lasting = True


class ConversionFailed(ModelError):
    """OpenVINO refuses the model, or its converted form gives other probabilities."""

    lasting = True


class ConversionInterrupted(ModelError):
    """The conversion was killed, took too long or lacked disk, memory or descriptors: it may work later."""


class PrecisionRefused(ModelError):
    """The lower precision was not checked or changes too many predictions."""

    lasting = True


class WeightsChanged(ModelError):
    """The weights on disk are no longer those of the running model."""


class UnknownLayer(ModelError):
    """The model has no layer of this name; the message suggests the nearest."""


class InsightInterrupted(ModelError):
    """The process that runs Keras for an explanation was killed, took too long or ran out of memory."""


class NotExplainable(ModelError):
    """This model does not support explanations or features of this kind."""
