"""`python -m tests.scale.costs`: prints what an answer costs here, as rows for server/paishi/cli/plan.toml.

CPU time of the server's process under a standing load, the least of several: neighbours on the machine empty
its caches, and only ever add to it. `int8` needs PAISHI_CALIBRATION, and weights that are real.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tests.bench.load import closed_loop
from tests.bench.memory import resident_mb
from tests.bench.photos import SMALL, make_photo
from tests.bench.processor import processor_seconds
from tests.bench.servers import Served, our_environment, running_ours
from tests.bench.weights import published_weights, write_random_weights
from tests.bench.workers import Worker, ended_at_last


def costs(
    models: Annotated[list[str], typer.Argument(help="Names, each with :int8 or :bf16 if not in fp32.")],
    seconds: Annotated[float, typer.Option(min=1, help="How long each load lasts.")] = 4.0,
    clients: Annotated[int, typer.Option(min=1, help="Clients that each wait for the last answer.")] = 4,
    rounds: Annotated[int, typer.Option(min=1, help="Loads; the least counts.")] = 5,
) -> None:
    """Load each model in turn."""
    photo = make_photo(SMALL)
    with ended_at_last():
        for wanted in models:
            model, _, precision = wanted.partition(":")
            with _running(model, precision or "fp32", photo) as server:
                generator = Worker()
                generator.call(closed_loop, server.url, photo, clients, 2.0)  # what any load needs is there
                found = [_cost(server, generator, photo, clients, seconds) for _ in range(rounds)]
                cost = f"cpu_ms = {min(found):.1f}"
                memory = f"memory_mb = {resident_mb(server.pid) or 0:.0f}"
                rounded = [round(one, 1) for one in found]
                print(f"{model}.{precision or 'fp32'} = {{ {cost}, {memory} }} # {rounded}", flush=True)


@contextmanager
def _running(model: str, precision: str, photo: bytes) -> Iterator[Served]:
    with tempfile.TemporaryDirectory(prefix="paishi-costs-") as name:
        folder = Path(name)
        weights = _weights(model, folder)
        environment = our_environment(model, Path(weights), "auto", folder) | {"PAISHI_WEIGHTS": weights}
        with running_ours(model, {**environment, "PAISHI_PRECISION": precision}, folder, photo) as server:
            yield server


def _weights(model: str, folder: Path) -> str:
    if model.startswith("EfficientNetLite"):
        return "imagenet"  # they are an installed package
    published = published_weights(model)
    return str(published or Worker().call(write_random_weights, model, folder / "random.weights.h5"))


def _cost(server: Served, generator: Worker, photo: bytes, clients: int, seconds: float) -> float:
    """CPU milliseconds of an answer."""
    before = processor_seconds(server.pid) or 0.0
    load = generator.call(closed_loop, server.url, photo, clients, seconds)
    assert not load.errors, load.errors
    return 1000 * ((processor_seconds(server.pid) or 0.0) - before) / load.answered


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(costs)
    app(prog_name="python -m tests.scale.costs")
