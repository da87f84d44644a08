"""Client addresses: parsing, proxy checks, and which of them are local.

A scope's client is a proxy's claim only if uvicorn's `forwarded_allow_ips` trusts that proxy.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

_PROXY_HEADERS = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")
_HOST_BITS = 64

# Python's `is_private` also contains reserved ranges.
_LOCAL_NETWORKS = (
    *map(ip_network, ("127.0.0.0/8", "::1/128")),  # this machine
    *map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")),  # RFC 1918, RFC 4193
    *map(ip_network, ("169.254.0.0/16", "fe80::/10")),  # link-local: RFC 3927, RFC 4291
)
_LOCAL_NAMES = (".local", ".localhost", ".internal")


def parse_address(host: str) -> IPv4Address | IPv6Address | None:
    """The address without its zone, and as IPv4 if it is mapped into IPv6; None if `host` is no address."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def rate_limit_key(scope: Scope) -> str:
    """`at:` and the client's IPv4 address, or the /64 of its IPv6 address, all of which is one client's.

    All that is no address, such as a proxy's `unknown`, is one client, `at:elsewhere`.
    """
    host, _ = scope.get("client") or ("", 0)
    address = parse_address(host)
    if address is None:
        return "at:elsewhere"
    if not isinstance(address, IPv6Address):
        return f"at:{address}"
    return f"at:{IPv6Address(int(address) >> _HOST_BITS << _HOST_BITS)}/{_HOST_BITS}"


def is_from_this_machine(request: HTTPConnection) -> bool:
    """Whether the request comes from loopback and through no proxy, so from the operator or their program.

    The address alone is not enough: a proxy or tunnel on this machine forwards for the internet. A private
    address is not enough either: it may be a load balancer's, or a guest's on the same Wi-Fi.
    """
    if request.client is None or is_proxied(request.headers):
        return False
    address = parse_address(request.client.host)
    return address is not None and address.is_loopback


def is_proxied(headers: Headers) -> bool:
    """Whether a header shows that a proxy forwarded the request."""
    return any(name in headers for name in _PROXY_HEADERS)


def is_local(scope: Scope) -> bool:
    """Whether a request comes from this machine or its local network, and through no proxy.

    Three signs must agree, because a remote client can forge each alone. The peer has a private address. No
    proxy header is set: a proxy's own address is private, and the one that it reports may be the client's
    claim. The Host header is local as well: it is public for a tunnel that adds no header, and for a web page
    whose name was rebound to this machine.
    """
    headers = Headers(scope=scope)
    if is_proxied(headers):
        return False
    peer, _ = scope.get("client") or ("", 0)
    return _is_private(peer) and _is_local_name(_hostname(headers.get("host", "")))


def _hostname(header: str) -> str:
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0]


def _is_local_name(host: str) -> bool:
    """Names without a dot are local: `localhost`, a machine, a container."""
    name = host.lower().rstrip(".")
    return bool(name) and (
        name.endswith(_LOCAL_NAMES) or _is_private(name) or not any(dot in name for dot in ".:")
    )


def _is_private(host: str) -> bool:
    address = parse_address(host)
    return address is not None and any(address in network for network in _LOCAL_NETWORKS)
