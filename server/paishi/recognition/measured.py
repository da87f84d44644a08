"""How long networks took on this machine, kept from one time to the next. Importing this loads no NumPy."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from paishi.system.atomic_write import write_whole


class Measured(BaseModel):
    """`ms` is the median for one photo alone, without reading it; `cores` is what the process could use."""

    ms: float
    runs: int
    runtime: str
    precision: str
    cores: int
    at: AwareDatetime


_FORM = TypeAdapter(dict[str, Measured])


def read_measured(cache: Path) -> dict[str, Measured]:
    """By network; none where there is no such file or it is not one of ours."""
    try:
        return _FORM.validate_json(_file(cache).read_bytes())
    except (OSError, ValidationError):
        return {}


def keep_measured(cache: Path, new: Mapping[str, Measured]) -> None:
    """Adds to what is kept, whole or not at all. Raises OSError."""
    cache.mkdir(parents=True, exist_ok=True)
    write_whole(_file(cache), _FORM.dump_json({**read_measured(cache), **new}, indent=1))


def _file(cache: Path) -> Path:
    return cache / "measured.json"
