"""What routes ask for, as `Annotated` aliases."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, File, Request, UploadFile
from fastapi.routing import APIRoute

from paishi.access.access import Access
from paishi.admission.admission import Admission
from paishi.admission.body_memory import Bodies
from paishi.admission.connections import Connections
from paishi.lifecycle.phase import Lifecycle
from paishi.photo.reader import PhotoReader
from paishi.problems import ImageMissing
from paishi.recognition.recognition import Recognition
from paishi.settings import Settings
from paishi.store.echoes import Echoes
from paishi.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from paishi.store.corrections import Corrections


@dataclass(frozen=True, slots=True)
class Services:
    """What `paishi.app` joins, once for each application."""

    settings: Settings
    recognition: Recognition
    photos: PhotoReader
    echoes: Echoes
    corrections: "Corrections | None"
    admission: Admission
    insight_admission: Admission
    access: Access
    lifecycle: Lifecycle
    metrics: Metrics
    bodies: Bodies
    connections: Connections


# Dependencies are coroutines even where they wait for nothing: FastAPI runs a plain function in a thread.


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _request_id(request: Request) -> str:
    return str(request.state.request_id)


ServicesDep = Annotated[Services, Depends(_services)]
RequestIdDep = Annotated[str, Depends(_request_id)]


async def _photo(
    request: Request,
    image: Annotated[UploadFile, File(description="The photo: JPEG, PNG, WebP, GIF, BMP, HEIC or AVIF.")],
) -> bytes:
    if len((await request.form()).getlist("image")) > 1:
        raise ImageMissing("There are several fields named `image`. Send one photo a request.")
    photo = await image.read()
    await image.close()  # else it is in memory twice for as long as the request is in hand
    return photo


async def _admitted(services: ServicesDep) -> AsyncIterator[None]:
    with services.admission.admit():
        yield


async def _admitted_inside(services: ServicesDep) -> AsyncIterator[None]:
    with services.insight_admission.admit():
        yield


PhotoDep = Annotated[bytes, Depends(_photo)]
Admitted = Depends(_admitted)
AdmittedInside = Depends(_admitted_inside)
"""For what is asked of a network's inside, one after the other."""


def admissions(services: Services, *routers: APIRouter) -> dict[tuple[str, str], Admission]:
    """Which of the two each method and path asks, so that it can be asked before a body is read."""
    asked = {id(Admitted): services.admission, id(AdmittedInside): services.insight_admission}
    return {
        (method, route.path): asked[id(dependency)]
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
        for dependency in route.dependencies
        if id(dependency) in asked
    }
