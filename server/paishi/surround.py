"""Middlewares outside everything else."""

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp


def surround(app: FastAPI, *outermost_first: Middleware) -> None:
    """Puts them also around what Starlette answers to an exception that nobody foresaw, which
    `add_middleware` does not."""
    build = app.build_middleware_stack

    def surrounded() -> ASGIApp:
        stack = build()
        for middleware in reversed(outermost_first):
            stack = middleware.cls(stack, *middleware.args, **middleware.kwargs)
        return stack

    app.build_middleware_stack = surrounded  # type: ignore[method-assign]
