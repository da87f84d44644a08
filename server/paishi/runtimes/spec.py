"""Specification of a model to load."""

from dataclasses import dataclass
from pathlib import Path

from paishi.choices import Precision, RuntimeChoice
from paishi.models.backbone import Backbone


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model as configured.

    `source` is the value of PAISHI_WEIGHTS, or the `.keras` file if the model `is_custom`. `cache` is the
    folder of converted models, `calibration` a folder of photos, which a `precision` other than fp32 needs
    unless its result is in the cache.
    """

    backbone: Backbone
    source: str
    keras_home: Path
    cache: Path
    runtime: RuntimeChoice = "auto"
    precision: Precision = "fp32"
    calibration: Path | None = None
    is_custom: bool = False
