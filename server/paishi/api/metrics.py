from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import choose_encoder

from paishi.api.deps import ServicesDep
from paishi.client_address import is_local
from paishi.problems.kinds import NotFound

# For operators, so not in /docs, which is for developers of clients.
router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def metrics(request: Request, services: ServicesDep) -> Response:
    shown = services.settings.metrics
    if shown == "off" or (shown == "local" and not is_local(request.scope)):
        raise NotFound(f"/metrics is not available here: PAISHI_METRICS is {shown}.")
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(services.metrics.registry), headers={"Content-Type": content_type})
