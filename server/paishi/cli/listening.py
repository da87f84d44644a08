"""The connections of one application."""

import asyncio

from fastapi import FastAPI

from paishi.api.deps import Services
from paishi.connection.load_shedding import TurningAway
from paishi.connection.protocol import Limits, bounded_http

UNREAD_BODIES = 4
"""In largest requests: how much of a body that is not wanted is read, so that its sender can read why."""


def http_of(app: FastAPI) -> type[asyncio.Protocol]:
    """uvicorn's protocol for what `create_app` returns."""
    services: Services = app.state.services
    settings, metrics = services.settings, services.metrics
    return bounded_http(
        Limits(settings.header_s, settings.body_s, UNREAD_BODIES * settings.max_body_bytes),
        services.connections,
        TurningAway(
            app.state.admissions, services.lifecycle, settings.max_body_bytes, metrics.count_turned_away
        ),
        metrics.count_refused,
    )
