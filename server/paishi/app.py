"""Joins the parts and nothing else."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware

from paishi import __version__
from paishi.access.access import access_for
from paishi.admission.admission import Admission
from paishi.admission.body_memory import Bodies
from paishi.admission.connections import Connections
from paishi.api import corrections, explain, features, health, image, metrics, models, predict, session
from paishi.api.deps import Services, admissions
from paishi.api.docs import app_with_docs
from paishi.api.error_handlers import answer_with_problems
from paishi.api.guarding import guarding
from paishi.api.home import add_home
from paishi.api.openapi import describe
from paishi.control.server_side import Control
from paishi.lifecycle.phase import Lifecycle
from paishi.middleware.access import Gate
from paishi.middleware.admission import AtTheHeader
from paishi.middleware.body_limit import BodyLimitProblem
from paishi.middleware.cors import Cors
from paishi.middleware.drain import Draining
from paishi.middleware.observe import Observed
from paishi.middleware.request_id import RequestId
from paishi.middleware.security_headers import SecurityHeaders
from paishi.models.custom.folder import shown_name
from paishi.photo.decode import end_workers, limit_decoding
from paishi.photo.reader import PhotoReader
from paishi.problems import ShuttingDown, documented
from paishi.recognition.load import LoadFor, load_recogniser
from paishi.recognition.recognition import Recognition, State
from paishi.settings import Settings
from paishi.store.open import open_corrections, open_echoes
from paishi.store.sweep import swept
from paishi.surround import surround
from paishi.system.cpu_budget import this_process
from paishi.telemetry.async_handler import flush_log
from paishi.telemetry.gauges import Now
from paishi.telemetry.metrics import Metrics


def create_app(
    settings: Settings,
    load: LoadFor = load_recogniser,
    on_change: Callable[[State], None] | None = None,
    port: int | None = None,
) -> FastAPI:
    """The application; its network starts to load when it starts up.

    `load` replaces where networks come from; `on_change` is told when one becomes ready or unavailable.
    Under `port`, the one really listened on, the operator can tell the application to take another network;
    None leaves that out, and SIGHUP alone.
    """
    lifecycle = Lifecycle()
    load = lifecycle.answers.watched(load)
    limit_decoding(settings.decode_s, settings.decoders)
    services = Services(
        settings=settings,
        recognition=Recognition(
            shown_name(settings.model), partial(load, settings), settings.weights_retry_s, on_change
        ),
        photos=PhotoReader(settings.max_pixels, settings.decoders, this_process()),
        echoes=open_echoes(settings),
        corrections=open_corrections(settings),
        admission=Admission(settings.max_in_hand, settings.max_wait_s, settings.decoders),
        # These wait for each other: they must not take up all the room of photos that are to be recognised.
        insight_admission=Admission(max(1, settings.max_in_hand // 4), settings.max_wait_s),
        bodies=Bodies(settings.max_bodies_bytes, settings.body_s),
        connections=Connections(settings.max_connections),
        access=access_for(settings),
        lifecycle=lifecycle,
        metrics=Metrics(),
    )
    services.metrics.registry.register(
        Now(
            services.recognition,
            (services.admission, services.insight_admission),
            services.bodies,
            services.connections,
            services.echoes,
        )
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services.recognition.start()
        async with AsyncExitStack() as stack:
            if port is not None:
                await stack.enter_async_context(Control(settings, port, services.recognition, load).running())
            stack.push_async_callback(services.access.close)
            await stack.enter_async_context(swept(services.echoes, settings.echo_age_s))
            yield
        services.recognition.stop()
        end_workers()
        flush_log()

    # Photos do not touch the disk on their way in, which would also take two threads a part.
    MultiPartParser.spool_max_size = settings.max_body_bytes
    app = app_with_docs(
        settings.docs,
        title="PaiShi 拍识",
        version=__version__,
        responses=documented(ShuttingDown),
        lifespan=lifespan,
        form_limits={"max_files": 8, "max_fields": 32, "max_part_size": 65_536},
    )
    app.state.services = services
    guarded = [api.router for api in (predict, image, explain, features, corrections)]
    for router in guarded:
        app.include_router(router, max_body_size=settings.max_body_bytes, **guarding(settings.auth))
    for router in (image.kept, health.router, models.router, session.router, metrics.router):
        app.include_router(router)
    add_home(app)
    describe(app)
    answer_with_problems(app)
    app.add_middleware(BodyLimitProblem, max_body_size=settings.max_body_bytes)
    app.state.admissions = admissions(services, *guarded)
    app.add_middleware(
        AtTheHeader,
        bodies=services.bodies,
        admissions=app.state.admissions,
        max_body=settings.max_body_bytes,
    )
    app.add_middleware(
        Gate, access=services.access, guarded=[route for router in guarded for route in router.routes]
    )
    # Outside all others, in this order: refusals, preflights and what nobody foresaw are answers as well.
    surround(
        app,
        Middleware(RequestId),
        Middleware(Observed, metrics=services.metrics),
        Middleware(SecurityHeaders, shared_with_pages=bool(settings.cors_origins)),
        *([Middleware(Cors, origins=settings.cors_origins)] if settings.cors_origins else []),
        Middleware(Draining, lifecycle=lifecycle),
    )
    return app
