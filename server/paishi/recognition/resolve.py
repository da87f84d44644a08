"""Resolves the settings to a model of the catalogue or a custom model, without loading it."""

from typing import NamedTuple

from paishi.models.catalogue import find_backbone
from paishi.models.custom.folder import CustomModel, find_custom, names_folder
from paishi.models.errors import CustomModelRefused, RuntimeUnavailable
from paishi.models.weights.keras_cache import is_published
from paishi.recognition.custom_labels import labels_of
from paishi.recognition.labels import Labels, load_labels
from paishi.runtimes.spec import ModelSpec
from paishi.settings import Settings


class ResolvedModel(NamedTuple):
    """A configured model; `custom` is None for one of the catalogue."""

    name: str
    spec: ModelSpec
    labels: Labels
    custom: CustomModel | None


def resolve(settings: Settings) -> ResolvedModel:
    """Resolves PAISHI_MODEL. Raises UnknownModel, CustomModelRefused for a custom model, and
    RuntimeUnavailable if it cannot run on the wanted runtime."""
    custom = find_custom(settings.model) if names_folder(settings.model) else None
    if custom and not is_published(settings.weights):
        raise CustomModelRefused(
            f"PAISHI_WEIGHTS={settings.weights} is for models of the catalogue; {custom.file} has its own."
        )
    backbone = custom.backbone if custom else find_backbone(settings.model)
    spec = ModelSpec(
        backbone,
        str(custom.file) if custom else settings.weights,
        settings.keras_home,
        settings.cache_folder,
        settings.runtime,
        settings.precision,
        settings.calibration_folder,
        custom=custom,
        teaching=settings.uses_taught,
    )
    if settings.runtime == "tensorflow" and not spec.is_of_keras:
        raise RuntimeUnavailable(
            f"PAISHI_RUNTIME=tensorflow: {custom.file if custom else backbone.name} is in ONNX or Paddle's "
            "format, which only OpenVINO runs. Set PAISHI_RUNTIME=auto."
        )
    if custom:
        return ResolvedModel(custom.name, spec, labels_of(custom), custom)
    return ResolvedModel(backbone.name, spec, load_labels("imagenet"), None)
