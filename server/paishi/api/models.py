from typing import Any

from fastapi import APIRouter

from paishi.api.deps import ServicesDep
from paishi.contract import Backbone, Models
from paishi.models.backbone import Publisher, Size
from paishi.models.catalogue import CATALOGUE
from paishi.models.custom.folder import CustomModel
from paishi.models.weights.keras_cache import cached_file
from paishi.recognition.benchmark import Measured, read_measured
from paishi.recognition.recognition import Ready
from paishi.runtimes.base import Runtime

router = APIRouter(tags=["recognition"])


# Fields that do not apply to a model are left out, not null.
@router.get("/models", operation_id="list_models", summary="List models", response_model_exclude_unset=True)
def models(services: ServicesDep) -> Models:
    """Returns the catalogue, any of which `PAISHI_MODEL=<name>` serves, and last the custom model, if it is
    being served."""
    state = services.recognition.state
    serving = state.recogniser if isinstance(state, Ready) else None
    settings = services.settings
    measured = read_measured(settings.cache_folder)
    found = [
        Backbone(
            name=backbone.name,
            input_size=backbone.input_size,
            parameters=backbone.parameters,
            top1=backbone.top1,
            top5=backbone.top5,
            download_mb=backbone.download_mb,
            cached=cached_file(backbone, settings.keras_home).is_file(),
            serving=serves,
            accuracy_source=backbone.publisher.accuracies,
            **_note(backbone.publisher),
            **(_precision(serving.runtime) if serving and serves else {}),
            **_measured(measured.get(backbone.name)),
        )
        for backbone in CATALOGUE.values()
        for serves in [serving is not None and not serving.custom and backbone.name == serving.name]
    ]
    if serving and serving.custom:
        found.append(_custom(serving.custom, serving.runtime))
    return Models(models=found)


def _custom(custom: CustomModel, runtime: Runtime) -> Backbone:
    texts: dict[str, Any] = {"description": custom.card.description, "version": custom.card.version}
    return Backbone(
        name=custom.name,
        **_input(custom.input_size),
        parameters=None,
        top1=None,
        top5=None,
        download_mb=custom.megabytes,
        cached=True,
        serving=True,
        **_precision(runtime),
        **{field: text for field, text in texts.items() if text},
    )


def _note(publisher: Publisher) -> dict[str, Any]:
    return {"note": publisher.note} if publisher.note else {}


def _input(size: Size) -> dict[str, Any]:
    if isinstance(size, int):
        return {"input_size": size}
    return dict(zip(("input_height", "input_width"), size, strict=True))


def _measured(measured: Measured | None) -> dict[str, Any]:
    return {"measured_ms": measured.ms} if measured else {}


def _precision(runtime: Runtime) -> dict[str, Any]:
    agreement = runtime.agreement
    if agreement is None:
        return {"precision": runtime.precision}
    return {
        "precision": runtime.precision,
        "agreement": agreement.share,
        "checked_on": agreement.photos,
        "calibrated_on": agreement.calibrated_on,
    }
