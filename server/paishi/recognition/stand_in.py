"""A model that answers while the wanted one is downloaded or converted."""

from paishi.models.catalogue import find_backbone
from paishi.models.custom.folder import names_folder
from paishi.models.errors import ModelError
from paishi.models.weights.keras_cache import is_published
from paishi.recognition.resolve import resolve
from paishi.runtimes.conversion.convert import find
from paishi.settings import Settings


def stand_in_for(settings: Settings) -> Settings | None:
    """Settings of PAISHI_STAND_IN; None if the wanted model is at hand or has other names. Reads the disk."""
    if not settings.stand_in or names_folder(settings.model):
        return None
    stand_in = find_backbone(settings.stand_in)
    try:
        _, spec, _, _ = resolve(settings)
        if spec.backbone == stand_in and is_published(settings.weights):
            return None
        if settings.runtime != "tensorflow" and find(spec):
            return None
    except ModelError:  # the wanted model says so itself
        pass
    return settings.model_copy(
        update={"model": stand_in.name, "weights": "imagenet", "precision": "fp32", "runtime": "auto"}
    )
