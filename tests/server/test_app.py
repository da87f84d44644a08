"""The composition of the application."""

from fastapi.routing import APIRoute

from paishi.app import GUARDED, create_app
from paishi.settings import Settings


def test_every_guarded_route_has_an_admission() -> None:
    routes = {
        (method, route.path)
        for router in GUARDED
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    assert routes == set(create_app(Settings()).services.admissions)
