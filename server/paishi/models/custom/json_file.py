"""JSON that an operator wrote by hand."""

import json
from pathlib import Path

from paishi.models.errors import CustomModelRefused

_LARGEST = 16_000_000  # bytes; a name for each of a hundred thousand classes


def read_json(file: Path) -> object:
    """What `file` holds, in UTF-8 with or without a byte order mark. Raises CustomModelRefused."""
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise CustomModelRefused(f"{file} has more than {_LARGEST // 1_000_000} MB.")
        return json.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise CustomModelRefused(f"{file} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise CustomModelRefused(f"{file} is not in UTF-8.") from error
    except json.JSONDecodeError as error:
        raise CustomModelRefused(f"{file} is no JSON: {error.msg} in line {error.lineno}.") from error
    except (ValueError, RecursionError) as error:
        raise CustomModelRefused(f"{file} is no JSON: {error}.") from error
