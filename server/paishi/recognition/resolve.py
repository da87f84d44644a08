"""Which network the settings ask for: one of the catalogue, or the operator's own. Loads nothing."""

from typing import NamedTuple

from paishi.models.catalogue import find_backbone
from paishi.models.custom.folder import OwnNetwork, find_own, names_folder
from paishi.models.errors import OwnNetworkRefused
from paishi.models.weights.source import is_published
from paishi.recognition.custom_labels import read_labels
from paishi.recognition.labels import Labels, load_labels
from paishi.runtimes.spec import Wanted
from paishi.settings import Settings


class Asked(NamedTuple):
    """`own` is None for a network of the catalogue."""

    name: str
    wanted: Wanted
    labels: Labels
    own: OwnNetwork | None


def asked(settings: Settings) -> Asked:
    """Raises UnknownNetwork, or OwnNetworkRefused for a folder that cannot be served."""
    own = find_own(settings.model) if names_folder(settings.model) else None
    if own and not is_published(settings.weights):
        raise OwnNetworkRefused(
            f"PAISHI_WEIGHTS={settings.weights} is for networks of the catalogue; {own.file} has its own."
        )
    backbone = own.backbone if own else find_backbone(settings.model)
    wanted = Wanted(
        backbone,
        str(own.file) if own else settings.weights,
        settings.keras_home,
        settings.cache_folder,
        settings.runtime,
        settings.precision,
        settings.calibration_folder,
        is_own=own is not None,
    )
    if own:
        return Asked(own.name, wanted, read_labels(own.labels, own.name), own)
    return Asked(backbone.name, wanted, load_labels("imagenet"), None)
