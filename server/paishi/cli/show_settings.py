import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from paishi.cli.errors import read_settings
from paishi.settings import Settings, environment_name, range_of, secret_file_name, unit_of

_ALWAYS = ("name", "value", "default", "meaning")


def settings(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only those that differ from the default.")
    ] = False,
) -> None:
    """Show every setting: variable and value, default, range, unit and meaning."""
    rows = _rows(read_settings(), changed)
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    console = Console(emoji=False, markup=False, highlight=False)
    for row in rows:
        # In one piece whatever the width, so that grep finds it.
        console.print(f"{row['name']}={_text(row['value'])}", style="bold", soft_wrap=True)
        console.print(Padding(Text(f"{row['meaning']}\n{_conditions(row)}"), (0, 0, 1, 4)))
    if not rows:
        console.print("Every setting has its default.")


def _rows(current: Settings, only_changed: bool) -> list[dict[str, Any]]:
    rows = []
    for field, described in Settings.model_fields.items():
        value = getattr(current, field)
        default = described.get_default(call_default_factory=True, validated_data={})
        if only_changed and value == default:
            continue
        least, most = range_of(field) or (None, None)
        row = {
            "name": environment_name(field),
            "value": _plain(value),
            "default": _plain(default),
            "minimum": least,
            "maximum": most,
            "unit": unit_of(field),
            "file": secret_file_name(field),
            "meaning": described.description,
        }
        rows.append(
            {name: shown for name, shown in row.items() if shown not in (None, "") or name in _ALWAYS}
        )
    return rows


def _plain(value: object) -> object:
    """Returns `value` as JSON can have it; of a secret only whether there is one."""
    return value if isinstance(value, bool | int | float | list) else str(value)


def _conditions(row: dict[str, Any]) -> str:
    parts = [f"Default: {_text(row['default']) or 'none'}"]
    if "minimum" in row:
        parts.append(f"range: {_text(row['minimum'])} to {_text(row['maximum'])}")
    if "unit" in row:
        parts.append(f"unit: {row['unit']}")
    if "file" in row:
        parts.append(f"or in the file {row['file']}")
    return "; ".join(parts) + "."


def _text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    if value is None:
        return ""
    return f"{value:f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
