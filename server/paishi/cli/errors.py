"""Messages to the operator; a mistake ends the program with one sentence."""

from typing import NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console

from paishi.models.catalogue import Backbone, find_backbone
from paishi.models.errors import ModelError, UnknownModel
from paishi.recognition.resolve import resolve
from paishi.settings import Settings, environment_name, is_secret


def fail(sentence: str, code: int = 2) -> NoReturn:
    """Prints to standard error and exits: code 2 for a wrong command or setting, 1 for a failure."""
    complain(sentence)
    raise typer.Exit(code)


def complain(sentence: str) -> None:
    """Prints to standard error."""
    Console(stderr=True, emoji=False).print(
        sentence, style="red", highlight=False, markup=False, soft_wrap=True
    )


def say(sentence: str) -> None:
    """Prints to standard output without interpreting it: a path may look like markup or an emoji."""
    Console(emoji=False).print(sentence, highlight=False, markup=False, soft_wrap=True)


def backbone(name: str) -> Backbone:
    """Returns the catalogue's model of that name; for an unknown one, exits with the nearest names."""
    try:
        return find_backbone(name)
    except UnknownModel as error:
        fail(str(error))


def check_model(settings: Settings) -> None:
    """Exits if PAISHI_MODEL is unknown or its folder is invalid. Loads nothing."""
    try:
        resolve(settings)
    except ModelError as error:
        fail(str(error))


def read_settings(**given: object) -> Settings:
    """Returns the settings of the environment, overridden by `given` values that are not None.

    Exits if one is invalid.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        name = environment_name(field) if field in Settings.model_fields else field
        value = "" if is_secret(field) else f", but it is {first['input']!r}"
        return fail(f"{name}: {first['msg']}{value}. See `paishi settings`.")
