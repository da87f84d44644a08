"""Position and colours of grids on pictures."""

import numpy as np
import pytest
from PIL import Image

from paishi.choices import Fit
from paishi.photo.fit import Box, boxes, fit
from paishi.photo.heatmap import WHOLE, overlay, resampled

GREY = Image.new("RGB", (80, 40), (120, 120, 120))


def lightness(colours: np.ndarray) -> np.ndarray:
    """CIE L* of sRGB colours, a scale other than the one that made them."""
    linear = np.where(
        colours <= 0.04045 * 255, colours / 255 / 12.92, ((colours / 255 + 0.055) / 1.055) ** 2.4
    )
    return 116 * np.cbrt(linear @ (0.2126, 0.7152, 0.0722)) - 16


def test_a_grid_on_the_whole_keeps_its_values() -> None:
    grid = np.arange(12, dtype=np.float32).reshape(3, 4)
    assert np.abs(resampled(grid, WHOLE, 3, 4).mean() - grid.mean()) < 1e-5
    fine = resampled(grid, WHOLE, 300, 400)
    assert np.abs(fine[50::100, 50::100] - grid).max() < 0.1
    assert (fine.min(), fine.max()) == (0, 11)
    assert (np.diff(fine, axis=0) >= -1e-5).all()
    assert (np.diff(fine, axis=1) >= -1e-5).all()


def test_nothing_is_laid_beyond_the_box() -> None:
    on_photo = resampled(np.ones((7, 7), np.float32), (0.25, 0.5, 0.75, 1.0), 8, 8)
    expected = np.zeros((8, 8))
    expected[4:, 2:6] = 1
    assert np.abs(on_photo - expected).max() < 1e-6


def test_a_box_smaller_than_a_cell_is_not_lost() -> None:
    """As the centre of a very long photo is."""
    on_photo = resampled(np.ones((7, 7), np.float32), (0.47, 0.0, 0.53, 1.0), 4, 8)
    assert on_photo.sum() > 0


@pytest.mark.parametrize("way", ["crop", "squash"])
@pytest.mark.parametrize("size", [(640, 360), (300, 500), (224, 224)])
def test_a_view_laid_on_its_box_is_the_picture(size: tuple[int, int], way: Fit) -> None:
    """A picture with a slope, through `fit` and back, is where it was."""
    width, height = size
    slope = np.linspace(0, 255, width)[None, :] / 2 + np.linspace(0, 255, height)[:, None] / 2
    picture = Image.fromarray(np.repeat(slope[..., None], 3, axis=2).astype(np.uint8))
    [view], [box] = fit(picture, 224, way), boxes(width, height, 224, way)
    left, top, right, bottom = box
    back = resampled(
        view[..., 0].astype(np.float32),
        (left / width, top / height, right / width, bottom / height),
        height,
        width,
    )
    rows, columns = slice(round(top) + 2, round(bottom) - 2), slice(round(left) + 2, round(right) - 2)
    assert np.abs(back - slope)[rows, columns].max() < 3
    assert back[rows, columns].size > 0.5 * min(size) ** 2


def shown(value: float, box: Box = WHOLE) -> np.ndarray:
    return np.asarray(overlay(GREY, np.full((2, 2), value, np.float32), box), np.float32)


def test_nothing_covers_a_value_of_nothing() -> None:
    assert (shown(0) == 120).all()


def test_parts_outside_the_view_are_dark() -> None:
    picture = shown(0, (0.25, 0.0, 0.75, 1.0))
    assert (picture[:, 21:59] == 120).all()
    assert (picture[:, :20] < 60).all()
    assert (picture[:, 60:] < 60).all()


def test_more_is_lighter_in_even_steps() -> None:
    black = Image.new("RGB", (256, 1))
    slope = np.linspace(0, 1, 256, dtype=np.float32)[None]
    colours = np.asarray(overlay(black, slope, WHOLE), np.float32)[0]
    assert (np.diff(lightness(colours)) > -0.6).all()
    full = colours / (0.75 * np.sqrt(np.linspace(1e-3, 1, 256)))[:, None]  # without the cover
    steps = np.diff(lightness(full.clip(0, 255))[32:].reshape(-1, 32).mean(axis=1))
    assert (steps > 0.5 * steps.mean()).all()
