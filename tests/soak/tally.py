"""What was sent in one spell of load, and what came of it."""

import math
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Spell:
    """`answers` and `refusals` are seconds each took. `sent` counts by kind of client, `outcomes` by kind and
    what came. `wrong` has what must never be: a 5xx other than a refusal, a lost or a mixed-up answer."""

    name: str
    seconds: float = 0.0
    sent: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    answers: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)

    def note(self, client: str, outcome: str) -> None:
        self.sent[client] += 1
        self.outcomes[client, outcome] += 1

    def fault(self, client: str, what: str) -> None:
        self.note(client, what)
        self.wrong[f"{client}: {what}"] += 1


def as_json(spell: Spell) -> dict[str, object]:
    """What JSON can carry of it, without every single time."""
    return {
        "name": spell.name,
        "seconds": spell.seconds,
        "sent": dict(spell.sent),
        "outcomes": [[client, outcome, count] for (client, outcome), count in spell.outcomes.items()],
        "answered_ms": {percent: percentile_ms(spell.answers, percent) for percent in (50, 99)},
        "refused_ms": {percent: percentile_ms(spell.refusals, percent) for percent in (50, 99)},
        "wrong": dict(spell.wrong),
    }


def percentile_ms(seconds: list[float], percent: float) -> float | None:
    """By nearest rank, in milliseconds; None of nothing."""
    if not seconds:
        return None
    return 1000 * sorted(seconds)[max(0, math.ceil(percent / 100 * len(seconds)) - 1)]
