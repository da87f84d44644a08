"""Dependencies of routes as `Annotated` aliases."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from paishi.api.upload import Upload, read_upload
from paishi.services import Services
from paishi.teaching.things import COMMON

# Dependencies are coroutines even without an await: FastAPI runs plain functions on a thread.


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _request_id(request: Request) -> str:
    return str(request.state.request_id)


async def _owner(request: Request) -> str | None:
    return owner_of(request, request.app.state.services)


def owner_of(request: Request, services: Services) -> str | None:
    """See `OwnerDep`."""
    return COMMON if services.access.authentication is None else request.state.owner


ServicesDep = Annotated[Services, Depends(_services)]
RequestIdDep = Annotated[str, Depends(_request_id)]
OwnerDep = Annotated[str | None, Depends(_owner)]
"""Whose taught things a request sees; None for a session that was begun before there were any."""

UploadDep = Annotated[Upload, Depends(read_upload)]


async def _admitted(request: Request, services: ServicesDep, body: UploadDep) -> AsyncIterator[None]:
    with services.admissions[request.method, request.scope["route"].path].admit():
        yield


Admitted = Depends(_admitted)
"""Holds one place of the route's admission from the end of the body, for which it waits, to the response."""
