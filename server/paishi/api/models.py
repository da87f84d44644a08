from typing import Any

from fastapi import APIRouter

from paishi.api.deps import ServicesDep
from paishi.api.own_model import custom_fields
from paishi.contract import Backbone, Models
from paishi.models.catalogue import CATALOGUE
from paishi.models.weights.keras_cache import cached_file
from paishi.recognition.benchmark import Measured, read_measured
from paishi.recognition.recogniser import Recogniser
from paishi.recognition.recognition import Ready
from paishi.runtimes.base import Runtime

router = APIRouter(tags=["recognition"])


# A key that says nothing of a network is left out, not null.
@router.get("/models", summary="Networks that this server knows", response_model_exclude_unset=True)
def models(services: ServicesDep) -> Models:
    """Any of them is served with `PAISHI_MODEL=<name>`, but one of the operator's own, which comes last."""
    state = services.recognition.state
    serving = state.recogniser if isinstance(state, Ready) else None
    settings = services.settings
    measured = read_measured(settings.cache_folder)
    return Models(
        models=[
            Backbone(
                name=backbone.name,
                input_size=backbone.input_size,
                parameters=backbone.parameters,
                top1=backbone.top1,
                top5=backbone.top5,
                download_mb=backbone.download_mb,
                cached=cached_file(backbone, settings.keras_home).is_file(),
                serving=serves,
                **(_precision(serving.runtime) if serving and serves else {}),
                **_measured(measured.get(backbone.name)),
            )
            for backbone in CATALOGUE.values()
            for serves in [serving is not None and not serving.custom and backbone.name == serving.network]
        ]
        + _own(serving)
    )


def _own(serving: Recogniser | None) -> list[Backbone]:
    if serving is None or serving.custom is None:
        return []
    return [Backbone(**custom_fields(serving.custom), serving=True, **_precision(serving.runtime))]


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


def _measured(measured: Measured | None) -> dict[str, Any]:
    return {"measured_ms": measured.ms} if measured else {}
