"""The socket that the server listens on."""

import errno
import socket


class CannotListen(Exception):
    """The message says what to set."""


def open_socket(host: str, port: int, backlog: int) -> socket.socket:
    """Returns a socket that listens on `host` and `port`, 0 for any free one. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=backlog)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(
                f"Port {port} is in use by another program (on macOS often AirPlay Receiver). "
                "Choose another one: make run PORT=5055, or PAISHI_PORT=5055."
            ) from error
        where = f"{host}:{port}"
        if error.errno == errno.EACCES:
            raise CannotListen(
                f"No permission to listen on {where}. Choose a port above 1023 with PAISHI_PORT."
            ) from error
        raise CannotListen(
            f"Cannot listen on {where}: {error.strerror}. Set PAISHI_HOST and PAISHI_PORT."
        ) from error
