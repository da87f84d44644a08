"""A model of the gallery learns two colours from twelve pictures of 32 pixels, beginning with nothing."""

from pathlib import Path

import numpy as np
import pytest

from paishi.gallery.entries import find_entry
from paishi.gallery.photo_classifier import architecture
from paishi.models.catalogue import find_backbone
from paishi.models.keras.imports import keras
from paishi.models.weights.package import package_file
from paishi.settings import Settings
from paishi.training.errors import TrainingRefused
from paishi.training.keras.scratch import ScratchSession
from paishi.training.options import Material, Options, Reporter
from paishi.training.photo_set import find_photo_set, read_names
from paishi.training.pictures import picture_reader
from paishi.training.run import gather

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")


class Begun:
    """A training of vgg_like with the given options; `lines` are what was said."""

    def __init__(self, colours: Path, folder: Path, cache: Path, **options: object) -> None:
        self.lines: list[str] = []
        backbone = find_backbone("EfficientNetLite0")
        form = architecture(find_entry("vgg_like"))
        chosen = Options(colours, folder / "model", backbone, form, **{"size": 32, **options})  # type: ignore[arg-type]
        photo_set, settings = find_photo_set(colours), Settings(cache=str(cache))
        reader, reporter = picture_reader(settings), Reporter(self.lines.append)
        file = package_file(backbone.weights)  # type: ignore[arg-type]
        self.session = ScratchSession(
            chosen, form, len(photo_set.classes), file, "as published", reader, reporter
        )
        extractor, names = self.session.extractor, read_names(photo_set)
        self.material: Material = gather(chosen, settings, photo_set, names, extractor, reader, reporter)
        self.reader = reader


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp() / "cache"


def test_it_learns_and_the_saved_model_gives_what_was_measured(
    colours: Path, cache: Path, tmp_path: Path
) -> None:
    begun = Begun(colours, tmp_path, cache, epochs=12, patience=12, learning_rate=0.003)
    material = begun.material
    outcome = begun.session.train(material)
    (logs,) = outcome.history.values()
    assert list(outcome.history) == ["training"]
    assert logs[-1]["loss"] < 0.5 * logs[0]["loss"]
    labels = material.features.labels[material.split.val]
    assert (outcome.probabilities.argmax(axis=1) == labels).all()
    advice = "vgg_like begins with random weights and sees 6 photos of a class"
    assert any(advice in line for line in begun.lines)
    assert not any("--network" in line for line in begun.lines)

    begun.session.save(tmp_path / "model.keras")
    model = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    files = [material.features.photos[index].file for index in material.split.val]
    views = np.concatenate([begun.reader.picture(file.read_bytes(), 32, "crop").views for file in files])
    assert views.dtype == "uint8"
    np.testing.assert_allclose(np.asarray(model(views)), outcome.probabilities, atol=1e-5)


def test_what_learns_nothing_is_compared_with_features(colours: Path, cache: Path, tmp_path: Path) -> None:
    """Of a model that has seen photos before: it costs nothing, as they are there."""
    begun = Begun(colours, tmp_path, cache, epochs=1, learning_rate=1e-9, augment="none", seed=3)
    found = begun.session.train(begun.material).probabilities.argmax(axis=1)
    right = int((found == begun.material.features.labels[begun.material.split.val]).sum())
    assert right < 4
    assert begun.lines[-1] == (
        f"{right} of 4 validation photos are named right; a classifier of the features of EfficientNetLite0, "
        "which has seen a million photos, names 4. To use it, leave out --network."
    )


def test_too_small_a_size_is_refused(colours: Path, cache: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingRefused, match="--size 12 is too small for vgg_like: "):
        Begun(colours, tmp_path, cache, size=12)
