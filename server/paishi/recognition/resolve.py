"""Resolves the settings to a model of the catalogue or a custom model, without loading it."""

from typing import NamedTuple

from paishi.models.catalogue import find_backbone
from paishi.models.custom.folder import CustomModel, find_custom, names_folder
from paishi.models.errors import CustomModelRefused
from paishi.models.weights.keras_cache import is_published
from paishi.recognition.custom_labels import read_labels
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
    """Resolves PAISHI_MODEL. Raises UnknownModel, or CustomModelRefused for a custom model."""
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
        is_custom=custom is not None,
    )
    if custom:
        return ResolvedModel(custom.name, spec, read_labels(custom.labels, custom.name), custom)
    return ResolvedModel(backbone.name, spec, load_labels("imagenet"), None)
