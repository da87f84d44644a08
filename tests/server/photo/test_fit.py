import numpy as np
import pytest
from PIL import Image

from paishi.choices import Fit
from paishi.photo.fit import boxes, fit, short_side_for
from tests.server.conftest import need_shared
from tests.server.photo.decoding import decode
from tests.server.photo.scenes import MANY, pixels, scene
from tests.server.pictures import file_of

WAYS: list[tuple[Fit, int]] = [("crop", 1), ("squash", 1), ("both", 2)]
PHOTO = ("photos", "imagenet", "n02509815_lesser_panda.jpg")


@pytest.mark.parametrize(("way", "views"), WAYS)
@pytest.mark.parametrize("size", [96, 224, 299])
@pytest.mark.parametrize("shape", [(1, 1), (640, 480), (480, 640), (1, 65535), (65535, 1), (224, 224)])
def test_shape_and_type(way: Fit, views: int, size: int, shape: tuple[int, int]) -> None:
    got = fit(Image.new("RGB", shape, (200, 30, 60)), size, way)
    assert got.shape == (views, size, size, 3)
    assert got.dtype == np.uint8
    assert (got == (200, 30, 60)).all()


@pytest.mark.parametrize(("way", "views"), WAYS)
@pytest.mark.parametrize("shape", [(1, 1), (640, 480), (480, 640), (1, 65535), (65535, 1)])
def test_an_input_need_not_be_square(way: Fit, views: int, shape: tuple[int, int]) -> None:
    got = fit(Image.new("RGB", shape, (200, 30, 60)), (160, 120), way)
    assert got.shape == (views, 160, 120, 3)
    assert (got == (200, 30, 60)).all()


@pytest.mark.parametrize("shape", [(640, 480), (480, 640), (1000, 300)])
def test_crop_keeps_proportions_and_covers_an_input_that_is_not_square(shape: tuple[int, int]) -> None:
    [(left, top, right, bottom)] = boxes(*shape, (160, 120), "crop")
    assert (right - left) / (bottom - top) == pytest.approx(120 / 160, rel=0.01)
    assert (left + right, top + bottom) == pytest.approx(shape, abs=shape[0] / 60)
    assert max((right - left) / shape[0], (bottom - top) / shape[1]) == pytest.approx(224 / 256, abs=0.01)
    assert boxes(*shape, (160, 120), "squash") == [(0, 0, *shape)]


@pytest.mark.parametrize("way", ["crop", "squash", "both"])
@pytest.mark.parametrize("shape", [(1000, 1000), (4000, 1000), (1000, 4000)])
def test_a_reduced_photo_has_twice_what_is_fitted_on_each_side(way: Fit, shape: tuple[int, int]) -> None:
    short = short_side_for((160, 120), way)
    reduced = [side * short / min(shape) for side in shape]
    for left, top, right, bottom in boxes(*reduced, (160, 120), way):
        assert right - left >= 2 * 120 * 0.99
        assert bottom - top >= 2 * 160 * 0.99


def test_a_square_may_be_given_as_height_and_width() -> None:
    assert (fit(scene(), (96, 96), "both") == fit(scene(), 96, "both")).all()


def two_steps(picture: Image.Image, size: int) -> np.ndarray:
    """The usual recipe, literally: short side to 256/224 of the size, then the centre cut out."""
    scale = size * 256 / 224 / min(picture.size)
    width, height = (round(side * scale) for side in picture.size)
    small = picture.resize((width, height), Image.Resampling.HAMMING)
    left, top = (width - size) // 2, (height - size) // 2
    return pixels(small.crop((left, top, left + size, top + size)))


@pytest.mark.parametrize("shape", [(512, 512), (640, 480), (481, 640), (333, 500), (1023, 257), (100, 130)])
@pytest.mark.parametrize("size", [160, 224])
def test_crop_is_the_two_step_recipe(shape: tuple[int, int], size: int) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (shape[1], shape[0], 3), np.uint8)
    picture = Image.fromarray(noise)
    got = fit(picture, size, "crop")[0].astype(int)
    assert np.abs(got - two_steps(picture, size)).max() <= 1


def test_crop_leaves_the_border_out_and_squash_keeps_it() -> None:
    picture = Image.new("RGB", (800, 400), (255, 0, 0))
    picture.paste((0, 0, 255), (220, 20, 580, 380))
    assert (fit(picture, 224, "crop") == (0, 0, 255)).all()
    squashed = fit(picture, 224, "squash")[0]
    assert (squashed[0, 0] == (255, 0, 0)).all()
    assert (squashed[112, 112] == (0, 0, 255)).all()
    assert (squashed[..., 2] == 255).mean() == pytest.approx(360 * 360 / (800 * 400), abs=0.02)


def test_both_is_squash_then_crop() -> None:
    squash, crop = fit(scene(), 64, "both")
    assert (squash == fit(scene(), 64, "squash")[0]).all()
    assert (crop == fit(scene(), 64, "crop")[0]).all()
    assert (squash != crop).any()


def test_fine_pattern_is_averaged_not_sampled() -> None:
    board = (np.indices((1000, 1000)).sum(0) % 2 * 255).astype(np.uint8)
    views = fit(Image.fromarray(board).convert("RGB"), 224, "both")
    assert np.abs(views.astype(int) - 128).max() < 30


def test_short_side_is_twice_what_is_fitted() -> None:
    assert short_side_for(224, "squash") == 448
    assert short_side_for(224, "crop") == short_side_for(224, "both") == 512
    assert short_side_for(299, "crop") == 684


@pytest.mark.parametrize("way", ["crop", "squash", "both"])
@pytest.mark.parametrize("shape", [(4032, 3024), (1440, 1080)])
def test_reduced_decoding_of_a_real_photo_hardly_shows(way: Fit, shape: tuple[int, int]) -> None:
    photo = Image.open(need_shared(*PHOTO)).convert("RGB").resize(shape)
    file = file_of(photo, "JPEG", quality=92)
    reduced = decode(file, max_pixels=MANY, short_side=short_side_for(224, way))
    assert min(reduced.size) >= short_side_for(224, way)
    assert reduced.width < shape[0]
    full = fit(decode(file, max_pixels=MANY), 224, way).astype(int)
    difference = np.abs(fit(reduced, 224, way) - full)
    assert difference.max() <= 9
    assert difference.mean() < 0.5


@pytest.mark.parametrize("short_side", [100, 129, 257, 600])
def test_jpeg_is_never_reduced_below_what_was_asked(short_side: int) -> None:
    file = file_of(scene(900, 601), "JPEG")
    picture = decode(file, max_pixels=MANY, short_side=short_side)
    assert min(picture.size) >= short_side
    assert picture.width / picture.height == pytest.approx(900 / 601, rel=0.01)
