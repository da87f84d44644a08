"""A drawing of a model, layer upon layer: as SVG, or as PNG by Pillow. Graphviz is used if it is there."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from paishi.gallery.graph import Layer

_HEIGHT, _GAP, _MARGIN, _LANE = 58, 34, 24, 26
_SPACE = 22
_FONT, _SMALL = 14, 12
_LETTER = 7.6
"""Width of a letter of `_FONT`, about; boxes are as wide as the longest line of all."""

_COLOURS = (
    (("Input",), "#e8eaed"),
    (("Conv", "LocallyConnected"), "#d2e3fc"),
    (("Pool", "Cropping", "Padding", "UpSampling"), "#fde7c8"),
    (("LSTM", "GRU", "RNN", "TimeDistributed", "Embedding"), "#e6d7f7"),
    (("Dense", "My"), "#d5efdc"),
    (("Concatenate", "Add", "Subtract", "Multiply"), "#fbd9d7"),
)
_OTHER = "#f7f7f7"
_LINE, _TEXT = "#5f6368", "#202124"

_LONGEST = 30_000
"""Pixels of a side of a PNG; many programs refuse more than 32,767."""


@dataclass(slots=True)
class _Node:
    """A box, or without a layer a bend of a line that passes a row."""

    layer: Layer | None
    width: float
    parents: list["_Node"] = field(default_factory=list)
    x: float = 0.0  # of the centre
    y: float = 0.0  # of the top


_Line = list[tuple[float, float]]
"""Points from the bottom of a box to the top of another."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and the lines between them, placed."""

    width: float
    height: float
    boxes: list[_Node]
    lines: list[_Line]

    def svg(self) -> str:
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width:.0f}" height="{self.height:.0f}" '
            f'viewBox="0 0 {self.width:.0f} {self.height:.0f}" font-family="Helvetica, Arial, sans-serif">',
            '<rect width="100%" height="100%" fill="white"/>',
            f'<g stroke="{_LINE}" stroke-width="1.4" fill="none">',
        ]
        for line in self.lines:
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
            parts.append(f'<polyline points="{points}"/>')
        parts.append("</g>")
        for box in self.boxes:
            left = box.x - box.width / 2
            parts.append(
                f'<rect x="{left:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{_HEIGHT}" rx="6" '
                f'fill="{_colour(box.layer)}" stroke="{_LINE}"/>'
            )
            for (text, size), y in zip(_texts(box.layer), (19, 35, 50), strict=True):
                weight = ' font-weight="bold"' if size == _FONT else ""
                parts.append(
                    f'<text x="{box.x:.1f}" y="{box.y + y:.1f}" font-size="{size}"{weight} fill="{_TEXT}" '
                    f'text-anchor="middle">{escape(text)}</text>'
                )
        return "\n".join([*parts, "</svg>", ""])

    def png(self) -> bytes:
        """Twice the size of the SVG, or less if it would be too long."""
        scale = min(2.0, _LONGEST / max(self.width, self.height))
        image = Image.new("RGB", (round(self.width * scale), round(self.height * scale)), "white")
        draw = ImageDraw.Draw(image)
        fonts = {size: ImageFont.load_default(size * scale) for size in (_FONT, _SMALL)}
        for line in self.lines:
            draw.line([(x * scale, y * scale) for x, y in line], _LINE, max(1, round(1.4 * scale)), "curve")
        for box in self.boxes:
            left, right = (box.x - box.width / 2) * scale, (box.x + box.width / 2) * scale
            corners = (left, box.y * scale, right, (box.y + _HEIGHT) * scale)
            draw.rounded_rectangle(corners, 6 * scale, _colour(box.layer), _LINE)
            for (text, size), y in zip(_texts(box.layer), (19, 35, 50), strict=True):
                draw.text((box.x * scale, (box.y + y) * scale), text, _TEXT, fonts[size], anchor="ms")
        file = BytesIO()
        image.save(file, "PNG", optimize=True)
        return file.getvalue()


def draw(layers: Sequence[Layer], dot: str | None = None) -> Drawing:
    """Places each layer below all that it gets its input from; lines go around the boxes between.

    Graphviz places them if `dot`, its program, is given and works.
    """
    if dot:
        with suppress(OSError, subprocess.CalledProcessError):
            return _by_graphviz(layers, dot)
    rows = _rows(layers)
    _order(rows)
    _place(rows)
    nodes = [node for row in rows for node in row]
    left = min(node.x - node.width / 2 for node in nodes)
    for node in nodes:
        node.x += _MARGIN - left
    return Drawing(
        max(node.x + node.width / 2 for node in nodes) + _MARGIN,
        len(rows) * (_HEIGHT + _GAP) - _GAP + 2 * _MARGIN,
        [node for node in nodes if node.layer is not None],
        list(_lines(nodes)),
    )


def _lines(nodes: Sequence[_Node]) -> Iterator[_Line]:
    for node in nodes:
        for parent in node.parents:
            line = [(parent.x, parent.y + _HEIGHT), (node.x, node.y)]
            yield [*line, (node.x, node.y + _HEIGHT)] if node.layer is None else line


def _by_graphviz(layers: Sequence[Layer], dot: str) -> Drawing:
    numbers = {layer.name: number for number, layer in enumerate(layers)}
    width = _width(layers)
    edges = [
        f"{numbers[name]}:s -> {number}:n" for number, layer in enumerate(layers) for name in layer.sources
    ]
    inch = 72  # Graphviz's unit of sizes is the inch, of everything else this part of it
    text = "\n".join(
        [
            f"digraph {{ splines=polyline ranksep={_GAP / inch:.3f} nodesep={_SPACE / inch:.3f}",
            f"node [shape=box fixedsize=true width={width / inch:.3f} height={_HEIGHT / inch:.3f}]",
            "edge [dir=none]",
            *map(str, range(len(layers))),
            *edges,
            "}",
        ]
    )
    found = subprocess.run([dot, "-Tplain"], input=text, capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in found.splitlines()]
    whole = float(rows[0][3])  # graph SCALE WIDTH HEIGHT; y goes up

    def point(x: str, y: str) -> tuple[float, float]:
        return _MARGIN + float(x) * inch, _MARGIN + (whole - float(y)) * inch

    boxes, lines = [], []
    for row in rows:
        if row[0] == "node":  # node NAME X Y ...
            x, middle = point(row[2], row[3])
            boxes.append(_Node(layers[int(row[1])], width, x=x, y=middle - _HEIGHT / 2))
        elif row[0] == "edge":  # edge FROM TO N X Y ..., of curves whose every third point they pass
            points = [point(*row[at : at + 2]) for at in range(4, 4 + 2 * int(row[3]), 6)]
            lines.append(points)
    return Drawing(float(rows[0][2]) * inch + 2 * _MARGIN, whole * inch + 2 * _MARGIN, boxes, lines)


def _rows(layers: Sequence[Layer]) -> list[list[_Node]]:
    depths: dict[str, int] = {}
    for layer in layers:  # Keras's order: sources come first
        depths[layer.name] = 1 + max((depths[name] for name in layer.sources), default=-1)
    for layer in layers:  # an input stands directly above what takes it first
        if not layer.sources:
            takers = [depths[other.name] for other in layers if layer.name in other.sources]
            depths[layer.name] = min(takers, default=1) - 1
    rows: list[list[_Node]] = [[] for _ in range(max(depths.values()) + 1)]
    nodes: dict[str, _Node] = {}
    width = _width(layers)
    for layer in sorted(layers, key=lambda layer: depths[layer.name]):
        nodes[layer.name] = node = _Node(layer, width)
        depth = depths[layer.name]
        node.parents = [_line_to(rows, nodes[name], depths[name], depth) for name in layer.sources]
        rows[depth].append(node)
    return rows


def _width(layers: Sequence[Layer]) -> float:
    return max(len(text) * _LETTER * size / _FONT for layer in layers for text, size in _texts(layer)) + 24


def _line_to(rows: list[list[_Node]], parent: _Node, begin: int, end: int) -> _Node:
    """Adds a bend in each row between; returns what the line into row `end` comes from."""
    for row in rows[begin + 1 : end]:
        bend = _Node(None, _LANE, [parent])
        row.append(bend)
        parent = bend
    return parent


def _order(rows: list[list[_Node]]) -> None:
    """Sorts each row by where its nodes' parents stand in the row before."""
    for row, before in zip(rows[1:], rows, strict=False):
        places = {id(node): place for place, node in enumerate(before)}

        def centre(node: _Node, places: dict[int, int] = places) -> float:
            known = [places[id(parent)] for parent in node.parents if id(parent) in places]
            return sum(known) / len(known) if known else len(places)

        row.sort(key=centre)


def _place(rows: list[list[_Node]]) -> None:
    """Puts each node below its parents, and moves a row's nodes apart where they would touch."""
    for number, row in enumerate(rows):
        wanted = [
            sum(parent.x for parent in node.parents) / len(node.parents) if node.parents else 0.0
            for node in row
        ]
        x = float("-inf")
        for node, want in zip(row, wanted, strict=True):
            node.x = max(want, x + node.width / 2)
            x = node.x + node.width / 2 + _SPACE
        shift = sum(node.x - want for node, want in zip(row, wanted, strict=True)) / len(row)
        for node in row:
            node.x -= shift
            node.y = _MARGIN + number * (_HEIGHT + _GAP)


def _texts(layer: Layer | None) -> list[tuple[str, int]]:
    if layer is None:
        return []
    calls = f", {len(layer.calls)} calls" if len(layer.calls) > 1 else ""
    params = f"{layer.params:,} parameters" if layer.params else ""
    return [(f"{layer.kind}{calls}", _FONT), (layer.output, _SMALL), (params or layer.name, _SMALL)]


def _colour(layer: Layer | None) -> str:
    kind = layer.kind if layer else ""
    return next((colour for parts, colour in _COLOURS if any(part in kind for part in parts)), _OTHER)
