"""Interface of all runtimes. Importing this loads no NumPy, because light modules import it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

from paishi.choices import Precision
from paishi.problems.kinds import ModelLoading


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often a model of lower precision predicts the same class as in fp32.

    The first class agrees on `same` of `photos` photos. `calibrated_on` counts the photos of the calibration,
    which are others; it is 0 for bf16.
    """

    same: int
    photos: int
    calibrated_on: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.same / self.photos


@dataclass(frozen=True, slots=True, eq=False)
class VectorOutput:
    """The second output of a model: the mean of its last feature map over all positions, the head's input.

    `head`, float32 (features, classes), is the head's only matrix. Vectors of models with equal `identity`
    can be compared.
    """

    head: NDArray[np.float32]
    identity: str

    @property
    def size(self) -> int:
        """Values of a vector."""
        return len(self.head)


class Outputs(NamedTuple):
    """Both outputs for n views: `softmax` float32 (n, classes), `vectors` float32 (n, size)."""

    softmax: NDArray[np.float32]
    vectors: NDArray[np.float32]


class Runtime(Protocol):
    """A loaded model. Many tasks may call it at once."""

    name: str
    """Name of the runtime, such as "tensorflow"."""

    precision: Precision

    agreement: Agreement | None
    """Agreement with the same model in fp32; None if that is the precision."""

    independent: bool
    """Whether each class has a probability of its own; otherwise they sum to 1."""

    vector: VectorOutput | None
    """The model's second output; None if it was loaded without or has none."""

    async def softmax(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Returns probabilities (n, classes) float32 of `views` (n, height, width, 3) uint8 RGB.

        Raises ValueError for any other shape or dtype, RuntimeClosed after `close`.
        """
        ...

    async def outputs(self, views: NDArray[np.uint8]) -> Outputs:
        """Returns the softmax and the vectors of `views` of one run; only if `vector` is not None.

        Raises as `softmax` does.
        """
        ...

    def close(self) -> None:
        """Fails waiting calls with RuntimeClosed and returns when the running pictures are done."""
        ...


class RuntimeClosed(ModelLoading):
    """The runtime was closed before it ran this request."""

    def __init__(self) -> None:
        super().__init__(
            "The model was replaced, or the server is shutting down. Send the photo again.", retry_after=3
        )


def check_views(views: NDArray[np.uint8], shape: tuple[int, ...]) -> None:
    """Raises ValueError unless `views` is uint8 (n, *shape) with n at least 1."""
    if views.dtype != "uint8" or views.shape[1:] != shape or not len(views):
        raise ValueError(f"Views must be uint8 (n, *{shape}), not {views.dtype} {views.shape}.")
