"""The addresses at which a server on this machine can be reached."""

import ipaddress
import socket
from contextlib import suppress

ALL_INTERFACES = ("0.0.0.0", "::")


def lan_address() -> str | None:
    """Returns the IPv4 address of this machine in its LAN, None if it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket sends nothing; it only makes the system choose a route. The address
            # is of the range reserved for documentation (RFC 5737).
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if address.startswith("127.") else address


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`, an address or a name."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")


def server_url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def lan_url(host: str, port: int) -> str | None:
    """Returns the URL of a server that listens on `host` for devices in its LAN, None if there is none."""
    reached = lan_address() if host in ALL_INTERFACES else host
    return server_url(reached, port) if reached and not is_loopback(reached) else None
