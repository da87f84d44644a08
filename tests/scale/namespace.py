"""A network namespace of its own: no port of this machine is touched, and nothing outside can be reached."""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

_INSIDE = "PAISHI_SCALE_NAMESPACE"
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
"""Source: netdevice(7)."""


def enter_namespace() -> None:
    """Runs this program again within a namespace, where the system allows it; else goes on in this one."""
    if os.environ.get(_INSIDE):
        os.environ.pop(_INSIDE)
        return _bring_up_loopback()
    unshare = shutil.which("unshare")
    if unshare is None:
        return
    within = [unshare, "--map-root-user", "--net", "--"]
    if subprocess.run([*within, "true"], capture_output=True).returncode:
        return
    arguments = [*within, *sys.orig_argv]
    os.execve(unshare, arguments, {**os.environ, _INSIDE: "1"})


def _bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))
