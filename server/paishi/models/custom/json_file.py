"""JSON that an operator wrote by hand."""

import json
from pathlib import Path

from paishi.models.errors import OwnNetworkRefused

_LARGEST = 16_000_000  # bytes; a name for each of a hundred thousand classes


def read_json(file: Path) -> object:
    """What `file` holds, in UTF-8 with or without a byte order mark. Raises OwnNetworkRefused."""
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise OwnNetworkRefused(f"{file} has more than {_LARGEST // 1_000_000} MB.")
        return json.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise OwnNetworkRefused(f"{file} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise OwnNetworkRefused(f"{file} is not in UTF-8.") from error
    except json.JSONDecodeError as error:
        raise OwnNetworkRefused(f"{file} is no JSON: {error.msg} in line {error.lineno}.") from error
    except (ValueError, RecursionError) as error:
        raise OwnNetworkRefused(f"{file} is no JSON: {error}.") from error
