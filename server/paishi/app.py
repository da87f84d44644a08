"""Composition root: builds the parts and the ASGI stack."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from fastapi import FastAPI
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp, Lifespan

from paishi import __version__
from paishi.access.access import access_for
from paishi.admission.admission import Admission
from paishi.admission.body_memory import BodyMemory
from paishi.admission.connections import Connections
from paishi.api import (
    classes,
    corrections,
    explain,
    features,
    health,
    image,
    metrics,
    models,
    on_device,
    predict,
    problems_page,
    session,
    taught,
)
from paishi.api.error_handlers import add_error_handlers, unexpected_error
from paishi.api.home import add_home
from paishi.api.openapi import Api, guarded
from paishi.api.predict import DirectPredict
from paishi.connection.load_shedding import LoadShedding
from paishi.connection.protocol import BoundedHTTP, Limits
from paishi.connection.turns import Turns
from paishi.control.server_side import ControlServer
from paishi.lifecycle.crash_report import flush_log
from paishi.lifecycle.phase import Lifecycle
from paishi.middleware.access import AccessControl
from paishi.middleware.admission import AdmissionControl
from paishi.middleware.canonical import Canonical
from paishi.middleware.cors import Cors
from paishi.middleware.drain import Drain
from paishi.middleware.observe import Observe
from paishi.middleware.response_headers import ResponseHeaders
from paishi.models.custom.folder import shown_name
from paishi.models.weights.download import OnProgress
from paishi.photo.decode import Decoder
from paishi.photo.reader import PhotoReader
from paishi.problems.kinds import ShuttingDown
from paishi.problems.openapi import documented
from paishi.recognition.learning import Learning
from paishi.recognition.load import Load, load_recogniser
from paishi.recognition.model_files import state_of_files
from paishi.recognition.recogniser import Recogniser
from paishi.recognition.recognition import Recognition, State
from paishi.recognition.stand_in import stand_in_for
from paishi.services import Services
from paishi.settings import Settings
from paishi.store.echoes import periodic_sweep
from paishi.store.open import open_corrections, open_echoes
from paishi.system.background_task import background_task
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores
from paishi.teaching.open import open_book
from paishi.telemetry.gauges import Gauges
from paishi.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from paishi.teaching.book import Book

UNREAD_BODIES = 4
"""How much of an unwanted body is read, in largest requests: its client can then read the response."""

GUARDED = tuple(module.router for module in (predict, image, explain, features, corrections, taught))
"""Routers behind authentication, rate limits and admission."""

OWN = (taught.own_router, on_device.router)
"""Routers behind authentication alone: they bring no photo."""


@dataclass(frozen=True, slots=True)
class Application:
    """The application and the protocol of its connections, both for uvicorn's Config."""

    asgi: ASGIApp
    protocol: type[asyncio.Protocol]
    services: Services


def create_app(
    settings: Settings,
    load: Load = load_recogniser,
    on_change: Callable[[State], None] | None = None,
    port: int | None = None,
) -> Application:
    """Builds an application; its model begins to load at startup.

    `load` loads a model; `on_change` is called when it becomes ready or unavailable. `port` is the one that
    the server listens on; operators' commands use it to switch the model. None disables that, and SIGHUP.
    Raises Misconfigured.
    """
    decoder = Decoder(settings.decode_s, settings.decoders)
    cores = CpuBudget(usable_cores())

    def load_model(settings: Settings, on_progress: OnProgress) -> Recogniser:
        return load(settings, cores, on_progress)

    services = _services(settings, cores, decoder, load_model, on_change)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services.recognition.start()
        async with AsyncExitStack() as stack:
            if port is not None:
                control = ControlServer(settings, port, services.recognition, load_model)
                await stack.enter_async_context(control.running())
            stack.push_async_callback(services.access.close)
            await services.access.rate_limits.check()
            await stack.enter_async_context(periodic_sweep(services.echoes, settings.echo_age_s))
            if services.book:
                await stack.enter_async_context(background_task(services.book.keep_swept()))
                await stack.enter_async_context(background_task(_learning(services, services.book).run()))
            yield
        services.recognition.stop()
        decoder.workers.end_idle()
        flush_log()

    api = _api(services, lifespan)
    return Application(_stack(api, services), _protocol(services), services)


def _services(
    settings: Settings,
    cores: CpuBudget,
    decoder: Decoder,
    load: Callable[[Settings, OnProgress], Recogniser],
    on_change: Callable[[State], None] | None,
) -> Services:

    def load_stand_in() -> Recogniser | None:
        found = stand_in_for(settings)
        return load(found, lambda received, total: None) if found else None

    admission = Admission(settings.max_in_hand, settings.max_wait_s, settings.decoders)
    # Separate, because explanations are slow: they must not take all places of recognition.
    insight_admission = Admission(max(1, settings.max_in_hand // 4), settings.max_wait_s)
    services = Services(
        settings=settings,
        cores=cores,
        recognition=Recognition(
            shown_name(settings.model),
            lambda on_progress: load(settings, on_progress),
            settings.weights_retry_s,
            lambda: state_of_files(settings),
            on_change,
            load_stand_in,
        ),
        photos=PhotoReader(decoder, settings.max_pixels, settings.decoders, cores),
        echoes=open_echoes(settings),
        corrections=open_corrections(settings),
        book=open_book(settings),
        admission=admission,
        insight_admission=insight_admission,
        admissions={
            ("POST", "/predict"): admission,
            ("POST", "/image"): admission,
            ("POST", "/corrections"): admission,
            ("POST", "/taught"): admission,
            ("POST", "/explain"): insight_admission,
            ("POST", "/features"): insight_admission,
        },
        body_memory=BodyMemory(settings.max_bodies_bytes, settings.body_s),
        connections=Connections(settings.max_connections, settings.proxies),
        access=access_for(settings),
        lifecycle=Lifecycle(),
        metrics=Metrics(),
    )
    services.metrics.registry.register(
        Gauges(
            services.recognition,
            (admission, insight_admission),
            services.body_memory,
            services.connections,
            services.echoes,
            services.book,
        )
    )
    return services


def _learning(services: Services, book: "Book") -> Learning:
    def is_idle() -> bool:
        return not services.admission.in_hand

    learning = Learning(book, services.recognition, services.photos, is_idle)
    book.on_unlearned = learning.add
    return learning


def _api(services: Services, lifespan: Lifespan[FastAPI]) -> Api:
    settings = services.settings
    api = Api(
        settings.docs,
        title="PaiShi 拍识",
        version=__version__,
        responses=documented(ShuttingDown),
        lifespan=lifespan,
        redirect_slashes=False,
    )
    api.state.services = services
    for router in (*GUARDED, *OWN):
        api.include_router(router, max_body_size=settings.max_body_bytes, **guarded(settings.auth))
    api.include_router(image.public_router)
    for module in (health, models, classes, session, metrics, problems_page):
        api.include_router(module.router)
    add_home(api)
    add_error_handlers(api)
    return api


def _stack(api: Api, services: Services) -> ASGIApp:
    """The layers around `api`, from the innermost to the outermost.

    With FastAPI's `add_middleware`, its response to an unexpected exception would bypass them all.
    """
    settings = services.settings
    guarded_routes = [route for router in GUARDED for route in router.routes]
    own_routes = [route for router in OWN for route in router.routes]
    app: ASGIApp = DirectPredict(api, services)
    app = AdmissionControl(app, services.body_memory, services.admissions, settings.max_body_bytes)
    app = AccessControl(app, services.access, guarded_routes, own_routes, settings.max_body_bytes)
    app = ServerErrorMiddleware(app, unexpected_error)
    app = Drain(app, services.lifecycle)
    if settings.cors_origins:
        app = Cors(app, settings.cors_origins)
    app = Canonical(app)
    app = Observe(app, services.metrics)
    return ResponseHeaders(app, shared_with_pages=bool(settings.cors_origins))


def _protocol(services: Services) -> type[asyncio.Protocol]:
    settings, metrics = services.settings, services.metrics
    shedding = LoadShedding(
        services.admissions, services.lifecycle, settings.max_body_bytes, metrics.count_shed
    )
    limits = Limits(settings.header_s, settings.body_s, UNREAD_BODIES * settings.max_body_bytes)
    protocol = partial(
        BoundedHTTP,
        limits,
        services.connections,
        shedding,
        Turns(),
        services.body_memory,
        metrics.count_refused,
    )
    return cast(type[asyncio.Protocol], protocol)  # uvicorn only calls it
