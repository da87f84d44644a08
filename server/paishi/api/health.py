from fastapi import APIRouter

from paishi import __version__
from paishi.api.deps import ServicesDep
from paishi.contract import Alive, Ready
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented

router = APIRouter(tags=["health"])


@router.get("/livez", summary="Check that the process responds")
async def livez() -> Alive:
    return Alive(status="alive", version=__version__)


@router.get(
    "/readyz",
    summary="Check that photos can be recognised",
    responses=documented(
        problems.ModelLoading, problems.ModelUnavailable, problems.ShuttingDown, problems.NotAnswering
    ),
)
async def readyz(services: ServicesDep) -> Ready:
    services.lifecycle.check_ready()
    recogniser = services.recognition.current()
    runtime = recogniser.runtime
    return Ready(
        status="ready",
        model=recogniser.model,
        runtime=runtime.name,
        precision=runtime.precision,
        fit=recogniser.fit,
    )
