from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from paishi.admission.body_memory import BodyAborted
from paishi.api.deps import Admitted, OwnerDep, RequestIdDep, ServicesDep, UploadDep, owner_of
from paishi.api.openapi import photo_body
from paishi.api.taught import prototypes_of
from paishi.api.upload import read_upload
from paishi.contract import Predictions
from paishi.middleware.admission import announced_length
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented
from paishi.problems.response import problem_response
from paishi.services import Services

router = APIRouter(tags=["recognition"])


@router.post(
    "/predict",
    operation_id="predict",
    summary="Recognise a photo",
    dependencies=[Admitted],
    openapi_extra=photo_body(),
    response_model_exclude_unset=True,  # `kind` is left out, not null
    responses=documented(*problems.OF_A_PHOTO, *problems.OF_A_MODEL),
)
async def predict(
    upload: UploadDep,
    services: ServicesDep,
    request_id: RequestIdDep,
    owner: OwnerDep,
    top: Annotated[int, Query(ge=1, le=20, description="Number of classes in the response.")] = 5,
    taught: Annotated[
        Literal["on", "off"], Query(description="Whether to compare with taught things as well.")
    ] = "on",
) -> Predictions:
    """Returns the most probable classes and things that the user taught (`/taught`), most probable first.

    `confident` tells whether the first name is probably right: its probability is at least t + (1 - t) / n,
    where n is the number of classes and t belongs to the model (`PAISHI_CONFIDENT_AT` overrides it). If it is
    not, `kind` is the most special kind of thing (a dog, a vehicle, food) that is, if there is one.
    """
    with services.recognition.hold() as recogniser:
        views = await services.photos.views(upload.photo, recogniser.input_size, recogniser.fit)
        known = await prototypes_of(services, owner, recogniser) if taught == "on" else (None, {})
        recognised = await recogniser.recognise(views, top, *known)
    services.metrics.count_named(recogniser.name)
    if recognised.predictions[0].taught:
        services.metrics.count_taught("recognised")
    return Predictions(
        success=True,
        predictions=recognised.predictions,
        confident=recognised.confident,
        model=recogniser.model,
        request_id=request_id,
        **({"kind": recognised.kind} if recognised.kind else {}),
    )


class DirectPredict:
    """Responds to the usual `POST /predict`, without a query and with a length, past FastAPI.

    FastAPI's routing, dependencies and serialising take a third of the event loop's time for a photo. All
    limits and measurements are further out and apply here as well, the body is read by the same code, and the
    responses are the same. All other requests go to `app`.
    """

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services
        [self._route] = router.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_usual(scope):
            return await self._app(scope, receive, send)
        scope["route"] = self._route  # for the metrics and the log
        request = Request(scope, receive)
        response = await self._response(request)
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        services = self._services
        try:
            upload = await read_upload(request)
            with services.admission.admit():
                owner, request_id = owner_of(request, services), request.state.request_id
                predictions = await predict(upload, services, request_id, owner)
        except problems.Problem as problem:
            problem.__traceback__ = None  # a thread's future holds the problem, and by this the request
            return problem_response(request, problem)
        except BodyAborted as aborted:
            return problem_response(request, aborted.problem, aborted.headers)
        body = predictions.model_dump_json(by_alias=True, exclude_unset=True)
        return Response(body, media_type="application/json")


def _is_usual(scope: Scope) -> bool:
    """A body without a length is limited by FastAPI, any other by `middleware.access`."""
    if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", "/predict"):
        return False
    return not scope["query_string"] and announced_length(Headers(scope=scope)) is not None
