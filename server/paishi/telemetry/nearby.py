"""Whether a request comes from this machine or its own network, and not through a proxy from the world."""

from ipaddress import ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from paishi.asker import address_of, is_proxied

# Python's own `is_private` also has ranges that are nobody's network.
_NEAR = (
    *map(ip_network, ("127.0.0.0/8", "::1/128")),  # this machine
    *map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")),  # RFC 1918, RFC 4193
    *map(ip_network, ("169.254.0.0/16", "fe80::/10")),  # without a router: RFC 3927, RFC 4291
)
_LOCAL_NAMES = (".local", ".localhost", ".internal")


def is_nearby(scope: Scope) -> bool:
    """Three signs must agree, because each alone can be had from afar.

    The peer has a private address. No proxy says that it passes something on: its own address is private, and
    the one that it reports may be what the client told it. The name that was asked for is private as well: a
    tunnel that adds no header, and a web page whose name was rebound to this machine, ask for a public one.
    """
    headers = Headers(scope=scope)
    if is_proxied(headers):
        return False
    peer, _ = scope.get("client") or ("", 0)
    return _is_private(peer) and _is_local_name(_host(headers.get("host", "")))


def _host(header: str) -> str:
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0]


def _is_local_name(host: str) -> bool:
    """Without a dot it is of the local network: `localhost`, a machine, a container."""
    name = host.lower().rstrip(".")
    return bool(name) and (
        name.endswith(_LOCAL_NAMES) or _is_private(name) or not any(dot in name for dot in ".:")
    )


def _is_private(host: str) -> bool:
    address = address_of(host)
    return address is not None and any(address in network for network in _NEAR)
