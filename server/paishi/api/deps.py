"""What routes depend on, as `Annotated` aliases."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, File, Request, UploadFile

from paishi.problems.kinds import ImageMissing
from paishi.services import Services

# Dependencies are coroutines even if they wait for nothing: FastAPI runs a plain function in a thread.


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


async def _admitted(request: Request, services: ServicesDep) -> AsyncIterator[None]:
    with services.admissions[request.method, request.scope["route"].path].admit():
        yield


PhotoDep = Annotated[bytes, Depends(_photo)]
Admitted = Depends(_admitted)
"""Holds a place of the route's admission while the request is worked on."""
