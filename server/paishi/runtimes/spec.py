"""Specification of a model to load."""

from dataclasses import dataclass
from pathlib import Path

from paishi.choices import PrecisionChoice, RuntimeChoice
from paishi.models.backbone import Backbone, PaddleArchive
from paishi.models.custom.folder import CustomModel


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model as configured.

    `source` is the value of PAISHI_WEIGHTS, or the file of a `custom` model. `cache` is the folder
    of converted models, `calibration` a folder of photos, which a `precision` other than fp32 needs unless
    its result is in the cache. If `teaching`, the model also gives the vector before its head, if it can.
    """

    backbone: Backbone
    source: str
    keras_home: Path
    cache: Path
    runtime: RuntimeChoice = "auto"
    precision: PrecisionChoice = "fp32"
    calibration: Path | None = None
    custom: CustomModel | None = None
    teaching: bool = False

    @property
    def is_of_keras(self) -> bool:
        """Whether Keras can run it; OpenVINO reads the others, in ONNX or Paddle's format, by itself."""
        if self.custom:
            return self.custom.needs_keras
        return not isinstance(self.backbone.weights, PaddleArchive)
