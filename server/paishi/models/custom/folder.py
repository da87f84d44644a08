"""Custom model: a folder with the file of a model, `labels.json` and optionally `card.json`.

The file is `model.keras`, `model.onnx`, or `inference.pdmodel` with `inference.pdiparams` of Paddle. This
module reads the files as data, runs no code of theirs and imports neither TensorFlow nor OpenVINO. Loading
`model.keras` can run code, so only the operator can name such a folder, by a setting or on the command line,
and a separate process loads it: see `paishi.models.custom.build`. The others hold no code, but a damaged one
may crash what reads it, so they get a separate process as well.
"""

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from paishi.models.backbone import (
    NOT_MEASURED,
    Backbone,
    Confidence,
    Preprocessing,
    PublishedWeights,
    Size,
    height_width,
)
from paishi.models.catalogue import find_backbone
from paishi.models.custom.card import Card, card_of
from paishi.models.custom.graph_file import GraphFile, read_graph_file
from paishi.models.custom.keras_file import KerasFile, read_keras_file
from paishi.models.errors import CustomModelRefused, UnknownModel
from paishi.system.regular_file import read_text

_SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))
_KERAS = ".keras"
_NAMES = {_KERAS: "model.keras", ".onnx": "model.onnx", ".pdmodel": "inference.pdmodel"}
"""Names of a model's file in its folder by their suffix."""
_LISTED = "model.keras, model.onnx or inference.pdmodel"
_OTHERS = ("*.keras", "*.h5", "*.onnx", "*.pdmodel", "inference.json", "*.pt", "*.pth", "*.pdparams")
IMAGENET = 1000  # classes
RGB = 3  # channels
_CONVERSION = 2
"""Version of the conversion of custom models. Increase it with every change of its result."""
_LARGEST_JSON = 16_000_000  # bytes; a name for each of a hundred thousand classes


@dataclass(frozen=True, slots=True)
class CustomModel:
    """A custom model; `name` comes from the card or the folder, `input_size` is that of its input.

    `channels` are those that the file takes: 1 for grey, 3 for RGB, 4 for RGBA. Its served form takes RGB.
    `labels` is None if the names are ImageNet's. `preprocessing` says in a few words where it is from;
    `assumption` is a sentence about it if neither the card nor the model says which it is.
    """

    file: Path
    labels: Path | None
    name: str
    card: Card
    input_size: Size
    channels: int = RGB
    preprocessing: str = ""
    assumption: str = ""

    @property
    def files(self) -> tuple[Path, ...]:
        """All files of the model itself."""
        return files_of(self.file)

    @property
    def needs_keras(self) -> bool:
        return self.file.suffix == _KERAS

    @property
    def backbone(self) -> Backbone:
        """The model as a catalogue entry. `parameters` is 0, because only loading the model would show it.

        The name is safe in file names and differs for each card that gives another conversion.
        """
        plain = re.sub(r"[^\w-]+", "_", self.name)[:40]
        conversion = hashlib.sha256(f"{_CONVERSION} {self.card.conversion}".encode()).hexdigest()[:8]
        return Backbone(
            name=f"custom-{plain}-{conversion}",
            module="",
            input_size=max(height_width(self.input_size)),
            parameters=0,
            top1=None,
            top5=None,
            download_mb=self.megabytes,
            preprocessing=self.card.preprocessing or Preprocessing.NONE,
            weights=PublishedWeights(self.file.name, "", None),
            confidence=self._confidence,
        )

    @property
    def _confidence(self) -> Confidence:
        measured = self.card.confidence
        return Confidence(measured.at, measured.named, measured.right) if measured else NOT_MEASURED

    @property
    def pixels(self) -> str:
        """The size of its input for people, such as "224 x 224 pixels"."""
        height, width = height_width(self.input_size)
        which = "" if height == width else ", height x width"
        return f"{height} x {width} pixels{which}"

    @property
    def megabytes(self) -> float:
        return sum(file.stat().st_size for file in self.files) / 1e6


def files_of(model: Path) -> tuple[Path, ...]:
    """`model` and, if it is Paddle's, the file of its weights."""
    return (model, model.with_suffix(".pdiparams")) if model.suffix == ".pdmodel" else (model,)


def names_folder(model: str) -> bool:
    """Whether PAISHI_MODEL=`model` is a folder, or the file in it; a catalogue name never is."""
    if model.strip().startswith((".", "~")) or any(separator in model for separator in _SEPARATORS):
        return True
    try:
        find_backbone(model)
    except UnknownModel:
        path = path_of(model)
        return bool(model.strip()) and (path.is_dir() or folder_of(model) != path)
    return False


def path_of(model: str) -> Path:
    """Absolute path of the folder or file `model`: another process may have another working directory."""
    return Path(os.path.abspath(Path(model.strip()).expanduser()))


def folder_of(model: str) -> Path:
    """Absolute path of the folder `model`; the file of a model means the folder that it is in."""
    path = path_of(model)
    return path.parent if path.suffix in _NAMES and path.is_file() else path


def shown_name(model: str) -> str:
    """Public name of PAISHI_MODEL=`model`: a folder without its path."""
    return folder_of(model).name if names_folder(model) else model


def find_custom(model: str) -> CustomModel:
    """Reads the folder `model`, except for its labels: see `paishi.recognition.custom_labels`.

    Raises CustomModelRefused if a file is missing or describes a model that cannot be served.
    """
    folder = folder_of(model)
    if folder.is_file():
        raise CustomModelRefused(
            f"PAISHI_MODEL={folder} is no .keras, .onnx or .pdmodel file: {_to_import(folder)}, or name a "
            f"folder with {_LISTED}, and labels.json."
        )
    if not folder.is_dir():
        raise CustomModelRefused(f"PAISHI_MODEL={folder}: there is no such folder. 没有这个文件夹。")
    file = _model_file(model, folder)
    card = _read_card(folder / "card.json")
    found = read_keras_file(file) if file.suffix == _KERAS else read_graph_file(file)
    labels = _labels(folder, found)
    size, channels = _input_size(file, found, card), found.shape[2]
    _check_channels(folder / "card.json", channels, card)
    card, preprocessing, assumption = _preprocessing(file, found, card)
    name = card.name or folder.name
    return CustomModel(file, labels, name, card, size, channels, preprocessing, assumption)


def _model_file(model: str, folder: Path) -> Path:
    path = path_of(model)
    if path != folder:
        file = path
    else:
        present = [folder / name for name in _NAMES.values() if (folder / name).exists()]
        if len(present) > 1:
            names = " and ".join(file.name for file in present)
            raise CustomModelRefused(f"PAISHI_MODEL={folder}: there are {names} in it: name one of them.")
        if not present:
            raise _no_file(folder)
        [file] = present
    if file.is_dir():
        raise CustomModelRefused(
            f"{file} is a folder: it must be the file that model.save('model.keras') writes, not unpacked."
        )
    for part in files_of(file):
        if not part.is_file():
            raise CustomModelRefused(f"{file}: there is no {part.name} beside it, which has its weights.")
    return file


def _no_file(folder: Path) -> CustomModelRefused:
    others = sorted(file for pattern in _OTHERS for file in folder.glob(pattern))
    hint = f" There is {others[0].name}: {_what_to_do(others[0])}." if others else ""
    return CustomModelRefused(
        f"PAISHI_MODEL={folder}: there is no {_LISTED} in it.{hint} 文件夹里没有模型文件。"
    )


def _what_to_do(other: Path) -> str:
    match other.suffix:
        case ".h5" | ".hdf5":
            return f"{_to_import(other.parent)} and serve the new folder"
        case ".pt" | ".pth":
            return "export it with torch.onnx.export(…, 'model.onnx', external_data=False)"
        case ".json":
            return "export it again with FLAGS_enable_pir_api=0, which writes inference.pdmodel"
        case ".pdparams":
            return "export it with PaddleClas's tools/export_model.py, which writes inference.pdmodel"
    return f"rename it, or set PAISHI_MODEL={other}"


def _to_import(path: Path) -> str:
    return f"run `paishi import {path} --to NEW-FOLDER`"


def _labels(folder: Path, found: KerasFile | GraphFile) -> Path | None:
    file = folder / "labels.json"
    if file.is_file():
        return file
    if isinstance(found, GraphFile) and found.classes == IMAGENET:
        return None
    raise CustomModelRefused(
        f"PAISHI_MODEL={folder}: there is no labels.json in it. 文件夹里没有 labels.json。"
    )


def _preprocessing(file: Path, found: KerasFile | GraphFile, card: Card) -> tuple[Card, str, str]:
    """Returns `card` with the preprocessing to use, where it is from, and a sentence if it is assumed."""
    if card.names_preprocessing:
        return card, "as card.json says", ""
    if isinstance(found, KerasFile):
        assumption = _assumption(file, found)
        return card, "not said, so 0..255 as they are" if assumption else "in the model", assumption
    if found.shape[2] != RGB:
        raise CustomModelRefused(
            f"{file} takes {found.shape[2]} channels, for which there is no usual preprocessing: write into "
            'card.json how it was trained, such as {"scale": "0..1"}.'
        )
    usual = card.model_copy(update={"preprocessing": Preprocessing.TORCH})
    return usual, "not said, so torch, the usual one of PyTorch and Paddle", ""


def _input_size(file: Path, found: KerasFile | GraphFile, card: Card) -> Size:
    height, width, _ = found.shape
    if height is not None and width is not None:
        if card.input_size is not None and (height, width) != height_width(card.input_size):
            raise CustomModelRefused(
                f"{file} takes {height} x {width} pixels, but card.json has input_size {card.input_size}: "
                "leave that out."
            )
        return height if height == width else (height, width)
    if card.input_size is None:
        raise CustomModelRefused(
            f"{file} takes pictures of any size: write the side in pixels with which it was trained into "
            'card.json, such as {"input_size": 224}.'
        )
    return card.input_size


def _check_channels(file: Path, channels: int, card: Card) -> None:
    for field in ("mean", "std"):
        values = getattr(card, field)
        if values is not None and len(values) not in (1, channels):
            raise CustomModelRefused(
                f"{file}: {field} has {len(values)} numbers, but the model takes {channels} channels."
            )
    if channels != RGB and (
        card.channels == "bgr" or card.preprocessing in (Preprocessing.CAFFE, Preprocessing.TORCH)
    ):
        raise CustomModelRefused(
            f"{file}: {card.preprocessing or 'channels bgr'} is for three channels, but the model takes "
            f"{channels}."
        )


def _assumption(file: Path, found: KerasFile) -> str:
    if found.preprocesses:
        return ""
    usual = ""
    if found.backbone and found.backbone.preprocessing is not Preprocessing.NONE:
        convention = f'{{"preprocessing": "{found.backbone.preprocessing}"}}'
        usual = f" {found.backbone.name}, which is in it, is usually trained with {convention}."
    return (
        f"{file} has no layer that scales pixels, and card.json does not say how it was trained, so it gets "
        '0..255 as they are. If that is wrong, write {"scale": "0..1"} or another convention into card.json.'
        f"{usual} `paishi check {file.parent} PHOTO` shows the names under each convention."
    )


def _read_card(file: Path) -> Card:
    return card_of(file, read_json(file)) if file.exists() else Card()


def write_json(file: Path, content: object) -> None:
    """Writes `content` as `read_json` takes it. Raises OSError."""
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_json(file: Path) -> object:
    """Reads `file`, JSON in UTF-8 with or without a byte order mark. Raises CustomModelRefused."""
    try:
        found: object = json.loads(read_text(file, _LARGEST_JSON))
        json.dumps(found, ensure_ascii=False).encode()
        return found
    except OSError as error:
        raise CustomModelRefused(f"{file} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise CustomModelRefused(f"{file} is not in UTF-8.") from error
    except UnicodeEncodeError as error:  # an escape of half a character, which no response could contain
        half = f"\\u{ord(error.object[error.start]):04x}"
        raise CustomModelRefused(f"{file} has {half}, half of a surrogate pair, which is no text.") from error
    except json.JSONDecodeError as error:
        raise CustomModelRefused(f"{file} is no JSON: {error.msg} in line {error.lineno}.") from error
    except (ValueError, RecursionError) as error:
        raise CustomModelRefused(f"{file} is no JSON: {error}.") from error
