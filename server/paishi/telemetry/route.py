"""Which route a request took, in names of which there are only so many."""

from starlette.types import Scope

METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})
UNMATCHED = ""
"""No route: Prometheus takes an empty label for one that is not there, as the conventions want it."""


def method_of(scope: Scope) -> str:
    """`_OTHER` for what HTTP does not know, as the semantic conventions call it."""
    method: str = scope["method"]
    return method if method in METHODS else "_OTHER"


def route_of(scope: Scope) -> str:
    """The template, such as `/image/{picture_id}`, once the request has been routed."""
    if "app_root_path" in scope:  # below a mount, whose files are as many as somebody asks for
        return f"{scope['root_path']}/{{path}}"
    return getattr(scope.get("route"), "path", UNMATCHED)
