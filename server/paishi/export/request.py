"""What the exporting process gets, as JSON, and what it answers."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

PROBABILITIES = "probabilities"
"""Name of the output, where the format has names."""
RGB = "rgb"
"""Name of the input."""
LAYERS = "layers.json"
"""In `work`: the layers, in words, by the kind of operation that they have."""


@dataclass(frozen=True, slots=True)
class Request:
    """A model, the formats to write, and where.

    `file` has the weights of the catalogue's `model`, or is the `.keras` file of a custom one, whose `card`
    is JSON; "" means the catalogue. `name` is that of the model in file names. `folder` gets the export,
    `work` has the views and gets what only the comparison needs. `classes` are the ids of the labels.
    """

    model: str
    file: str
    card: str
    formats: tuple[str, ...]
    name: str
    folder: str
    work: str
    classes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Request":
        return cls(**{**given, "formats": tuple(given["formats"]), "classes": tuple(given["classes"])})


class Artifact(NamedTuple):
    """A file or folder of an export: its `path` relative to the export's folder, and the names and the form
    of its input and output. `layout` is "NHWC" with `dtype` uint8, or "NCHW" with float32."""

    format: str
    precision: str
    path: str
    input: str = RGB
    output: str = PROBABILITIES
    dtype: str = "uint8"
    layout: str = "NHWC"

    def at(self, folder: Path) -> Path:
        return folder / self.path
