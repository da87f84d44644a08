"""All hostile files, by kind."""

from collections.abc import Callable, Iterable
from functools import cache

from tests.server.hostile import damaged, gifs_and_bmps, heifs_and_webps, jpegs, pngs, strangers
from tests.server.hostile.case import Case

KINDS: dict[str, Callable[[], Iterable[Case]]] = {
    "jpegs": jpegs.cases,
    "pngs": pngs.cases,
    "gifs and bmps": gifs_and_bmps.cases,
    "heifs and webps": heifs_and_webps.cases,
    "strangers": strangers.cases,
    "damaged": damaged.cases,
}


@cache
def corpus(kind: str) -> list[Case]:
    """Made once; all of them together take 30 MB."""
    return list(KINDS[kind]())
