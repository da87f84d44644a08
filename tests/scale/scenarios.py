"""What happens to servers in a year, each once, while phones send photos."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from PIL import Image

from tests.bench.processor import processor_seconds
from tests.bench.workers import Worker
from tests.scale.cluster import UPLOADS_PER_MINUTE, Cluster, Server
from tests.scale.load import Named, Sent, send_until
from tests.server.conftest import ROOT, need_shared, wait_for
from tests.server.pictures import file_of, listed_photos
from tests.soak.requests import good_photos
from tests.soak.tally import percentile_ms

USERS = 120
RATE = 6.0
"""Photos a second: a load that one server can carry alone, on two cores that all of this shares."""

_SAME = 2e-3
_LARGEST = 400_000
_SEEN_WITHIN_S = 2.0
_ATTEMPTS = 4


@dataclass
class Result:
    """What came of one scenario: `faults` are sentences and must be empty. `marks` are seconds since the
    beginning, and what was done then."""

    name: str
    sent: list[Sent] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    marks: list[tuple[float, str]] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    def count(self, outcome: str) -> int:
        return sum(one.outcome == outcome for one in self.sent)

    @property
    def lost(self) -> int:
        return sum(one.outcome not in ("answered", "refused", "no server") for one in self.sent)

    @property
    def wrong(self) -> int:
        return sum("another name" in fault for fault in self.faults)

    def percentile_ms(self, percent: float) -> float | None:
        return percentile_ms([one.took for one in self.sent if one.outcome == "answered"], percent)


def photos_to_send() -> list[bytes]:
    """Real ones where they are, each with a name of its own, otherwise made by code."""
    try:
        files = listed_photos(need_shared("photos"), "imagenet")
    except BaseException as skipped:
        if type(skipped).__name__ not in ("Skipped", "Failed"):
            raise
        return good_photos()
    return [data for file in files if len(data := file.read_bytes()) <= _LARGEST][:16]


class Traffic:
    """Photos from phones to a cluster, sent by a process, and the name that each gets when it is quiet."""

    def __init__(self, cluster: Cluster, photos: list[bytes]) -> None:
        self.cluster = cluster
        self.photos = photos
        self.names: dict[tuple[int, str], Named] = {}
        self._tokens = [cluster.token(f"user-{number}") for number in range(USERS)]
        self._phones = Worker()
        self._seed = 0
        self.learn(cluster.servers[0])

    def learn(self, server: Server) -> None:
        """Asks `server` itself for the name of every photo."""
        with self.client("reference", server.url) as client:
            for number, photo in enumerate(self.photos):
                body = client.post("/predict", content=photo).raise_for_status().json()
                first, model = body["predictions"][0], body["model"]["name"]
                self.names[number, model] = Named(model, first["label"], first["probability"])

    def client(self, user: str, url: str = "") -> httpx.Client:
        token = self.cluster.token(user)
        return httpx.Client(
            base_url=url or self.cluster.url,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "image/jpeg"},
            timeout=60,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    @contextmanager
    def sending(self, result: Result, rate: float = RATE) -> Iterator[Callable[[str], None]]:
        """Phones send while the block runs; it is given what marks a moment."""
        stop = self.cluster.folder / "stop"
        stop.unlink(missing_ok=True)
        self._seed += 1
        with ThreadPoolExecutor(1) as thread:
            began = time.time()
            sending = thread.submit(
                self._phones.call,
                send_until,
                stop,
                self.cluster.url,
                self._tokens,
                self.photos,
                rate,
                self._seed,
            )
            try:
                time.sleep(1.5)
                yield lambda what: result.marks.append((time.time() - began, what))
                time.sleep(1.5)
            finally:
                stop.touch()
            result.sent += sending.result()

    def judge(self, result: Result, may_refuse: bool = False, may_lack_servers: bool = False) -> None:
        """Adds a fault for everything that must not be. Names are compared here, when all are known."""
        allowed = {"answered"} | ({"refused"} if may_refuse else set())
        allowed |= {"no server"} if may_lack_servers else set()
        found = Counter(one.outcome for one in result.sent)
        result.faults += [
            f"{count} × {outcome}" for outcome, count in found.items() if outcome not in allowed
        ]
        for one in result.sent:
            if one.named and not self._is_right(one):
                result.faults.append(f"photo {one.photo} got another name: {one.named}")

    def _is_right(self, one: Sent) -> bool:
        assert one.named
        known = self.names.get((one.photo, one.named.model))
        return (
            known is not None
            and known.label == one.named.label
            and abs(known.probability - one.named.probability) < _SAME
        )


def steady(traffic: Traffic) -> Result:
    """CPU of an answer while nothing happens."""
    result, cluster = Result("steady"), traffic.cluster
    before = [server.processor_seconds() for server in cluster.servers]
    proxy = _processor_ms(cluster)
    with traffic.sending(result):
        time.sleep(5)
    spent = sum(server.processor_seconds() - was for server, was in zip(cluster.servers, before, strict=True))
    answered = max(1, result.count("answered"))
    result.figures["server_ms"] = 1000 * spent / answered
    result.figures["haproxy_ms"] = (_processor_ms(cluster) - proxy) / answered
    traffic.judge(result)
    return result


def killed(traffic: Traffic) -> Result:
    result, server = Result("kill -9"), traffic.cluster.servers[0]
    before = sum(_of_servers(traffic.cluster, "retry_warnings_total"))
    with traffic.sending(result, 2 * RATE) as mark:
        wait_for(lambda: _of_servers(traffic.cluster, "current_sessions")[0] > 0, 30, "a photo in hand", 0.01)
        mark("kill -9")
        server.kill()
        time.sleep(3)
        server.start()
        traffic.cluster.wait_until_up()
        mark("back")
    result.figures["sent_again"] = sum(_of_servers(traffic.cluster, "retry_warnings_total")) - before
    traffic.judge(result)
    return result


def hung(traffic: Traffic) -> Result:
    result, server = Result("SIGSTOP"), traffic.cluster.servers[0]
    with traffic.sending(result) as mark:
        mark("SIGSTOP")
        server.send(signal.SIGSTOP)
        try:
            traffic.cluster.wait_until_up(len(traffic.cluster.servers) - 1)
            time.sleep(12)  # longer than HAProxy waits
        finally:
            server.send(signal.SIGCONT)
        traffic.cluster.wait_until_up()
        mark("SIGCONT")
    traffic.judge(result)
    return result


def rolling(traffic: Traffic) -> Result:
    result = Result("rolling restart")
    with traffic.sending(result) as mark:
        for place, server in enumerate(traffic.cluster.servers, 1):
            mark(f"restart {place}")
            code = server.end()
            if code:
                result.faults.append(f"server {place} ended with code {code}")
            server.start()
            traffic.cluster.wait_until_up()
        mark("all new")
    traffic.judge(result)
    return result


def overload(traffic: Traffic) -> Result:
    """More than they can do: an answer or our own refusal, nothing else, and no server is taken out."""
    result, cluster = Result("overload"), traffic.cluster
    with traffic.sending(result, 40 * RATE) as mark:
        time.sleep(5)
        mark("end")
        up = len(cluster.balancer.up())
    if up != len(cluster.servers):
        result.faults.append(f"HAProxy took out servers that refused: {up} left")
    if not result.count("refused"):
        result.faults.append("nothing was refused: that was no overload")
    traffic.judge(result, may_refuse=True)
    return result


def all_down(traffic: Traffic) -> Result:
    result, cluster = Result("all down"), traffic.cluster
    with traffic.sending(result) as mark:
        mark("all killed")
        for server in cluster.servers:
            server.kill()
        cluster.wait_until_up(0)
        time.sleep(2)
        for server in cluster.servers:
            server.start()
        cluster.wait_until_up()
        mark("all back")
    if not result.count("no server"):
        result.faults.append("no phone met servers that were down")
    traffic.judge(result, may_lack_servers=True)
    return result


def redis_lost(traffic: Traffic) -> Result:
    """Limits are exact over all servers, nothing is lost while Redis is away, and they are exact again."""
    result, cluster = Result("Redis lost and back"), traffic.cluster
    _expect_exact_limit(traffic, result, "before")
    with traffic.sending(result) as mark:
        mark("Redis ends")
        cluster.redis.end()
        time.sleep(4)
        cluster.redis.start()
        mark("Redis is back")
        time.sleep(11)  # servers ask again after ten seconds
    _expect_exact_limit(traffic, result, "after")
    traffic.judge(result)
    return result


def _expect_exact_limit(traffic: Traffic, result: Result, when: str) -> None:
    """Several attempts, each as another user: a server that got no answer from Redis counts alone for ten
    seconds, and the next ones are exact again."""
    exact = {200: UPLOADS_PER_MINUTE, 429: 10}
    for attempt in range(_ATTEMPTS):
        with traffic.client(f"the one who counts {when} {attempt}") as client:
            statuses = Counter(
                client.post("/image", content=traffic.photos[0]).status_code
                for _ in range(UPLOADS_PER_MINUTE + 10)
            )
        if statuses == exact:
            return
        time.sleep(5)
    result.faults.append(f"limits {when}: {dict(statuses)}, not {UPLOADS_PER_MINUTE} answers")


def shared_things(traffic: Traffic) -> Result:
    """An echo, a token and a taught thing of one server are good at every other."""
    result, servers = Result("echo, token, taught"), traffic.cluster.servers
    teapot = file_of(Image.effect_mandelbrot((320, 320), (-1.5, -1.0, 0.5, 1.0), 60).convert("RGB"))
    for one, other in zip(servers, servers[1:] + servers[:1], strict=True):
        user = f"user of {one.port}"
        token = traffic.cluster.token(user, one.url)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "image/jpeg"}
        with httpx.Client(headers=headers, timeout=60, trust_env=False) as client:
            echo = client.post(f"{one.url}/image", content=teapot, headers={"Accept": "application/json"})
            path = httpx.URL(echo.raise_for_status().json()["url"]).path
            if client.get(other.url + path).status_code != 200:
                result.faults.append(f"{other.port} has no echo of {one.port}")
            if client.post(f"{other.url}/predict", content=teapot).status_code != 200:
                result.faults.append(f"{other.port} does not take a token of {one.port}")
            client.post(
                f"{one.url}/taught", params={"name": "a fractal", "force": "true"}, content=teapot
            ).raise_for_status()
            took = _seconds_until_named(client, other, teapot)
            result.figures["taught_seen_s"] = max(took, result.figures.get("taught_seen_s", 0.0))
            if took > _SEEN_WITHIN_S:
                result.faults.append(f"{other.port} knew a thing taught at {one.port} after {took:.1f} s")
    return result


def _seconds_until_named(client: httpx.Client, server: Server, photo: bytes) -> float:
    began = time.perf_counter()
    while time.perf_counter() - began < 10:
        body = client.post(f"{server.url}/predict", content=photo).raise_for_status().json()
        if body["predictions"][0]["label"] == "a fractal":
            break
        time.sleep(0.05)
    return time.perf_counter() - began


def one_slower(traffic: Traffic) -> Result:
    """One server gets a fifth of the time: phones hardly notice, because it gets fewer photos."""
    result, cluster = Result("one server slower"), traffic.cluster
    slow, ended = cluster.servers[0], threading.Event()

    def slow_down() -> None:
        while not ended.is_set():
            slow.send(signal.SIGSTOP)
            ended.wait(0.08)
            slow.send(signal.SIGCONT)
            ended.wait(0.02)

    thread = threading.Thread(target=slow_down)
    with traffic.sending(result) as mark:
        mark("slow")
        before = _of_servers(cluster, "sessions_total")
        thread.start()
        try:
            time.sleep(8)
        finally:
            ended.set()
            thread.join()
        share = [now - was for now, was in zip(_of_servers(cluster, "sessions_total"), before, strict=True)]
        mark("as before")
    result.figures["share_of_slow"] = share[0] / max(1, sum(share))
    if result.figures["share_of_slow"] > 1.1 / len(cluster.servers):
        result.faults.append(f"the slow server got as many photos as the others: {share}")
    traffic.judge(result)
    return result


def another_model(traffic: Traffic, other: str = "EfficientNetLite1") -> Result:
    """`paishi use` at each server, there and back. Every answer is right for the model that it names."""
    result, cluster = Result("use on all"), traffic.cluster
    with traffic.sending(result) as mark:
        for model in (other, cluster.servers[0].environment["PAISHI_MODEL"]):
            mark(f"use {model}")
            for server in cluster.servers:
                if complaint := _use(server, model):
                    result.faults.append(complaint)
    first, usual = cluster.servers[0], cluster.servers[0].environment["PAISHI_MODEL"]
    for model in (other, usual):
        _use(first, model)
        traffic.learn(first)
    if len({one.named.model for one in result.sent if one.named}) != 2:
        result.faults.append("not both models answered")
    traffic.judge(result)
    return result


def _use(server: Server, model: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "paishi", "use", model, "--port", str(server.port)],
        cwd=ROOT,
        env={**os.environ, **server.environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return "" if done.returncode == 0 else done.stderr.strip()


def _of_servers(cluster: Cluster, figure: str) -> list[float]:
    """HAProxy's `haproxy_server_…` for each server."""
    text = httpx.get(cluster.balancer.figures, trust_env=False).text
    lines = [line for line in text.splitlines() if line.startswith(f"haproxy_server_{figure}{{")]
    return [float(line.rpartition(" ")[2]) for line in lines if 'proxy="servers"' in line]


def _processor_ms(cluster: Cluster) -> float:
    return 1000 * (processor_seconds(cluster.balancer.process.pid) or 0.0)


SCENARIOS: dict[str, Callable[[Traffic], Result]] = {
    "steady": steady,
    "kill": killed,
    "stop": hung,
    "rolling": rolling,
    "overload": overload,
    "down": all_down,
    "redis": redis_lost,
    "shared": shared_things,
    "slower": one_slower,
    "use": another_model,
}


def as_json(result: Result) -> dict[str, object]:
    """What JSON can carry of it."""
    first = result.sent[0].at if result.sent else 0.0
    return {
        "name": result.name,
        "sent": len(result.sent),
        "outcomes": dict(Counter(one.outcome for one in result.sent)),
        "faults": result.faults,
        "answered_ms": {percent: result.percentile_ms(percent) for percent in (50, 99, 100)},
        "marks": result.marks,
        "figures": result.figures,
        "answers": [[round(one.at - first, 3), round(one.took, 4), one.outcome] for one in result.sent],
    }
