"""The address that a client is known by."""

from ipaddress import IPv6Address

from paishi.asker import address_of

_HOST_BITS = 64


def network_of(host: str | None) -> str:
    """An IPv4 address, or the /64 of an IPv6 address: whoever has one address of it has them all.

    What a proxy calls something else (`unknown`, say) is one client, `elsewhere`.
    """
    address = address_of(host or "")
    if address is None:
        return "elsewhere"
    if not isinstance(address, IPv6Address):
        return str(address)
    return f"{IPv6Address(int(address) >> _HOST_BITS << _HOST_BITS)}/{_HOST_BITS}"
