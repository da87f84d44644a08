"""Joins frames into a moving picture: `python animate.py FOLDER FILE.webp`.

FOLDER has `frames.json`, an array of [PNG file, milliseconds].
"""

import json
import sys
from pathlib import Path

from PIL import Image


def animate(folder: Path, target: Path) -> None:
    """Writes an animated WebP that repeats for ever."""
    shown = json.loads((folder / "frames.json").read_text("utf-8"))
    frames = [Image.open(folder / name).convert("RGB") for name, _ in shown]
    durations = [milliseconds for _, milliseconds in shown]
    frames[0].save(
        target, save_all=True, append_images=frames[1:], duration=durations, loop=0, quality=80, method=4
    )


if __name__ == "__main__":
    animate(Path(sys.argv[1]), Path(sys.argv[2]))
