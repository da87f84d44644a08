"""Faults that interrupt a conversion, apart from those of the model."""

from collections.abc import Iterator
from contextlib import contextmanager

from paishi.models.errors import ConversionInterrupted
from paishi.system.child_process import ChildFailed
from paishi.system.passing_fault import is_passing


@contextmanager
def interruptible() -> Iterator[None]:
    """Raises ConversionInterrupted instead of a fault in the block that may pass.

    That includes a process that ended without an answer: it was killed or ran out of something, since it
    answers what is wrong with a model.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, ConversionInterrupted) or not (
            isinstance(error, ChildFailed) or is_passing(error)
        ):
            raise
        reason = str(error) or type(error).__name__
        raise ConversionInterrupted(
            f"The conversion broke off. {reason.rstrip('.')}. It is tried again later; it needs about a "
            "gigabyte of memory, and in PAISHI_CACHE as much space as the weights."
        ) from error
