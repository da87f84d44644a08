"""The table of entries, as data: reading it loads no Keras."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple


class UnknownEntry(Exception):
    """There is no entry or task of that name; the message has the nearest."""


class Sentences(NamedTuple):
    en: str
    zh: str


class LayerCount(NamedTuple):
    """Class and number of parameters of a layer."""

    kind: str
    params: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A model or a layer of the gallery, and what is known of it.

    `outputs` are shapes as text, `params` total, trainable and non-trainable parameters, `depth` the number
    of layers. `layers` are the first ones, in Keras's order; lecture notes print the first `prints_layers` of
    them, and those in `prints_named` by name. `error` and `change` are None if there is nothing to say.
    `side` is that of the photos on which it can be trained from scratch, in pixels, 0 if it takes none.
    """

    key: str
    family: str
    task: str
    purpose: Sentences
    outputs: tuple[str, ...]
    params: tuple[int, int, int]
    depth: int
    layers: tuple[LayerCount, ...]
    prints_params: bool
    prints_layers: int
    prints_named: dict[str, int]
    error: Sentences | None
    change: Sentences | None
    side: int
    lesson: str
    train: str


@cache
def entries() -> dict[str, Entry]:
    """All entries by key, in the order of the table."""
    table = tomllib.loads(files(__package__).joinpath("entries.toml").read_text(encoding="utf-8"))
    return {key: _entry(key, row) for key, row in table.items()}


def find_entry(key: str) -> Entry:
    """Raises UnknownEntry, which suggests the nearest keys."""
    plain = key.strip().lower().replace("-", "_")
    if plain in entries():
        return entries()[plain]
    raise UnknownEntry(_unknown(f"entry {key!r}", plain, list(entries()), "`paishi gallery list` shows all."))


def entries_for(task: str | None) -> list[Entry]:
    """The entries for `task`, or all for None. Raises UnknownEntry."""
    tasks = list(dict.fromkeys(entry.task for entry in entries().values()))
    if task is not None and task not in tasks:
        raise UnknownEntry(_unknown(f"task {task!r}", task.lower(), tasks, f"Tasks are {', '.join(tasks)}."))
    return [entry for entry in entries().values() if task in (None, entry.task)]


def _entry(key: str, row: dict[str, Any]) -> Entry:
    counts = [item.split() for item in row.get("layers", "").split(",") if item.strip()]
    return Entry(
        key=key,
        family=row["family"],
        task=row["task"],
        purpose=Sentences(row["en"], row["zh"]),
        outputs=tuple(row["outputs"]),
        params=tuple(row["params"]),
        depth=row["depth"],
        layers=tuple(LayerCount(kind, int(params)) for kind, params in counts),
        prints_params=row.get("prints_params", False),
        prints_layers=row.get("prints_layers", 0),
        prints_named=row.get("prints_named", {}),
        error=Sentences(**row["error"]) if "error" in row else None,
        change=Sentences(**row["change"]) if "change" in row else None,
        side=row.get("side", 0),
        lesson=row.get("lesson", ""),
        train=row.get("train", ""),
    )


def _unknown(what: str, given: str, known: Sequence[str], otherwise: str) -> str:
    near = get_close_matches(given, known, n=3, cutoff=0.5)
    suggestion = f"Did you mean {' or '.join(near)}?" if near else otherwise
    return f"There is no {what}. {suggestion}"
