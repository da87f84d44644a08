"""Writes a report on pictures made by code: `python -m tests.server.training.report_page FOLDER`."""

import sys
from pathlib import Path

import numpy as np

from paishi.recognition.labels import Label
from paishi.settings import Settings
from paishi.training.doubtful import Doubtful
from paishi.training.evaluation import Evaluation
from paishi.training.likeness import Likeness
from paishi.training.photo_set import find_photo_set
from paishi.training.pictures import Unreadable, picture_reader
from paishi.training.report.build import Alike, Report, write_report
from tests.server.training.photo_folders import colour_folder

HOSTILE = "</script><b onclick=alert(1)>绿 & 'green'"


def write_page(folder: Path, green: str = "green", chinese: str = "绿") -> Path:
    """Three classes of six photos, of which two red ones are named otherwise; returns the page."""
    photos = colour_folder(folder / "photos", ["red", "green", "blue"], count=6)
    photo_set = find_photo_set(photos)
    labels = np.array([photo.label for photo in photo_set.photos], np.intp)
    probabilities = np.full((len(labels), 3), 0.02, np.float32)
    probabilities[np.arange(len(labels)), labels] = 0.96
    red = np.flatnonzero(labels == photo_set.classes.index("red"))
    probabilities[red[0]] = [0.7, 0.2, 0.1]
    probabilities[red[1]] = [0.1, 0.6, 0.3]
    logs = [
        {"loss": loss, "accuracy": 1 - loss / 2, "val_loss": loss + 0.05, "val_accuracy": 0.95 - loss / 2}
        for loss in (0.7, 0.45, 0.3, 0.22, 0.17, 0.13, 0.11)
    ]
    names = {"red": ("red", "红"), "blue": ("blue", "蓝"), "green": (green, chinese)}
    report = Report(
        "colours",
        photos,
        [Label(name, name, *names[name]) for name in photo_set.classes],
        Evaluation(photo_set.classes, labels, probabilities),
        photo_set.photos,
        [Unreadable(photos / "red" / "broken.jpg", "It is damaged.")],
        {"model": "EfficientNetLite0", "seed": 0, "photos": {"train": 60}},
        {"head": logs[:5], "fine-tuning": logs[5:]},
        60,
        Alike(
            photo_set.photos,
            Likeness(copies=((0, 1),), series=((2, 3),)),
            ((0, 1),),
            [Doubtful(4, 1, 0.9)],
        ),
    )
    reader = picture_reader(Settings())
    write_report(report, folder / "report.html", reader)
    reader.decoder.workers.close()
    return folder / "report.html"


if __name__ == "__main__":
    write_page(Path(sys.argv[1], "plain"))
    write_page(Path(sys.argv[1], "hostile"), HOSTILE, HOSTILE)
