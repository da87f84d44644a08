"""Under which load the servers are measured."""

from dataclasses import dataclass

from tests.bench.photos import PHONE, SMALL, PhotoKind


@dataclass(frozen=True, slots=True)
class Closed:
    """`clients` that wait for their answers."""

    name: str
    clients: int
    photo: PhotoKind

    @property
    def title(self) -> str:
        return f"{self.clients} client{'s' if self.clients > 1 else ''}, {self.photo.name}"


@dataclass(frozen=True, slots=True)
class Open:
    """Strangers who do not, at `fraction` of what the server did for `CAPACITY` in the same round."""

    name: str
    fraction: float

    @property
    def title(self) -> str:
        return f"arrivals at {self.fraction:.0%} of capacity"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done `rounds` times; each closed load, open load and limit takes that many seconds.

    `overload` is for PaiShi alone: the demo's threads would take all memory.
    """

    closed: tuple[Closed, ...]
    open: tuple[Open, ...]
    overload: Open | None
    limits: bool
    rounds: int
    seconds: float
    open_seconds: float
    limit_seconds: float

    @property
    def points(self) -> tuple[Closed | Open, ...]:
        return *self.closed, *self.open


CAPACITY = Closed("32", 32, SMALL)

_CLOSED = (
    Closed("1", 1, SMALL),
    Closed("8", 8, SMALL),
    CAPACITY,
    Closed("64", 64, SMALL),
    Closed("12mp", 8, PHONE),
)
_OPEN = (Open("open50", 0.5), Open("open80", 0.8), Open("open200", 2.0))
_OVERLOAD = Open("open1000", 10.0)
_QUICK = {"1", "32", "12mp", "open80", "limits"}

NAMES = (*(point.name for point in (*_CLOSED, *_OPEN, _OVERLOAD)), "limits")


def make_plan(quick: bool, rounds: int | None, seconds: float | None, only: set[str]) -> Plan:
    """`only` names from `NAMES`, all where it is empty. `CAPACITY` comes along where arrivals need it."""
    wanted = only or (_QUICK if quick else set(NAMES))
    arrivals = tuple(point for point in _OPEN if point.name in wanted)
    overload = _OVERLOAD if _OVERLOAD.name in wanted else None
    if arrivals or overload:
        wanted = wanted | {CAPACITY.name}
    spell = seconds or (2.5 if quick else 5.0)
    return Plan(
        closed=tuple(point for point in _CLOSED if point.name in wanted),
        open=arrivals,
        overload=overload,
        limits="limits" in wanted,
        rounds=rounds or (2 if quick else 3),
        seconds=spell,
        open_seconds=spell * (1.0 if quick else 1.6),
        limit_seconds=0.5 if quick else 1.0,
    )
