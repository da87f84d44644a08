"""Who asks."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from fastapi import Request
from starlette.datastructures import Headers

_PROXIED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")


def is_from_this_machine(request: Request) -> bool:
    """Whether it came from here and through no proxy, so that the operator asks, or a program of theirs.

    The address alone does not tell: a proxy or a tunnel on this machine asks for the whole world. Neither is
    a private address the operator's: it may be a balancer's, or a guest's in the same Wi-Fi.
    """
    if request.client is None or is_proxied(request.headers):
        return False
    address = address_of(request.client.host)
    return address is not None and address.is_loopback


def is_proxied(headers: Headers) -> bool:
    """Whether a proxy says that it passes something on."""
    return any(name in headers for name in _PROXIED)


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """Without its zone, and as IPv4 where it is one within IPv6; None for what is no address."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
