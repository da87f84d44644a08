"""Exports a model, from first to last."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from paishi.export import companions
from paishi.export.errors import ExportRefused
from paishi.export.formats import FP16, FP32, INT8, Format, need_packages
from paishi.export.full_disk import named_full_disk
from paishi.export.photos import Pictures, read_pictures, save
from paishi.export.request import LAYERS, Artifact, Request
from paishi.export.tfjs import Converter
from paishi.models.backbone import Size
from paishi.models.errors import ModelError
from paishi.models.keras import need_keras
from paishi.models.weights.find import find_weights
from paishi.recognition.on_device import safe_name
from paishi.recognition.resolve import ResolvedModel
from paishi.runtimes.conversion.convert import converted
from paishi.settings import Settings
from paishi.system.atomic_write import whole_folder
from paishi.system.child_process import ChildFailed, ChildRaised, run_child

_CONVERT = "paishi.export.keras.convert"
_CHECK = "paishi.export.check"
_CHECK_TENSORFLOW = "paishi.export.keras.check"
_OF_TENSORFLOW = ("saved-model", "keras")
_LIMIT_S = 3600
_OPENVINO = ("model.xml", "model.bin")

_MOST_DIFFERENT = {FP32: 1e-3, FP16: 0.05}
"""Largest difference of a probability that counts as equal; int8 is measured by the first names alone."""
_LEAST_SAME = {FP32: 0.99, FP16: 0.97, INT8: 0.95}
"""Least share of the photos on which the first name must stay the same."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What to export; `photos` and `int8` are folders. `force` replaces an export at `target`, and
    `only_if_equal` leaves it as it is if the new one differs too much from the original."""

    model: ResolvedModel
    formats: tuple[Format, ...]
    target: Path
    photos: Path | None = None
    int8: Path | None = None
    force: bool = False
    only_if_equal: bool = False

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.formats]

    @property
    def size(self) -> Size:
        custom = self.model.custom
        return custom.input_size if custom else self.model.spec.backbone.input_size


@dataclass(frozen=True, slots=True)
class Row:
    """A file of the export beside the original.

    `difference` is the largest of a probability, `same` on how many of `photos` the first name is the same;
    `ms` the median for a photo on this machine, of `bytes` the file's size. They are None, and `note` says
    why, if it could only be converted here.
    """

    format: str
    precision: str
    path: str
    bytes: int
    difference: float | None = None
    same: int | None = None
    photos: int | None = None
    ms: float | None = None
    is_off: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Exported:
    """The folder and its files; if `are_drawn`, they were compared on drawn pictures, not on photos."""

    folder: Path
    rows: Sequence[Row]
    are_drawn: bool

    @property
    def is_off(self) -> bool:
        return any(row.is_off for row in self.rows)


def export(options: Options, settings: Settings, say: Say) -> Exported:
    """Writes the formats into a folder beside `target`, compares them, and makes it `target`. Blocks.

    `say` gets a sentence for each step. Raises ExportRefused, other ModelErrors of the model and its weights,
    and OSError; then `target` is as it was.
    """
    _need_possible(options)
    with named_full_disk(options.target.absolute().parent), ExitStack() as stack:
        say("Reading photos …")
        pictures = read_pictures(options.photos, options.int8, options.size, settings)
        weights = _weights(options.model, settings, say)
        _need_space(options.target, weights, len(options.formats))
        tfjs = None
        if "tfjs" in options.names:
            tfjs = Converter(settings.cache_folder, say)
            tfjs.make()
        work = Path(stack.enter_context(TemporaryDirectory(prefix="paishi-", ignore_cleanup_errors=True)))
        folder = stack.enter_context(whole_folder(options.target, replace=options.force))
        save(pictures, work)
        say(f"Converting to {', '.join(options.names)} …")
        artifacts, is_independent = _convert(options, weights, folder, work)
        _need_labels(options, work)
        if tfjs:
            layers = json.loads((work / LAYERS).read_text("utf-8"))
            tfjs.convert(work / "saved-model", folder / "tfjs", layers)
        say("Comparing with the original …")
        rows = _compare(artifacts, folder, work, pictures, tfjs)
        if options.only_if_equal and (off := [row for row in rows if row.is_off]):
            raise ExportRefused(
                f"{off[0].path} differs too much from the original, by up to {off[0].difference:.1g}, with "
                f"the same first name on {off[0].same} of {off[0].photos} pictures: it is not kept."
            )
        labels = options.model.labels
        companions.write_labels(labels, artifacts, folder)
        companions.write_input(options.model.name, options.size, artifacts, is_independent, labels, folder)
        companions.write_examples(safe_name(options.model.name), options.size, options.names, folder)
        companions.write_manifest(options.model.name, [asdict(row) for row in rows], folder)
    return Exported(options.target, rows, pictures.are_drawn)


def _need_possible(options: Options) -> None:
    """Raises ExportRefused, before any work, for what cannot be exported like that."""
    if options.model.spec.is_of_keras:
        need_keras("An export")
    elif options.names != ["openvino"]:
        raise ExportRefused(
            f"{options.model.name} is in ONNX or Paddle's format, which Keras cannot read: it can only be "
            "exported --to openvino.",
            2,
        )
    need_packages(options.formats)
    if options.int8 and "litert" not in options.names:
        raise ExportRefused(
            "--int8 is for --to litert; for this server itself it is PAISHI_PRECISION=int8.", 2
        )
    _need_usable(options.target, options.force)


def _convert(options: Options, weights: Path, folder: Path, work: Path) -> tuple[list[Artifact], bool]:
    """Writes the formats, and the original's probabilities; returns also whether classes are independent."""
    artifacts = []
    if "openvino" in options.names:
        with converted(options.model.spec, lambda: weights) as made:
            for file in _OPENVINO:
                shutil.copyfile(made.file.with_name(file), folder / file)
        artifacts.append(Artifact("openvino", FP32, _OPENVINO[0]))
    if not options.model.spec.is_of_keras:
        found = _run(_CHECK, json.dumps(artifacts[0]), str(folder / _OPENVINO[0]), str(work), "reference")
        return artifacts, found["independent"]
    found = _run(_CONVERT, str(_request(options, weights, folder, work)))
    return [*artifacts, *(Artifact(*one) for one in found["artifacts"])], found["independent"]


def _need_usable(target: Path, force: bool) -> None:
    if target.is_dir() and (not any(target.iterdir()) or (force and companions.is_export(target))):
        return
    if not target.exists():
        return
    if target.is_dir() and companions.is_export(target):
        raise ExportRefused(
            f"{target} has an export in it: --force replaces it. 目标已存在，加 --force 覆盖。", 2
        )
    what = "has other files in it" if target.is_dir() else "is a file"
    raise ExportRefused(f"{target} {what}: name a new folder. 目标已存在，请换一个新文件夹。", 2)


def _weights(model: ResolvedModel, settings: Settings, say: Say) -> Path:
    if model.custom:
        return model.custom.file
    spec = model.spec
    mirrors, places = settings.weights_mirrors, settings.weights_sources

    def show(received: int, total: int | None) -> None:
        of = f" of {total / 1e6:,.0f}" if total else ""
        say(f"Fetching the weights, {received / 1e6:,.0f}{of} MB …")

    return find_weights(
        spec.backbone, spec.source, spec.keras_home, mirrors, show, places=places
    ).absolute()  # not resolve(): a link's target may have no suffix


def _need_space(target: Path, weights: Path, formats: int) -> None:
    """Raises ExportRefused if there is surely too little space, before minutes of work."""
    above = next(parent for parent in target.absolute().parents if parent.exists())
    needed, free = formats * weights.stat().st_size, shutil.disk_usage(above).free
    if needed > free:
        raise ExportRefused(
            f"The export needs about {needed / 1e6:,.0f} MB, but {above} has {free / 1e6:,.0f} MB left: make "
            "room, or export to another disk."
        )


def _request(options: Options, weights: Path, folder: Path, work: Path) -> Path:
    custom = options.model.custom
    request = Request(
        custom.name if custom else options.model.name,
        str(weights),
        custom.card.conversion if custom else "",
        tuple(name for name in options.names if name != "openvino"),
        safe_name(options.model.name),
        str(folder),
        str(work),
        tuple(label.id for label in options.model.labels.classes),
    )
    file = work / "request.json"
    file.write_text(json.dumps(request.to_json()), encoding="utf-8")
    return file


def _need_labels(options: Options, work: Path) -> None:
    outputs = np.load(work / "expected.npy", mmap_mode="r").shape[1]
    labels = len(options.model.labels.classes)
    if outputs != labels:
        raise ExportRefused(
            f"{options.model.name} gives {outputs} probabilities, but its labels.json has {labels} labels: "
            "it needs one for each class, in the order of training.",
            2,
        )


def _compare(
    artifacts: Sequence[Artifact], folder: Path, work: Path, pictures: Pictures, tfjs: Converter | None
) -> list[Row]:
    measured: dict[str, Mapping[str, Any] | None] = {}
    together = [one for one in artifacts if one.format in _OF_TENSORFLOW]
    if together:
        found = _run(_CHECK_TENSORFLOW, str(folder), str(work), *(json.dumps(one) for one in together))
        measured.update(zip((one.path for one in together), found, strict=True))
    for one in artifacts:
        if one.format == "tfjs" and tfjs:
            measured[one.path] = tfjs.compare(folder / one.path, work)
        elif one.format != "coreml" and one.path not in measured:
            measured[one.path] = _run(_CHECK, json.dumps(one), str(one.at(folder)), str(work))
    return [_row(one, folder, measured.get(one.path), pictures.are_drawn) for one in artifacts]


def _row(artifact: Artifact, folder: Path, found: Mapping[str, Any] | None, are_drawn: bool) -> Row:
    size = _size(artifact, folder)
    if found is None:
        needs = "macOS" if artifact.format == "coreml" else "Node.js"
        note = f"converted, not run: that needs {needs}"
        return Row(artifact.format, artifact.precision, artifact.path, size, note=note)
    most = _MOST_DIFFERENT.get(artifact.precision, np.inf)
    # On drawn pictures no class is probable, so the first name changes with the last digit.
    changes = not are_drawn and found["same"] < _LEAST_SAME[artifact.precision] * found["photos"]
    return Row(
        artifact.format,
        artifact.precision,
        artifact.path,
        size,
        found["difference"],
        found["same"],
        found["photos"],
        found["ms"],
        is_off=changes or not found["difference"] <= most,
    )


def _size(artifact: Artifact, folder: Path) -> int:
    path = artifact.at(folder)
    if artifact.format == "openvino":
        return sum((folder / file).stat().st_size for file in _OPENVINO)
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _run(module: str, *arguments: str) -> Any:
    try:
        return run_child(module, arguments, _LIMIT_S, ModelError)
    except ChildRaised as error:
        raise ExportRefused(f"The model cannot be exported: {error}") from error
    except ChildFailed as error:
        raise ExportRefused(
            f"The export broke off: {error}. ONNX takes about 65 times the size of the weights in memory."
        ) from error
