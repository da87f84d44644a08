"""One run: all servers alive, loaded in turn, so that a machine that slows down slows all of them."""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from paishi.runtimes.scheduler import QUIET_S
from tests.bench.limits import Limits, measure_limits, runtime_and_precision
from tests.bench.load import Load, closed_loop, open_loop
from tests.bench.memory import resident_mb
from tests.bench.photos import PHONE, SMALL, PhotoKind, make_photo
from tests.bench.points import CAPACITY, Closed, Open, Plan
from tests.bench.processor import processor_seconds
from tests.bench.servers import Served, our_environment, running_demo, running_ours
from tests.bench.trivial import serve_trivially
from tests.bench.weights import published_weights, write_random_weights
from tests.bench.workers import SPAWN, Worker, ignore_interrupt

Say = Callable[[str], None]
FAST_MODEL = "EfficientNetLite0"
"""Served beside the demo's model, where that is another: the fastest of the catalogue."""

Loads = dict[str, list[Load]]
"""By server, "demo", "ours" and "fast", which is ours with `FAST_MODEL`; one for each round."""


Costs = dict[str, list[float | None]]
"""As `Loads`, in core-ms an answer; None where the system does not tell."""


@dataclass(slots=True)
class Run:
    """All that was measured. Memory in MB of 10^6 bytes, ceilings in requests a second."""

    runtime: str = ""
    precision: dict[str, str] = field(default_factory=dict)
    weights: str = ""
    loads: dict[str, Loads] = field(default_factory=dict)
    limits: dict[str, list[Limits]] = field(default_factory=dict)
    """By server of ours, before each round and after the last: a round is compared with the mean of both its
    ends."""
    core_ms: dict[str, Costs] = field(default_factory=dict)
    """Processor time of a server for each answer."""
    ceilings: dict[str, float] = field(default_factory=dict)
    first_answer_s: dict[str, float] = field(default_factory=dict)
    resident_idle_mb: dict[str, float] = field(default_factory=dict)
    resident_crowd_mb: dict[str, float] = field(default_factory=dict)
    """After `CAPACITY`."""
    resident_most_mb: dict[str, float] = field(default_factory=dict)
    load_average: list[float] = field(default_factory=list)


def run_bench(plan: Plan, model: str, runtime: str, folder: Path, say: Say) -> Run:
    """Measures everything that `plan` has. `folder` is for weights, logs and caches.

    Raises ServerFailed where one of the servers does not come up.
    """
    run = Run()
    _note_load_average(run)
    photos = {kind.name: make_photo(kind) for kind in _photo_kinds(plan)}
    weights = published_weights(model)
    run.weights = "published" if weights else "random"
    if weights is None:
        say(f"{model} is not in Keras's cache: random weights of the same model")
        weights = Worker().call(write_random_weights, model, folder / "random.weights.h5")
    environments = {"ours": our_environment(model, weights, runtime, folder)}
    if model != FAST_MODEL:
        environments["fast"] = our_environment(FAST_MODEL, "imagenet", runtime, folder)
    generator = Worker()
    model_workers = {name: Worker(environment) for name, environment in environments.items()}
    for name, worker in model_workers.items():
        run.runtime, run.precision[name] = worker.call(runtime_and_precision)
    with ExitStack() as stack:
        first = photos[SMALL.name]
        servers = [stack.enter_context(running_demo(model, weights, folder, first))]
        for name, environment in environments.items():
            servers.append(stack.enter_context(running_ours(name, environment, folder, first)))
        for server in servers:
            run.first_answer_s[server.name] = server.first_answer_s
            _note_memory(run.resident_idle_mb, server)
        run.ceilings = _ceilings(generator, photos)
        bench = _Bench(plan, run, servers, generator, model_workers, photos, say)
        for number in range(1, plan.rounds + 1):
            bench.limits(f"before round {number}")
            bench.round(number)
        bench.limits("after the last round")
    return run


@dataclass(frozen=True, slots=True)
class _Bench:
    plan: Plan
    run: Run
    servers: list[Served]
    generator: Worker
    model_workers: Mapping[str, Worker]
    photos: Mapping[str, bytes]
    say: Say
    loaded_until: dict[str, float] = field(default_factory=dict)

    def limits(self, when: str) -> None:
        for name, worker in self.model_workers.items() if self.plan.limits else ():
            limits = worker.call(measure_limits, dict(self.photos), self.plan.limit_seconds)
            self.run.limits.setdefault(name, []).append(limits)
            rate = f"{limits.runtime:.1f} pictures/s, {limits.gflops:.0f} GFLOP/s"
            self.say(f"{when}, {name} without HTTP: {rate}")

    def round(self, number: int) -> None:
        title = f"round {number} of {self.plan.rounds}"
        for closed in self.plan.closed:
            self._point(title, closed, partial(self._closed, closed))
        for opened in self.plan.open:
            self._point(title, opened, partial(self._open, opened, number))
        if overload := self.plan.overload:
            self._point(title, overload, partial(self._open, overload, number), but="demo")
        _note_load_average(self.run)

    def _point(
        self, title: str, point: Closed | Open, measure: Callable[[Served], Load], but: str = ""
    ) -> None:
        for server in self.servers:
            if server.name == but:
                continue
            if isinstance(point, Closed) and point.clients == 1:
                self._wait_until_quiet(server)
            before = processor_seconds(server.pid)
            load = measure(server)
            cost = _core_ms(before, processor_seconds(server.pid), load)
            self.run.core_ms.setdefault(point.name, {}).setdefault(server.name, []).append(cost)
            self.run.loads.setdefault(point.name, {}).setdefault(server.name, []).append(load)
            self.loaded_until[server.name] = time.monotonic()
            _note_memory(self.run.resident_most_mb, server)
            if point is CAPACITY:
                _note_memory(self.run.resident_crowd_mb, server)
            wrong = f", {load.errors}" if load.errors else ""
            self.say(f"{title}, {point.title}: {server.name} {load.per_second:.1f}/s{wrong}")

    def _wait_until_quiet(self, server: Served) -> None:
        """Until PaiShi has gone back from a crowd to one photo at a time."""
        if server.name in self.model_workers and server.name in self.loaded_until:
            time.sleep(max(0.0, self.loaded_until[server.name] + QUIET_S + 3 - time.monotonic()))

    def _closed(self, point: Closed, server: Served) -> Load:
        photo = self.photos[point.photo.name]
        return self.generator.call(closed_loop, server.url, photo, point.clients, self.plan.seconds)

    def _open(self, point: Open, seed: int, server: Served) -> Load:
        capacity = self.run.loads[CAPACITY.name][server.name][-1].per_second
        rate = max(point.fraction * capacity, 1.0)
        photo = self.photos[CAPACITY.photo.name]
        return self.generator.call(open_loop, server.url, photo, rate, self.plan.open_seconds, seed)


def _photo_kinds(plan: Plan) -> list[PhotoKind]:
    return [SMALL, PHONE] if any(point.photo is PHONE for point in plan.closed) else [SMALL]


def _ceilings(generator: Worker, photos: Mapping[str, bytes]) -> dict[str, float]:
    """What the generator reaches by photo, 32 clients, against a server that does nothing."""
    ours, theirs = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=_trivial_process, args=(theirs,), daemon=True)
    process.start()
    url = f"http://127.0.0.1:{ours.recv()}/"
    try:
        return {
            name: generator.call(closed_loop, url, photo, 32, 1.0).per_second
            for name, photo in photos.items()
        }
    finally:
        process.terminate()
        process.join()


def _trivial_process(pipe: Pipe) -> None:
    ignore_interrupt()
    serve_trivially(pipe.send)


def _core_ms(before: float | None, after: float | None, load: Load) -> float | None:
    if before is None or after is None or not load.answered:
        return None
    return 1000 * (after - before) / load.answered


def _note_memory(into: dict[str, float], server: Served) -> None:
    now = resident_mb(server.pid)
    if now is not None:
        into[server.name] = max(now, into.get(server.name, 0.0))


def _note_load_average(run: Run) -> None:
    if hasattr(os, "getloadavg"):
        run.load_average.append(round(os.getloadavg()[0], 2))
