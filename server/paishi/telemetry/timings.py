"""What one request took, as the parts that work for it tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from paishi.photo.timing import on_decode
from paishi.runtimes.timing import on_run


class Decode(NamedTuple):
    """In seconds: how long a photo waited for a decoder, and how long that took."""

    waited: float
    took: float


class Run(NamedTuple):
    """In seconds since a request came to its network: how long a picture waited, how long it ran; `at_once`
    is how many ran together with it, itself among them."""

    waited: float
    ran: float
    at_once: int


@dataclass(slots=True)
class Timings:
    """Filled on other threads, each part before whoever waits for it goes on."""

    decodes: list[Decode] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Within the block, whatever this task has decoded or run is told here."""
        decoding = on_decode.set(lambda waited, took: self.decodes.append(Decode(waited, took)))
        running = on_run.set(lambda waited, ran, at_once: self.runs.append(Run(waited, ran, at_once)))
        try:
            yield
        finally:
            on_decode.reset(decoding)
            on_run.reset(running)

    @property
    def decode_s(self) -> float | None:
        return sum(decode.took for decode in self.decodes) if self.decodes else None

    @property
    def queue_s(self) -> float | None:
        """Until the first of the views ran."""
        return min(run.waited for run in self.runs) if self.runs else None

    @property
    def inference_s(self) -> float | None:
        """From the begin of the first view to the end of the last, which may run one after the other."""
        if self.queue_s is None:
            return None
        return max(run.waited + run.ran for run in self.runs) - self.queue_s
