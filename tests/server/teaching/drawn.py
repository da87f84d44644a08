"""Drawn things, each in pictures of other sizes, places and colours of the background."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

SIDE = 320
Draw = Callable[[ImageDraw.ImageDraw, int, int, int], None]


def _target(draw: ImageDraw.ImageDraw, x: int, y: int, radius: int) -> None:
    for ring in range(6):
        inner = radius * (6 - ring) // 6
        draw.ellipse((x - inner, y - inner, x + inner, y + inner), ("firebrick", "white")[ring % 2])


def _chequered(draw: ImageDraw.ImageDraw, x: int, y: int, radius: int) -> None:
    side = radius // 3
    for row in range(6):
        for column in range(6):
            left, top = x - radius + column * side, y - radius + row * side
            draw.rectangle((left, top, left + side, top + side), ("black", "gold")[(row + column) % 2])


def _house(draw: ImageDraw.ImageDraw, x: int, y: int, radius: int) -> None:
    draw.rectangle((x - radius, y - radius // 4, x + radius, y + radius), "peru")
    draw.polygon([(x - radius, y - radius // 4), (x + radius, y - radius // 4), (x, y - radius)], "darkred")
    draw.rectangle((x - radius // 5, y + radius // 3, x + radius // 5, y + radius), "saddlebrown")


THINGS: dict[str, Draw] = {"target": _target, "chequered": _chequered, "house": _house}


def picture(thing: str, number: int) -> Image.Image:
    """The thing in its picture `number`, in the middle half of a coloured background."""
    random = np.random.default_rng(number)
    image = Image.new("RGB", (SIDE, SIDE), tuple(int(value) for value in random.integers(90, 230, 3)))
    x, y = (int(value) for value in random.integers(130, 190, 2))
    THINGS[thing](ImageDraw.Draw(image), x, y, int(random.integers(70, 110)))
    return image


def others() -> list[Image.Image]:
    """Pictures of none of them."""
    random = np.random.default_rng(0)
    noise = [Image.fromarray(random.integers(0, 256, (SIDE, SIDE, 3), np.uint8)) for _ in range(2)]
    plain = [Image.new("RGB", (SIDE, SIDE), colour) for colour in ("grey", "skyblue", "olive")]
    lines = []
    for step in (9, 23, 40):
        image = Image.new("RGB", (SIDE, SIDE), "white")
        for place in range(0, SIDE, step):
            ImageDraw.Draw(image).line((place, 0, SIDE - place, SIDE), "navy", 3)
        lines.append(image)
    return [*noise, *plain, *lines]
