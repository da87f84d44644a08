from fastapi import APIRouter, Request, Response
from pydantic import AnyUrl, ValidationError

from paishi.api.deps import Admitted, RequestIdDep, ServicesDep, UploadDep
from paishi.api.openapi import photo_body
from paishi.contract import Echo
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented

router = APIRouter(tags=["echo"])
public_router = APIRouter(tags=["echo"])
"""Unguarded: `wx.downloadFile` and browsers send no key, and nobody can guess the id of a picture."""

_JPEG = {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
_PRIVATE = {"Cache-Control": "private, no-store"}


@router.post(
    "/image",
    operation_id="echo_image",
    summary="Return the photo upright and without metadata",
    response_model=Echo,
    dependencies=[Admitted],
    openapi_extra=photo_body(),
    responses={
        200: {
            "description": "The picture, or with `Accept: application/json` its URL.",
            **_JPEG,
        },
        **documented(
            *problems.OF_A_PHOTO,
            problems.RequestInvalid,
            problems.Overloaded,
            problems.StoreUnavailable,
        ),
    },
)
async def echo(
    request: Request, upload: UploadDep, services: ServicesDep, request_id: RequestIdDep
) -> Echo | Response:
    """Returns a JPEG. `wx.uploadFile` cannot receive one, so `Accept: application/json` gets a `url` for
    `wx.downloadFile`. A side longer than the 65,500 pixels that JPEG allows is reduced to that."""
    wants_url = "application/json" in request.headers.get("accept", "")
    base = _base(request, services.settings.public_url) if wants_url else ""
    picture = await services.photos.upright_jpeg(upload.photo)
    if not wants_url:
        return Response(picture.data, media_type="image/jpeg", headers=_PRIVATE)
    path = request.app.url_path_for("fetch_echo", picture_id=await services.echoes.put(picture.data))
    return Echo(
        success=True,
        url=AnyUrl(str(path.make_absolute_url(base))),
        width=picture.width,
        height=picture.height,
        expires_in=services.settings.echo_age_s,
        request_id=request_id,
    )


def _base(request: Request, public_url: str) -> str:
    """Base URL of stored pictures. Raises RequestInvalid if the header Host is no valid host.

    Checked before the photo is decoded and stored: a picture without a URL could never be fetched.
    """
    base = public_url or str(request.base_url)
    try:
        AnyUrl(base)
    except ValidationError:
        raise problems.RequestInvalid(
            "header Host: this is no valid host name. Send the server's own."
        ) from None
    return base


@public_router.get(
    "/image/{picture_id}",
    operation_id="fetch_image",
    summary="Fetch a picture stored by POST /image",
    response_class=Response,
    responses={
        200: {"description": "The picture.", **_JPEG},
        **documented(problems.ImageNotFound, problems.StoreUnavailable),
    },
)
async def fetch_echo(picture_id: str, services: ServicesDep) -> Response:
    """Returns the JPEG until it expires. It needs no authentication: nobody can guess its URL."""
    picture = await services.echoes.get(picture_id)
    if picture is None:
        raise problems.ImageNotFound(
            f"Pictures expire after {services.settings.echo_age_s} s at most. Send the photo to /image again."
        )
    return Response(picture, media_type="image/jpeg", headers=_PRIVATE)
