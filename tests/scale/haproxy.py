"""A real HAProxy with the configuration that we ship, on loopback ports."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.server.conftest import ROOT, free_port, need_program, wait_for

CONFIGURATION = ROOT / "deploy" / "haproxy" / "haproxy.cfg"

_STATUS = re.compile(r'haproxy_server_status\{proxy="servers",server="([^"]+)",state="UP"\} 1')


@dataclass(frozen=True)
class Balancer:
    """`process` is HAProxy, `url` where clients find it, `figures` its own metrics."""

    process: subprocess.Popen[bytes]
    url: str
    figures: str

    def up(self) -> set[str]:
        """Names of the servers that HAProxy sends requests to: `one`, `two` … or `server1`, `server2` …"""
        return set(_STATUS.findall(httpx.get(self.figures, trust_env=False).text))


def addresses(servers: Sequence[str]) -> dict[str, str]:
    """The environment that names up to four fixed servers, each `host:port`."""
    return {f"BALANCER_SERVER_{number}": server for number, server in enumerate(servers, 1)}


@contextmanager
def running_haproxy(
    folder: Path, environment: Mapping[str, str], configuration: Path = CONFIGURATION
) -> Iterator[Balancer]:
    front, figures = free_port(), free_port()
    given = {
        "BALANCER_BIND": f"127.0.0.1:{front}",
        "BALANCER_METRICS": f"127.0.0.1:{figures}",
        **environment,
    }
    output = folder / "haproxy.log"
    command = [need_program("haproxy"), "-db", "-f", str(configuration)]
    with (
        output.open("wb") as sink,
        subprocess.Popen(command, env={**os.environ, **given}, stdout=sink, stderr=sink) as process,
    ):
        balancer = Balancer(
            process, f"http://127.0.0.1:{front}", f"http://127.0.0.1:{figures}/metrics?scope=server"
        )
        try:
            wait_for(lambda: _responds(balancer) or process.poll() is not None, 20, "haproxy")
            assert process.poll() is None, output.read_text()
            yield balancer
        finally:
            process.kill()


def _responds(balancer: Balancer) -> bool:
    try:
        balancer.up()
    except httpx.TransportError:
        return False
    return True
