"""Files beside the code that the build takes into the package."""

from pathlib import Path


def packaged(name: str, checkout: str) -> Path:
    """Returns the folder `name` of the installed package, or in a checkout the one that the build puts there:
    `checkout`, relative to the repository. See `force-include` in pyproject.toml."""
    inside = Path(__file__).parents[1] / name
    return inside if inside.is_dir() else Path(__file__).parents[3] / checkout
