"""What can go wrong between the name of a network and its first answer."""

from collections.abc import Sequence


class ModelError(Exception):
    """Base of this tree. The message is one that an operator can act on."""


class UnknownModel(ModelError):
    """No backbone has this name."""


class CustomModelRefused(ModelError):
    """A folder with the operator's own network lacks something, or holds what cannot be served."""


class WeightsUnavailable(ModelError):
    """The weights could be had nowhere; the message says how to provide them.

    `reasons` are the single failures, each a sentence.
    """

    def __init__(self, message: str, reasons: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.reasons = tuple(reasons) or (message,)


class DownloadFailed(ModelError):
    """One address did not give the file. The message is the reason as one sentence, without the address."""


class WeightsMismatch(ModelError):
    """The weights belong to another network; the message names the first arrays that differ."""


class WeightsCorrupt(ModelError):
    """The bytes are not those that were published, or no weights at all."""


class RuntimeUnavailable(ModelError):
    """The runtime asked for is not in this version or not on this machine."""


class ConversionFailed(ModelError):
    """The network could not be brought to the runtime, or answers otherwise there."""


class PrecisionRefused(ModelError):
    """The lower precision asked for was not checked, or changes too many answers."""


class WeightsChanged(ModelError):
    """The weights on the disk are no longer those of the network that answers."""


class UnknownLayer(ModelError):
    """The network has no layer of this name; the message names the nearest."""


class NotExplainable(ModelError):
    """What was asked of the inside of a network cannot be told of this one."""
