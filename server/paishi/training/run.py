"""Trains a custom model on a folder of photos, from first to last."""

import asyncio
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from paishi import __version__
from paishi.choices import RuntimeChoice
from paishi.models.backbone import PaddleArchive
from paishi.models.custom.folder import write_json
from paishi.models.errors import ConversionFailed
from paishi.models.keras import show_gpus
from paishi.models.weights.find import find_weights
from paishi.models.weights.fingerprint import fingerprint
from paishi.recognition.labels import Label
from paishi.recognition.load import load_recogniser
from paishi.recognition.resolve import resolve
from paishi.runtimes.conversion.convert import converted
from paishi.settings import Settings
from paishi.system.atomic_write import whole_folder
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores
from paishi.system.passing_fault import is_passing
from paishi.training.doubtful import find_doubtful
from paishi.training.errors import TrainingRefused, need_tensorboard
from paishi.training.evaluation import Evaluation
from paishi.training.features import Extractor, FeatureCache, PhotoFeatures, photo_features
from paishi.training.heads import Head, find_head
from paishi.training.likeness import Likeness, find_likeness
from paishi.training.model_folder import label_rows, need_usable
from paishi.training.options import RANDOM, Material, Options, Outcome, Reporter
from paishi.training.photo_set import PhotoSet, find_photo_set, need_enough, read_names, some_of
from paishi.training.pictures import PictureReader, picture_reader
from paishi.training.report.build import Alike, Report, write_report
from paishi.training.split import class_weights, split

if TYPE_CHECKING:
    from paishi.training.keras.scratch import ScratchSession
    from paishi.training.keras.session import Session


class Trained(NamedTuple):
    """The result, with all that a report shows; `runtime` is what a server must be set to."""

    folder: Path
    runtime: RuntimeChoice
    evaluation: Evaluation
    outcome: Outcome
    material: Material


def train(options: Options, settings: Settings, reporter: Reporter) -> Trained:
    """Trains and writes the folder. Blocks.

    Raises TrainingRefused for unusable photos or options, ModelError for weights and the self-test, OSError
    as on a full disk; then the target is as it was.
    """
    head = find_head(options.head)
    if isinstance(options.backbone.weights, PaddleArchive):
        raise TrainingRefused(
            f"{options.backbone.name} is a model of Paddle, which Keras cannot train: choose another --model."
        )
    if options.tensorboard:
        need_tensorboard()
    need_usable(options.target)
    photo_set = find_photo_set(options.photos)
    need_enough(photo_set, photo_set.photos)
    labels = read_names(photo_set)
    for sentence in photo_set.remarks:
        reporter.say(sentence)
    show_gpus()
    weights = None
    if options.weights != RANDOM:
        weights = find_weights(
            options.backbone,
            options.weights,
            settings.keras_home,
            settings.weights_mirrors,
            reporter.on_download,
        )
    key = fingerprint(weights, settings.cache_folder / "weights") if weights else f"{RANDOM} {options.seed}"
    reader = picture_reader(settings)
    try:
        session = _session(options, head, len(photo_set.classes), weights, key, reader, reporter)
        material = gather(options, settings, photo_set, labels, session.extractor, reader, reporter)
        outcome = session.train(material)
        evaluation = Evaluation(
            photo_set.classes, material.features.labels[material.split.val], outcome.probabilities
        )
        with whole_folder(options.target, replace=True) as folder:
            session.save(folder / "model.keras")
            write_json(folder / "labels.json", label_rows(labels))
            write_json(folder / "history.json", outcome.history)
            card = _card(options, head, material, evaluation, outcome)
            write_json(folder / "card.json", card)
            runtime = _self_test(folder, settings)
            report = _report(options, material, evaluation, card, outcome)
            write_report(report, folder / "report.html", reader)
        if not outcome.is_interrupted:
            shutil.rmtree(options.checkpoints, ignore_errors=True)
    finally:
        reader.decoder.workers.close()
    return Trained(options.target, runtime, evaluation, outcome, material)


def _session(options: Options, head: Head, *rest: Any) -> "Session | ScratchSession":
    """The session that `options` ask for; `rest` are its other parts."""
    if options.architecture:
        from paishi.training.keras.scratch import ScratchSession

        return ScratchSession(options, options.architecture, *rest)
    from paishi.training.keras.session import Session

    return Session(options, head, *rest)


def gather(
    options: Options,
    settings: Settings,
    photo_set: PhotoSet,
    labels: list[Label],
    extractor: Extractor,
    reader: PictureReader,
    reporter: Reporter,
) -> Material:
    """Reads the photos and divides them. Raises TrainingRefused; OSError if the cache cannot be written."""
    cache = FeatureCache(settings.cache_folder, extractor.key, settings.fit)
    features = photo_features(photo_set.photos, extractor, reader, cache, settings.fit, reporter.on_photos)
    for unreadable in features.unreadable:
        reporter.say(f"{unreadable.file}: {unreadable.reason} It is left out.")
    need_enough(photo_set, features.photos)
    likeness = find_likeness(features.contents, features.hashes, features.vectors, features.labels)
    divided = split(photo_set, features.photos, likeness, options.val, options.seed)
    weights, sentence = class_weights(
        features.labels[divided.train], len(photo_set.classes), options.class_weights
    )
    reporter.say(
        f"{len(divided.train)} photos to train, {len(divided.val)} to validate, of "
        f"{len(photo_set.classes)} classes; {len(likeness.copies)} pairs of copies and "
        f"{len(likeness.series)} of one series."
    )
    for remark in (*_across_classes(photo_set, features, likeness), *divided.remarks, sentence):
        if remark:
            reporter.say(remark)
    return Material(photo_set, labels, features, likeness, divided, weights, settings.fit)


def _across_classes(photo_set: PhotoSet, features: PhotoFeatures, likeness: Likeness) -> list[str]:
    photos = features.photos
    across = [
        f"{photos[one].file} and {photos[other].file}"
        for one, other in likeness.copies
        if photos[one].label != photos[other].label
    ]
    return [f"The same photo is in two classes: {some_of(across)}."] if across else []


def _card(
    options: Options, head: Head, material: Material, evaluation: Evaluation, outcome: Outcome
) -> dict[str, Any]:
    confidence = evaluation.confidence()
    accuracy = evaluation.accuracy
    classes = len(evaluation.classes)
    return {
        "name": options.target.absolute().name,
        "description": f"{_trained(options)} on {len(material.split.train)} photos of {classes} classes; "
        f"{100 * accuracy.share:.1f} % of {accuracy.of} others named right.",
        "version": time.strftime("%Y-%m-%d"),
        "preprocessing": "none",
        "confidence": {"at": confidence.at, "named": confidence.named, "right": confidence.right},
        "training": {
            "made_by": f"paishi {__version__}",
            "model": options.architecture.name if options.architecture else options.backbone.name,
            "weights": RANDOM if options.architecture else options.weights,
            "head": None if options.architecture else head.name,
            "size": options.side,
            "fit": material.fit,
            "seed": options.seed,
            "photos": {
                "train": len(material.split.train),
                "val": len(material.split.val),
                "unreadable": len(material.features.unreadable),
                "copies": len(material.likeness.copies),
                "series": len(material.likeness.series),
                "leaks": len(material.split.leaks),
            },
            "divided": "by folders"
            if material.photo_set.is_divided
            else f"by seed, {options.val:g} to validate",
            "class_weights": [round(float(weight), 4) for weight in material.class_weights],
            "loss": options.loss,
            "optimizer": options.optimizer or head.optimizer,
            "schedule": options.schedule,
            "epochs": {phase: len(logs) for phase, logs in outcome.history.items()},
            "fine_tuned": outcome.is_fine_tuned,
            "interrupted": outcome.is_interrupted,
            "accuracy": {"share": accuracy.share, "low": accuracy.low, "high": accuracy.high},
        },
    }


def _trained(options: Options) -> str:
    if options.architecture:
        return f"{options.architecture.name} trained from scratch"
    return f"{options.backbone.name} trained"


def _report(
    options: Options, material: Material, evaluation: Evaluation, card: dict[str, Any], outcome: Outcome
) -> Report:
    features = material.features
    return Report(
        card["name"],
        options.photos,
        material.labels,
        evaluation,
        [features.photos[index] for index in material.split.val],
        features.unreadable,
        card["training"],
        outcome.history,
        len(material.split.train),
        Alike(
            features.photos,
            material.likeness,
            material.split.leaks,
            find_doubtful(features.vectors, features.labels, options.seed),
        ),
    )


def _self_test(folder: Path, settings: Settings) -> RuntimeChoice:
    """Serves `folder` once, as a server would, and returns the setting that it needs for that.

    TensorFlow serves what OpenVINO refuses, such as recurrent layers. Raises ModelError.
    """
    served = settings.model_copy(update={"model": str(folder), "weights": "imagenet", "precision": "fp32"})
    try:
        _serve_once(served)
    except ConversionFailed as error:
        if served.runtime == "openvino" or is_passing(error):
            raise
        served = served.model_copy(update={"runtime": "tensorflow"})
        _serve_once(served)
    return served.runtime


def _serve_once(served: Settings) -> None:
    if served.runtime != "tensorflow":
        file = Path(served.model) / "model.keras"
        with converted(resolve(served).spec, lambda: file, in_this_process=True):
            pass  # it is in the cache now
    recogniser = load_recogniser(served, CpuBudget(usable_cores()))
    try:
        asyncio.run(recogniser.self_test())
    finally:
        recogniser.close()
