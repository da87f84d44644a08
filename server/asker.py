"""Who asks."""

from ipaddress import IPv6Address, ip_address

from fastapi import Request

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def is_from_this_machine(request: Request) -> bool:
    """Whether it came from here and through no proxy, so that the operator asks, or a program of theirs.

    The address alone does not tell: a proxy or a tunnel on this machine asks for the whole world. Neither is
    a private address the operator's: it may be a balancer's, or a guest's in the same Wi-Fi.
    """
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        address = ip_address(request.client.host.partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
