import io

import pytest
from PIL import Image

from tests.server.photo.scenes import assert_close, decoded, pixels, scene
from tests.server.pictures import file_of

OTHER = Image.new("RGB", (96, 64), (250, 10, 240))


@pytest.mark.parametrize(
    ("kind", "options", "most"),
    [
        ("WEBP", {"lossless": True}, 0),
        ("PNG", {}, 0),
        ("AVIF", {"quality": 100, "subsampling": "4:4:4"}, 4),
    ],
)
def test_animation_gives_its_first_frame(kind: str, options: dict[str, object], most: int) -> None:
    file = file_of(scene(), kind, save_all=True, append_images=[OTHER, OTHER], duration=100, **options)
    assert getattr(Image.open(io.BytesIO(file)), "n_frames", 1) > 1
    assert_close(decoded(file), pixels(scene()), most)


def test_gif_gives_its_first_frame() -> None:
    first, second = (Image.new("P", (20, 10), 1) for _ in range(2))
    first.putpalette([0, 0, 0, 30, 60, 90])
    second.putpalette([0, 0, 0, 200, 0, 0])
    file = file_of(first, "GIF", save_all=True, append_images=[second])
    assert (decoded(file) == (30, 60, 90)).all()


def test_gif_frame_smaller_than_its_screen_leaves_white_around() -> None:
    frame = Image.new("P", (2, 2), 1)
    frame.putpalette([9, 9, 9, 30, 60, 90])
    frame.putpixel((1, 1), 0)
    file = bytearray(file_of(frame, "GIF", transparency=0, optimize=False))
    file[6:10] = b"\4\0\3\0"
    got = decoded(bytes(file))
    assert got.shape == (3, 4, 3)
    assert (got[0, :2] == (30, 60, 90)).all()
    assert (got[2] == 255).all()
    assert (got[:, 2:] == 255).all()


def test_several_pictures_in_one_jpeg() -> None:
    """A phone's MPO: the photo, then a depth map or the other eye."""
    file = file_of(scene(), "MPO", save_all=True, append_images=[OTHER], quality=95, subsampling=0)
    alone = file_of(scene(), "JPEG", quality=95, subsampling=0)
    assert len(file) > len(alone)
    assert_close(decoded(file), decoded(alone), 0)
    assert_close(decoded(file, short_side=32), decoded(alone, short_side=32), 0)


def test_mpo_with_a_broken_index_is_its_first_picture() -> None:
    file = file_of(scene(), "MPO", save_all=True, append_images=[OTHER], quality=95)
    at = file.index(b"MPF\0") + 4
    assert decoded(file[:at] + b"\xff" * 30 + file[at + 30 :]).shape == (64, 96, 3)
