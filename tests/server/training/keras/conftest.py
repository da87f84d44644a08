"""A small training: 16 pictures of two colours at 64 pixels, on EfficientNet-Lite0's real weights."""

from collections.abc import Callable
from pathlib import Path

import pytest

from paishi.models.catalogue import find_backbone
from paishi.models.weights.package import package_file
from paishi.settings import Settings
from paishi.training.heads import find_head
from paishi.training.keras.session import Session
from paishi.training.options import Material, Options, Reporter
from paishi.training.photo_set import find_photo_set, read_names
from paishi.training.pictures import picture_reader
from paishi.training.run import gather
from tests.server.training.photo_folders import colour_folder

Begin = Callable[..., tuple[Session, Material]]


@pytest.fixture(scope="session")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return colour_folder(tmp_path_factory.mktemp("photos") / "colours")


@pytest.fixture
def begin(colours: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Begin:
    """Begins a training with the given options, and gathers its photos."""

    def start(
        reporter: Reporter | None = None, folder: Path = colours, **options: object
    ) -> tuple[Session, Material]:
        backbone = find_backbone("EfficientNetLite0")
        chosen = Options(folder, tmp_path / "model", backbone, **{"size": 64, **options})  # type: ignore[arg-type]
        photo_set = find_photo_set(folder)
        settings = Settings(cache=str(tmp_path_factory.getbasetemp() / "cache"))
        reader = picture_reader(settings)
        reporter = reporter or Reporter()
        session = Session(
            chosen,
            find_head(chosen.head),
            len(photo_set.classes),
            package_file(backbone.weights),  # type: ignore[arg-type]
            "as published",
            reader,
            reporter,
        )
        names = read_names(photo_set)
        return session, gather(chosen, settings, photo_set, names, session.extractor, reader, reporter)

    return start
