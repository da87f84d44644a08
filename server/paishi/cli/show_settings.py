from pydantic.fields import FieldInfo
from rich.console import Console
from rich.table import Table

from paishi.cli.errors import read_settings
from paishi.settings import Settings, environment_name


def settings() -> None:
    """Show every setting: its variable, its value now, its default, what it does."""
    now = read_settings()
    table = Table("variable", "value", "default", "unit", "meaning", show_lines=True)
    for name, field in Settings.model_fields.items():
        table.add_row(
            environment_name(name), shown(getattr(now, name)), default(field), unit(field), field.description
        )
    Console().print(table)


def default(field: FieldInfo) -> str:
    return shown(field.get_default(call_default_factory=True, validated_data={}))


def unit(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def shown(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
