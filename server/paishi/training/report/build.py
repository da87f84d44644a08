"""Gathers what the report shows, and writes it."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paishi.recognition.labels import Label
from paishi.system.atomic_write import write_whole
from paishi.training.doubtful import Doubtful
from paishi.training.evaluation import Evaluation
from paishi.training.likeness import Likeness, Pair
from paishi.training.options import Logs
from paishi.training.photo_set import Photo
from paishi.training.pictures import PictureReader, Unreadable
from paishi.training.report import charts

_HERE = Path(__file__).parent
_SIDE = 176  # pixels of a picture
_MOST_PICTURES = 1500
"""Pictures in one page, of some 6 kB each."""
_MOST_CLASSES = 40
_WORST = 24
_PAIRS = 24
_SHOWN_ABOVE = ("accuracy", "photos")


@dataclass(frozen=True, slots=True)
class Alike:
    """What is known only of a training: all `photos`, which of them are doubtful or alike, and `leaks`."""

    photos: Sequence[Photo]
    likeness: Likeness
    leaks: Sequence[Pair]
    doubtful: Sequence[Doubtful]


@dataclass(frozen=True, slots=True)
class Report:
    """What the report shows of a model: figures of `photos`, and of its training, if that was here.

    `folder` is the one of photos; `made` has what the model was made from.
    """

    model: str
    folder: Path
    labels: Sequence[Label]
    evaluation: Evaluation
    photos: Sequence[Photo]
    unreadable: Sequence[Unreadable]
    made: Mapping[str, Any]
    history: Mapping[str, Sequence[Logs]]
    trained_on: int = 0
    alike: Alike | None = None


def write_report(report: Report, page: Path, reader: PictureReader) -> None:
    """Writes `page`, which needs no other file, and its charts beside it. Raises OSError."""
    data = _Gathering(report, reader).data()
    text = (_HERE / "page.html").read_text(encoding="utf-8")
    for place, content in (
        ("STYLE", (_HERE / "page.css").read_text(encoding="utf-8")),
        ("SCRIPT", (_HERE / "page.js").read_text(encoding="utf-8")),
        # Within a script only "</" and "<!--" mean anything to HTML.
        ("DATA", json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")),
    ):
        text = text.replace(f"/*{place}*/", content, 1)
    for name, png in _charts(report, charts.PAPER).items():
        write_whole(page.with_name(f"{page.stem}-{name}.png"), png)
    write_whole(page, text.encode())


def _charts(report: Report, theme: charts.Theme) -> dict[str, bytes]:
    found = {"reliability": charts.reliability(report.evaluation.reliability(), theme)}
    if report.history:
        found["curves"] = charts.curves(report.history, theme)
    if theme.words:
        shown = _shown(report.evaluation)
        matrix = report.evaluation.confusion[np.ix_(shown, shown)]
        found["confusion"] = charts.confusion(matrix, [report.labels[index].en for index in shown], theme)
    return found


def _shown(evaluation: Evaluation) -> NDArray[np.intp]:
    """Classes in the matrix: those with photos or names, or of these the ones that are confused most."""
    involved = np.union1d(evaluation.labels, evaluation.first)
    if len(involved) <= _MOST_CLASSES:
        return involved
    wrong = ~evaluation.is_right
    confused = np.concatenate([evaluation.labels[wrong], evaluation.first[wrong]])
    counts = np.bincount(confused, minlength=len(evaluation.classes))[involved]
    return np.asarray(np.sort(involved[np.argsort(-counts, kind="stable")[:_MOST_CLASSES]]), np.intp)


class _Gathering:
    """Collects the data of a page and the pictures that it shows."""

    def __init__(self, report: Report, reader: PictureReader) -> None:
        self._report = report
        self._reader = reader
        self._pictures: dict[Path, str] = {}

    def data(self) -> dict[str, Any]:
        report, evaluation = self._report, self._report.evaluation
        worst = list(evaluation.worst()[:_WORST])
        shown = _shown(evaluation)
        alike = self._alike()
        self._read(self._wanted(worst))
        light, dark = _charts(report, charts.LIGHT), _charts(report, charts.DARK)
        return {
            "model": report.model,
            "accuracy": evaluation.accuracy._asdict(),
            "confidence": evaluation.confidence()._asdict(),
            "calibration": evaluation.calibration_error,
            "counts": {"train": report.trained_on, "val": len(report.photos)},
            "classes": [{"name": {"zh": label.zh, "en": label.en}} for label in report.labels],
            "shown": shown.tolist(),
            "involved": len(np.union1d(evaluation.labels, evaluation.first)),
            "matrix": _sparse(evaluation),
            "figures": [
                {
                    "index": index,
                    "precision": figures.precision._asdict(),
                    "recall": figures.recall._asdict(),
                }
                for index, figures in enumerate(evaluation.of_classes())
                if figures.precision.of or figures.recall.of
            ],
            "photos": [
                self._photo(photo) | {"first": int(first), "probability": float(probability)}
                for photo, first, probability in zip(
                    report.photos, evaluation.first, evaluation.first_probability, strict=True
                )
            ],
            "worst": worst,
            "doubtful": self._doubtful(),
            "alike": alike,
            "reliability": [
                {**one._asdict(), "right": one.right._asdict()} for one in evaluation.reliability()
            ],
            "charts": {
                name: {"light": _address(png, "png"), "dark": _address(dark[name], "png")}
                for name, png in light.items()
            },
            "colours": {"training": charts.TRAINING, "validation": charts.VALIDATION},
            "made": {name: value for name, value in report.made.items() if name not in _SHOWN_ABOVE},
            "unreadable": [(self._shown_file(one.file), one.reason) for one in report.unreadable],
            "pictures": {self._shown_file(file): address for file, address in self._pictures.items()},
        }

    def _wanted(self, worst: Iterable[int]) -> list[Path]:
        """Files to show, those that matter most first."""
        report = self._report
        files = [report.photos[index].file for index in worst]
        if alike := report.alike:
            files += [alike.photos[one.photo].file for one in alike.doubtful]
            pairs = (*alike.likeness.copies[:_PAIRS], *alike.likeness.series[:_PAIRS])
            files += [alike.photos[index].file for pair in pairs for index in pair]
        is_right = report.evaluation.is_right
        files += [photo.file for photo, right in zip(report.photos, is_right, strict=True) if not right]
        files += [photo.file for photo in report.photos]
        return list(dict.fromkeys(files))[:_MOST_PICTURES]

    def _read(self, files: Sequence[Path]) -> None:
        jpegs = self._reader.each(files, lambda file: self._reader.thumbnail(file, _SIDE))
        for file, jpeg in zip(files, jpegs, strict=True):
            if jpeg:
                self._pictures[file] = _address(jpeg, "jpeg")

    def _photo(self, photo: Photo) -> dict[str, Any]:
        name = self._shown_file(photo.file)
        return {"file": name, "picture": name, "label": photo.label}

    def _shown_file(self, file: Path) -> str:
        name = str(file.relative_to(self._report.folder))
        return name.encode(errors="replace").decode()

    def _doubtful(self) -> list[dict[str, Any]] | None:
        if self._report.alike is None:
            return None
        return [
            self._photo(self._report.alike.photos[one.photo])
            | {"suggested": one.suggested, "probability": one.probability}
            for one in self._report.alike.doubtful
        ]

    def _alike(self) -> dict[str, Any] | None:
        """Pairs of both kinds; the first of each with its photos."""
        alike = self._report.alike
        if alike is None:
            return None
        leaks = set(alike.leaks)
        return {
            kind: [
                {
                    "leaks": pair in leaks,
                    "photos": [self._photo(alike.photos[index]) for index in pair if number < _PAIRS],
                }
                for number, pair in enumerate(pairs)
            ]
            for kind, pairs in (("copies", alike.likeness.copies), ("series", alike.likeness.series))
        }


def _sparse(evaluation: Evaluation) -> dict[str, dict[str, int]]:
    matrix: dict[str, dict[str, int]] = {}
    for label, first in zip(evaluation.labels.tolist(), evaluation.first.tolist(), strict=True):
        row = matrix.setdefault(str(label), {})
        row[str(first)] = row.get(str(first), 0) + 1
    return matrix


def _address(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
