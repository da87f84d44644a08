"""Several real servers behind a real HAProxy, with a real Redis between them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.bench.processor import processor_seconds
from tests.scale.haproxy import Balancer, addresses, running_haproxy
from tests.server.access.fake_wechat import APPID, SECRET, FakeWeChat, serving
from tests.server.access.redis_server import address, running_redis
from tests.server.conftest import ROOT, answers, free_port, wait_for

MODEL = "EfficientNetLite0"
START_S = 90.0
UPLOADS_PER_MINUTE = 60
_KEY = "a key of the tests, the same on all servers"


@dataclass
class Server:
    """One `paishi serve`; `core` is the only one it may use, None for all."""

    folder: Path
    environment: dict[str, str]
    core: int | None = None
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    def start(self) -> None:
        """Returns when it is ready."""
        pinned = [] if self.core is None else ["taskset", "--cpu-list", str(self.core)]
        env = {name: value for name, value in os.environ.items() if not name.startswith("PAISHI_")}
        with (self.folder / f"{self.port}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*pinned, sys.executable, "-m", "paishi", "serve"],
                cwd=ROOT,
                env={**env, **self.environment, "PAISHI_PORT": str(self.port)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C ends the clients first
            )
        wait_for(lambda: answers(f"{self.url}/readyz") or self._has_ended(), START_S, "a ready server")
        assert not self._has_ended(), self.log()[-2000:]

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def end(self) -> int:
        """By SIGTERM, as an operator does; its exit code."""
        self.send(signal.SIGTERM)
        assert self.process
        return self.process.wait(60)

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def processor_seconds(self) -> float:
        return processor_seconds(self.pid) or 0.0

    def log(self) -> str:
        return (self.folder / f"{self.port}.log").read_text(errors="replace")

    def _has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None


@dataclass
class Cluster:
    """`wechat` logs users in; `redis` can be ended and started again."""

    folder: Path
    servers: list[Server]
    balancer: Balancer
    wechat: FakeWeChat
    redis: "Redis"

    @property
    def url(self) -> str:
        return self.balancer.url

    def wait_until_up(self, number: int | None = None) -> None:
        """Until HAProxy sends requests to `number` servers, by default to all."""
        wanted = len(self.servers) if number is None else number
        wait_for(lambda: len(self.balancer.up()) == wanted, START_S, f"{wanted} servers that are up")

    def token(self, user: str, url: str = "") -> str:
        """Logs `user` in through HAProxy, or at the server of `url`."""
        body = {"code": self.wechat.log_in(user)}
        answer = httpx.post(f"{url or self.url}/session", json=body, trust_env=False, timeout=30)
        answer.raise_for_status()
        return str(answer.json()["token"])


class Redis:
    """A redis-server that keeps its port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._stack = ExitStack()

    def start(self) -> None:
        self._stack.enter_context(running_redis(self._folder, self.port))

    def end(self) -> None:
        self._stack.close()


@contextmanager
def running_cluster(folder: Path, number: int, cores: Sequence[int | None] = ()) -> Iterator[Cluster]:
    """`number` servers that are up, with one store, one token key and one Redis. They have users, so that
    what is counted and taught is each one's own."""
    with ExitStack() as stack:
        redis = Redis(folder / "redis")
        stack.callback(redis.end)
        redis.start()
        wechat = stack.enter_context(serving(FakeWeChat()))
        environment = _environment(folder, wechat.url, address(redis.port))
        places = list(cores) or [None] * number
        servers = [Server(folder, environment, core) for core in places[:number]]
        for server in servers:
            stack.callback(server.kill)
            server.start()
        balancer = stack.enter_context(
            running_haproxy(folder, addresses([server.address for server in servers]))
        )
        cluster = Cluster(folder, servers, balancer, wechat, redis)
        cluster.wait_until_up()
        yield cluster


def _environment(folder: Path, wechat: str, rates: str) -> dict[str, str]:
    cache = os.environ.get("PAISHI_CACHE") or str(folder / "cache")
    return {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "server"), str(ROOT)]),
        "KERAS_HOME": str(folder / "keras"),
        "PAISHI_CACHE": cache,
        "PAISHI_HOST": "127.0.0.1",
        "PAISHI_MODEL": MODEL,
        "PAISHI_PROXIES": "127.0.0.1",
        "PAISHI_METRICS": "open",
        "PAISHI_DRAIN_S": "3",
        "PAISHI_AUTH": "wechat",
        "PAISHI_WECHAT_APPID": APPID,
        "PAISHI_WECHAT_SECRET": SECRET,
        "PAISHI_WECHAT_URL": wechat,
        "PAISHI_TOKEN_KEY": _KEY,
        "PAISHI_TAUGHT_SECRET": f"{_KEY}, for what they teach",
        "PAISHI_LOGINS_PER_MINUTE": "0",
        "PAISHI_UPLOADS_PER_MINUTE": str(UPLOADS_PER_MINUTE),
        "PAISHI_RATES": rates,
        "PAISHI_STORE": str(folder / "echoes"),
        "PAISHI_TAUGHT": str(folder / "taught"),
    }
