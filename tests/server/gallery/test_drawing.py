import re
import shutil
from collections.abc import Iterator
from io import BytesIO
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from PIL import Image

from paishi.gallery.build import build_to_look_at
from paishi.gallery.drawing import draw
from paishi.gallery.entries import find_entry
from paishi.gallery.graph import Layer, read_graph

KEYS = ["unet", "inception_module", "shared_extractor", "headline", "tweets", "recurrent_stack"]
SVG = "{http://www.w3.org/2000/svg}"


def graph(key: str) -> list[Layer]:
    return read_graph(build_to_look_at(find_entry(key)))


def boxes(svg: str) -> Iterator[tuple[float, float, float, float]]:
    """Left, top, right and bottom."""
    for box in ElementTree.fromstring(svg).iter(f"{SVG}rect"):
        if box.get("x"):
            left, top, width, height = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
            yield left, top, left + width, top + height


def lines(svg: str) -> list[list[tuple[float, float]]]:
    found = ElementTree.fromstring(svg).iter(f"{SVG}polyline")
    return [
        [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()] for line in found
    ]


def pieces(svg: str) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    for line in lines(svg):
        yield from pairwise(line)


@pytest.fixture(params=[False, True], ids=["alone", "by Graphviz"])
def dot(request: pytest.FixtureRequest) -> str | None:
    found = shutil.which("dot") if request.param else None
    if request.param and not found:
        pytest.skip("Graphviz is not installed")
    return found


@pytest.mark.parametrize("key", KEYS)
def test_boxes_do_not_touch_and_lie_inside(key: str, dot: str | None) -> None:
    drawing = draw(graph(key), dot)
    found = list(boxes(drawing.svg()))
    assert len(found) == len(graph(key))
    for a, b in combinations(found, 2):
        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]
    for left, top, right, bottom in found:
        assert left > 0
        assert top > 0
        assert right < drawing.width
        assert bottom < drawing.height


@pytest.mark.parametrize("key", KEYS)
def test_no_line_runs_through_a_box(key: str, dot: str | None) -> None:
    svg = draw(graph(key), dot).svg()
    for (x1, y1), (x2, y2) in pieces(svg):
        for left, top, right, bottom in boxes(svg):
            for share in (0.1, 0.3, 0.5, 0.7, 0.9):
                x, y = x1 + share * (x2 - x1), y1 + share * (y2 - y1)
                assert not (left < x < right and top < y < bottom), (key, x, y)


@pytest.mark.parametrize("key", KEYS)
def test_every_call_is_a_line_that_goes_down(key: str, dot: str | None) -> None:
    svg = draw(graph(key), dot).svg()
    assert all(y1 < y2 for (_, y1), (_, y2) in pieces(svg))
    arrive = {(x, y) for line in lines(svg) for x, y in line[-1:]}
    for left, top, right, _ in boxes(svg):
        if top > min(box[1] for box in boxes(svg)) and key != "headline":  # its second input stands lower
            assert any(left < x < right and abs(y - top) < 0.5 for x, y in arrive)


def test_a_graphviz_that_fails_is_not_needed() -> None:
    layers = graph("tweets")
    assert draw(layers, shutil.which("false")).svg() == draw(layers, "/not/there").svg() == draw(layers).svg()


def test_what_it_writes() -> None:
    svg = draw(graph("tweets")).svg()
    assert "LSTM, 2 calls" in svg
    assert "82,176 parameters" in svg
    assert re.search(r"\(None, 280, 256\)", svg)


def test_a_png_shows_the_same() -> None:
    drawing = draw(graph("residual"))
    image = Image.open(BytesIO(drawing.png()))
    assert image.size == (round(2 * drawing.width), round(2 * drawing.height))
    for left, top, right, _ in boxes(drawing.svg()):
        inside = image.getpixel((round(left + right), round(2 * top + 12)))
        assert inside != (255, 255, 255)


def test_a_long_png_stays_readable_by_other_programs() -> None:
    image = Image.open(BytesIO(draw(graph("densenet169_base")).png()))
    assert image.height == 30_000


def test_a_shared_layer_has_its_calls() -> None:
    lstm = next(layer for layer in graph("tweets") if layer.kind == "LSTM")
    assert [[str(source) for source in call] for call in lstm.calls] == [
        ["input_layer[0][0]"],
        ["input_layer_1[0][0]"],
    ]
    joined = next(layer for layer in graph("tweets") if layer.kind == "Concatenate")
    assert [str(source) for source in joined.calls[0]] == ["lstm[0][0]", "lstm[1][0]"]


def test_a_reused_block_comes_from_itself() -> None:
    block = graph("module_reuse")[-1]
    assert [str(source) for call in block.calls for source in call] == ["conv2d_1[0][0]", "block[0][0]"]
    assert block.sources == ["conv2d_1"]
