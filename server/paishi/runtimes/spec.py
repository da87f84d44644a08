"""What is asked of a runtime, before anything is loaded."""

from dataclasses import dataclass
from pathlib import Path

from paishi.choices import Precision, RuntimeChoice
from paishi.models.backbone import Backbone


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A network as the settings ask for it.

    `source` is what PAISHI_WEIGHTS says, `cache` the folder of converted networks, `calibration` a folder of
    photos, needed for a `precision` other than fp32 unless its result is in the cache. If it `is_custom`,
    `source` is the operator's `.keras` file.
    """

    backbone: Backbone
    source: str
    keras_home: Path
    cache: Path
    runtime: RuntimeChoice = "auto"
    precision: Precision = "fp32"
    calibration: Path | None = None
    is_custom: bool = False
