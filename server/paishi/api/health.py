from typing import Any

from fastapi import APIRouter, Request

from paishi import __version__
from paishi.api.deps import ServicesDep
from paishi.api.on_device import offer
from paishi.contract import Alive, Ready
from paishi.contract import Awaited as AwaitedModel
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented
from paishi.problems.response import shown_to
from paishi.recognition.recognition import Awaited

router = APIRouter(tags=["health"])


@router.get("/livez", operation_id="check_alive", summary="Check that the process responds")
async def livez() -> Alive:
    """Returns the server's version, also while no model is ready; a supervisor restarts a server that fails
    this."""
    return Alive(status="alive", version=__version__)


@router.get(
    "/readyz",
    operation_id="check_ready",
    summary="Check that photos can be recognised",
    response_model_exclude_unset=True,  # what does not apply is left out, not null
    responses=documented(
        problems.ModelLoading, problems.ModelUnavailable, problems.ShuttingDown, problems.NotAnswering
    ),
)
async def readyz(request: Request, services: ServicesDep) -> Ready:
    """Returns the model that answers, and in `awaited` the one that it stands in for. A load balancer sends
    requests to servers that pass this."""
    services.lifecycle.check_ready()
    recogniser = services.recognition.current()
    awaited = services.recognition.awaited
    runtime = recogniser.runtime
    members: dict[str, Any] = {"awaited": _described(awaited, request)} if awaited else {}
    if services.settings.uses_taught and recogniser.space:
        members["teaching"] = True
    if await offer(services):
        members["on_device"] = True
    return Ready(
        status="ready",
        model=recogniser.model,
        runtime=runtime.name,
        precision=runtime.precision,
        fit=recogniser.fit,
        **members,
    )


def _described(awaited: Awaited, request: Request) -> AwaitedModel:
    problem = problems.ModelUnavailable(awaited.reason, missing=awaited.missing)
    reason, members = shown_to(request, problem) if awaited.reason else ("", {})
    fields = {"name": awaited.name, "reason": reason, "percent": awaited.percent, **members}
    return AwaitedModel.model_validate({field: value for field, value in fields.items() if value})
