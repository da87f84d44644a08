from pathlib import Path

import numpy as np
import pytest

from paishi.models.catalogue import find_backbone
from paishi.models.keras.imports import keras
from paishi.settings import Settings
from paishi.training.errors import TrainingRefused
from paishi.training.features import PhotoFeatures
from paishi.training.heads import find_head
from paishi.training.keras.fit import probabilities
from paishi.training.keras.session import Session
from paishi.training.likeness import Likeness
from paishi.training.options import Material, Options, Reporter
from paishi.training.photo_set import Photo, PhotoSet
from paishi.training.pictures import picture_reader
from paishi.training.split import Split
from tests.server.training.keras.conftest import Begin

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")


LAST_BLOCK = {
    f"block7a_{name}" for name in ("expand_conv", "expand_bn", "dwconv", "bn", "project_conv", "project_bn")
}


def weights(session: Session) -> dict[str, bytes]:
    return {weight.path: np.asarray(weight).tobytes() for weight in session._model.weights}


def test_the_saved_model_gives_the_probabilities_that_were_measured(begin: Begin, tmp_path: Path) -> None:
    """After fine-tuning a two-layer head with sigmoids, which knew nothing before."""
    lines: list[str] = []
    session, material = begin(
        Reporter(lines.append), head="xception", epochs=1, learning_rate=1e-9, fine_tune="1"
    )
    before = weights(session)
    found = session.train(material)
    labels = material.features.labels[material.split.val]
    assert set(found.history) == {"head", "fine-tuning"}
    assert any("Fine-tunes EfficientNetLite0 from layer" in line for line in lines)
    assert found.is_fine_tuned == any("Fine-tuning is kept" in line for line in lines)
    moved = {path for path, value in weights(session).items() if value != before[path]}
    assert bool([path for path in moved if path.startswith("top_conv")]) == found.is_fine_tuned

    session.save(tmp_path / "model.keras")
    model = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    assert not [layer for layer in model.layers if type(layer).__name__.startswith("Random")]
    photos = [material.features.photos[index].file for index in material.split.val]
    read = session._reader
    views = np.concatenate([read.picture(read.read(file), 64, "crop").views for file in photos])
    assert views.dtype == "uint8"
    assert np.allclose(np.asarray(model(views)), found.probabilities, atol=1e-5)
    assert np.allclose(found.probabilities.sum(axis=1), 1, atol=1e-5)
    assert len(labels) == 4


def test_fine_tuning_trains_the_last_layers_and_keeps_the_statistics(begin: Begin) -> None:
    """In training the model calculates as it does afterwards: else it would learn for another one."""
    session, material = begin(epochs=1, fine_tune="1", augment="none", schedule="polynomial")
    before = weights(session)
    views = session._views(material, "train")
    expected = probabilities(session._model, views, 1)
    loss = -np.log(expected[np.arange(len(views.labels)), views.labels]).mean()
    (logs,) = session._phase_two(material).history
    moved = {path for path, value in weights(session).items() if value != before[path]}
    assert {"top_conv/kernel", "top_bn/gamma"} <= moved
    assert not [path for path in moved if "moving" in path]
    assert {path.partition("/")[0] for path in moved} <= {"top_conv", "top_bn", "classes", *LAST_BLOCK}
    assert logs["loss"] == pytest.approx(loss, rel=0.2)


def test_options_are_translated_and_a_diverging_training_is_refused(begin: Begin) -> None:
    lines: list[str] = []
    session, material = begin(
        Reporter(lines.append),
        head="vgg16-1",
        activation="exponential",
        loss="logcosh",
        optimizer="SGD(lr=1e6, decay=1e-3)",
        metrics=("top_k_categorical_accuracy", "cosine_proximity"),
        initializer="uniform",
    )
    for old in ("logcosh", "lr", "decay", "cosine_proximity", "uniform"):
        assert any(old in line for line in lines), old
    with pytest.raises(TrainingRefused, match="choose a smaller --learning-rate"):
        session.train(material)


@pytest.mark.parametrize(("augment", "views"), [("light", 2), ("none", 1)])
def test_mirrored_photos_train_the_head_unless_a_class_may_be_the_mirror_image_of_another(
    augment: str, views: int, begin: Begin
) -> None:
    session, material = begin(augment=augment)
    assert len(session._features(material, "train").labels) == views * len(material.split.train)
    assert len(session._features(material, "val").labels) == len(material.split.val)


def test_layers_that_are_not_there_are_refused_before_any_work(begin: Begin) -> None:
    with pytest.raises(TrainingRefused, match="blocks"):
        begin(fine_tune="99")


@pytest.mark.slow
def test_the_recipe_of_inception_trains_its_head_and_then_its_last_two_blocks(
    colours: Path, tmp_path: Path
) -> None:
    """On random weights, 200 classes and the smallest size."""
    backbone, classes = find_backbone("InceptionV3"), 200
    files = sorted(colours.rglob("*.jpg"))
    photos = tuple(Photo(files[label % len(files)], label, None) for label in range(classes))
    random = np.random.default_rng(0)
    values = random.normal(size=(classes, 1, 2048)).astype(np.float32)
    features = PhotoFeatures(
        photos, tuple(map(str, range(classes))), np.zeros((classes, 4), np.uint64), values, values, ()
    )
    everything = np.arange(classes)
    material = Material(
        PhotoSet(colours, tuple(map(str, range(classes))), photos, ()),
        [],
        features,
        Likeness((), ()),
        Split(everything[:40], everything[-8:], (), ()),
        np.ones(classes, np.float32),
        "crop",
    )
    lines: list[str] = []
    options = Options(
        colours,
        tmp_path / "m",
        backbone,
        head="inception-v3",
        size=75,
        epochs=1,
        weights="random",
        augment="none",
    )
    session = Session(
        options,
        find_head("inception-v3"),
        classes,
        None,
        "random",
        picture_reader(Settings()),
        Reporter(lines.append),
    )
    assert sum(int(np.prod(weight.shape)) for weight in session._head.trainable_weights) == 2_303_176
    outcome = session.train(material)
    assert list(outcome.history) == ["head", "fine-tuning"]
    assert "from layer 249" in lines[1]
    assert "13,418,056 of 24,105,960 parameters" in lines[1]
    assert outcome.probabilities.shape == (8, classes)
