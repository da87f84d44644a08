import json
import math
import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, get_args

import typer
from rich.console import Console
from rich.table import Table

from paishi.choices import Precision
from paishi.cli.errors import backbone, fail, say

SECONDS_PER_DAY = 86_400
CORES_PER_SERVER = 4
SPARE = 1
"""Servers beyond the load: one can die, or be replaced, at the peak."""

_MOST = 1e12
_GB = 1000.0  # MB


@dataclass(frozen=True)
class Cost:
    """What an answer costs: `cpu_ms` of a core, and `memory_mb` of a server. `is_measured` is false if they
    are scaled from measured models by the number of multiplications."""

    cpu_ms: float
    memory_mb: float
    is_measured: bool


@dataclass(frozen=True)
class Plan:
    """What photos need. Rates are per second, `cores` are all that are paid for, `money` is per month, in the
    unit of the prices."""

    model: str
    precision: str
    photos_a_day: float
    per_second: float
    peak_per_second: float
    cpu_ms: float
    is_measured: bool
    busy_cores: float
    cores: int
    servers: int
    memory_gb: float
    upload_gb_a_day: float
    money: float | None
    money_per_million: float | None


def plan(
    photos_a_day: Annotated[float, typer.Option(help="Photos in a day, such as 1e6.")],
    model: Annotated[str, typer.Option(help="A model of the catalogue, see `paishi models`.")] = "ResNet50",
    precision: Annotated[str, typer.Option(help="As PAISHI_PRECISION: fp32, bf16 or int8.")] = "fp32",
    peak: Annotated[
        float, typer.Option(help="Photos of the busiest second, as a multiple of the mean.")
    ] = 3.0,
    utilisation: Annotated[
        float, typer.Option(help="Part of the cores that is busy at the peak; the rest keeps waits short.")
    ] = 0.6,
    photo_kb: Annotated[
        float, typer.Option(help="Size of a photo in kB; only the traffic depends on it.")
    ] = 108,
    cpu_ms: Annotated[
        float | None, typer.Option(help="CPU milliseconds of an answer on your machine, instead of ours.")
    ] = None,
    memory_mb: Annotated[
        float | None, typer.Option(help="Memory of a server on your machine, instead of ours.")
    ] = None,
    price_core: Annotated[float | None, typer.Option(help="Price of a core for a month.")] = None,
    price_gb: Annotated[float | None, typer.Option(help="Price of a GB of memory for a month.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compute the cores, servers, memory and money that photos need, from measured CPU time."""
    _check("photos-a-day", photos_a_day, 1, _MOST)
    _check("peak", peak, 1, 1000)
    _check("utilisation", utilisation, 0.05, 1)
    _check("photo-kb", photo_kb, 0.1, 1e6)
    _check("cpu-ms", cpu_ms, 0.01, 1e6)
    _check("memory-mb", memory_mb, 1, 1e7)
    _check("price-core", price_core, 0, _MOST)
    _check("price-gb", price_gb, 0, _MOST)
    if (price_core is None) != (price_gb is None):
        fail("--price-core and --price-gb belong together: give both, or neither.")
    name, cost = _named_cost(model, precision, cpu_ms, memory_mb)
    per_second = photos_a_day / SECONDS_PER_DAY
    busy = per_second * peak * (cost.cpu_ms + _table()["haproxy"]["cpu_ms"]) / 1000
    servers = math.ceil(busy / utilisation / CORES_PER_SERVER) + SPARE
    memory_gb = servers * cost.memory_mb / _GB
    cores = servers * CORES_PER_SERVER
    money = None if price_core is None or price_gb is None else cores * price_core + memory_gb * price_gb
    computed = Plan(
        model=name,
        precision=precision,
        photos_a_day=photos_a_day,
        per_second=per_second,
        peak_per_second=per_second * peak,
        cpu_ms=cost.cpu_ms,
        is_measured=cost.is_measured,
        busy_cores=busy,
        cores=cores,
        servers=servers,
        memory_gb=memory_gb,
        upload_gb_a_day=photos_a_day * photo_kb / 1e6,
        money=money,
        money_per_million=None if money is None else money / (30 * photos_a_day / 1e6),
    )
    if as_json:
        print(json.dumps(asdict(computed), indent=1))
    else:
        _show(computed, cpu_ms is not None, peak, utilisation)


def _check(option: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not least <= value <= most:
        fail(f"--{option} must be from {least:g} to {most:g}, but it is {value:g}.")


def _named_cost(
    model: str, precision: str, cpu_ms: float | None, memory_mb: float | None
) -> tuple[str, Cost]:
    if precision not in get_args(Precision):
        fail(f"--precision must be one of {', '.join(get_args(Precision))}, but it is {precision!r}.")
    if cpu_ms is not None and memory_mb is not None:
        return model, Cost(cpu_ms, memory_mb, True)
    name = backbone(model).name
    cost = cost_of(name, precision)
    if cost is None:
        fail(
            f"There is no figure for {name} in {precision}. Measure CPU and memory of an answer on your "
            "machine, and give them as --cpu-ms and --memory-mb."
        )
    return name, Cost(
        cost.cpu_ms if cpu_ms is None else cpu_ms,
        cost.memory_mb if memory_mb is None else memory_mb,
        cost.is_measured if cpu_ms is None else True,
    )


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("plan.toml").read_text(encoding="utf-8"))


def cost_of(name: str, precision: str) -> Cost | None:
    """The measured cost of the catalogue's model `name`; or else one that is scaled from the measured model
    whose number of multiplications is nearest. None if that number is not known, or the precision was not
    measured for that nearest model."""
    table = _table()
    measured = {model: row[precision] for model, row in table["measured"].items() if precision in row}
    if name in measured:
        return Cost(measured[name]["cpu_ms"], measured[name]["memory_mb"], True)
    gmac: dict[str, float] = table["gmac"]
    if name not in gmac or not measured:
        return None
    nearest = min(measured, key=lambda model: abs(math.log(gmac[model] / gmac[name])))
    row, around = measured[nearest], table["around_the_model"]["cpu_ms"]
    times = gmac[name] / gmac[nearest]
    weights_mb = 4 * (backbone(name).parameters - backbone(nearest).parameters) / 1e6
    return Cost(
        around + (row["cpu_ms"] - around) * times,
        max(row["memory_mb"] + weights_mb, row["memory_mb"] / 2),
        False,
    )


def _show(computed: Plan, own_figures: bool, peak: float, utilisation: float) -> None:
    how = "your figure" if own_figures else "measured" if computed.is_measured else "estimated"
    rows = {
        "photos": f"{computed.photos_a_day:,.0f} a day, {computed.per_second:,.1f} a second",
        "at the peak": f"{computed.peak_per_second:,.1f} a second ({peak:g} times the mean)",
        "CPU of an answer": f"{computed.cpu_ms:.1f} ms ({how})",
        "busy cores at the peak": f"{computed.busy_cores:,.1f}",
        "servers": f"{computed.servers:,} of {CORES_PER_SERVER} cores, {utilisation:.0%} busy, {SPARE} spare",
        "cores": f"{computed.cores:,}",
        "memory": f"{computed.memory_gb:,.1f} GB",
        "uploads": f"{computed.upload_gb_a_day:,.1f} GB a day",
    }
    if computed.money is not None and computed.money_per_million is not None:
        rows["money"] = f"{computed.money:,.0f} a month, {computed.money_per_million:,.2f} a million photos"
    table = Table(show_header=False, show_edge=False, title=f"{computed.model}, {computed.precision}")
    for row in rows.items():
        table.add_row(*row)
    Console().print(table, highlight=False)
    if not own_figures:
        machine = _table()["machine"]
        say(f"Measured on {machine['cpu']}, {machine['at']}, with {machine['photo']}.")
        if not computed.is_measured:
            say("Estimated by the number of multiplications: measure it before you buy.")
