"""The address that a client is known by."""

from ipaddress import IPv6Address, ip_address

_HOST_BITS = 64


def network_of(host: str | None) -> str:
    """An IPv4 address, or the /64 of an IPv6 address: whoever has one address of it has them all.

    What a proxy calls something else (`unknown`, say) is one client, `elsewhere`.
    """
    try:
        address = ip_address((host or "").partition("%")[0])
    except ValueError:
        return "elsewhere"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> _HOST_BITS << _HOST_BITS)}/{_HOST_BITS}"
