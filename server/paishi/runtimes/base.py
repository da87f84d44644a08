"""What every runtime offers. Importing this loads no NumPy: the settings name a precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

from paishi.choices import Precision
from paishi.problems.kinds import ModelLoading


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often a model of lower precision gives the same first class as in fp32.

    `same` of `photos` photos agree; `calibrated_on` counts other photos, 0 for bf16.
    """

    same: int
    photos: int
    calibrated_on: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.same / self.photos


class Runtime(Protocol):
    """A network ready to answer. Safe to call from many tasks at once."""

    name: str
    """The runtime's own name, such as "tensorflow"."""

    precision: Precision

    agreement: Agreement | None
    """With the same network in fp32; None where that is the precision."""

    async def softmax(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities (n, classes) float32 of `views` (n, size, size, 3) uint8 RGB, row for row.

        Raises ValueError for any other shape or dtype, RuntimeClosed after `close`.
        """
        ...

    def close(self) -> None:
        """Ends waiting callers with RuntimeClosed. Returns when the batch that runs has been answered."""
        ...


class RuntimeClosed(ModelLoading):
    """The runtime was closed before it ran this request."""

    def __init__(self) -> None:
        super().__init__(
            "The model was replaced, or the server is shutting down. Send the photo again.", retry_after=3
        )


def check_views(views: NDArray[np.uint8], shape: tuple[int, ...]) -> None:
    """Raises ValueError unless `views` are uint8 (n, *shape), one at least."""
    if views.dtype != "uint8" or views.shape[1:] != shape or not len(views):
        raise ValueError(f"Views must be uint8 (n, *{shape}), not {views.dtype} {views.shape}.")
