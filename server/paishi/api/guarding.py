"""What /docs says of routes behind `paishi.middleware.access`."""

from typing import Any

from fastapi import Depends
from fastapi.security import HTTPBearer

from paishi.problems import NotAuthorised, TooManyRequests, documented


def guarding(auth: str) -> dict[str, Any]:
    """Arguments for `include_router`; where a key or a session is wanted, /docs asks for it."""
    # It refuses nothing: it would come only after the whole body.
    shown = HTTPBearer(auto_error=False, description="A key, or a token from POST /session.")
    return {
        "responses": documented(NotAuthorised, TooManyRequests),
        "dependencies": [] if auth == "none" else [Depends(shown)],
    }
