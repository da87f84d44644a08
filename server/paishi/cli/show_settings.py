from rich.console import Console
from rich.table import Table

from paishi.cli.errors import read_settings
from paishi.settings import Settings, environment_name, unit_of


def settings() -> None:
    """Show every setting: variable, current value, default, unit and meaning."""
    current = read_settings()
    table = Table("variable", "value", "default", "unit", "meaning", show_lines=True)
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True, validated_data={})
        table.add_row(
            environment_name(name),
            _text(getattr(current, name)),
            _text(default),
            unit_of(name),
            field.description,
        )
    Console().print(table)


def _text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
