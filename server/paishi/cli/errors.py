"""Messages to the operator; a mistake ends the program with one sentence."""

import os
from collections.abc import Mapping
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console

from paishi.cli.unknown_names import unknown_names
from paishi.models.catalogue import Backbone, find_backbone
from paishi.models.errors import ModelError, UnknownModel
from paishi.recognition.resolve import resolve
from paishi.settings import Settings, environment_name, is_secret


def fail(sentence: str, code: int = 2) -> NoReturn:
    """Prints to standard error and exits: code 2 for a wrong command or setting, 1 for a failure."""
    complain(sentence)
    raise typer.Exit(code)


def complain(sentence: str, style: str = "red") -> None:
    """Prints to standard error."""
    Console(stderr=True, emoji=False).print(
        sentence, style=style, highlight=False, markup=False, soft_wrap=True
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
    """Exits if PAISHI_MODEL or PAISHI_STAND_IN is unknown, or a folder invalid. Loads nothing."""
    try:
        resolve(settings)
        if settings.stand_in:
            find_backbone(settings.stand_in)
    except ModelError as error:
        fail(str(error))


def read_settings(**given: object) -> Settings:
    """Returns the settings of the environment, overridden by `given` values that are not None.

    Exits if any are invalid, with a line for each.
    """
    settings, wrong, ignored = checked_settings(**given)
    for sentence in ignored:
        complain(sentence, "yellow")
    if settings is None:
        fail("\n".join(wrong))
    return settings


def checked_settings(**given: object) -> tuple[Settings | None, list[str], list[str]]:
    """As `read_settings`, but returns None if any are invalid, a sentence for each of these, and one for each
    variable that is ignored because there is no such setting."""
    wrong = []
    ignored = []
    for unknown in unknown_names(os.environ):
        meant = (
            f" Did you mean {unknown.nearest}?" if unknown.nearest else " `paishi settings` shows them all."
        )
        sentence = f"{unknown.name}: there is no such setting.{meant}"
        if unknown.is_refused:
            wrong.append(sentence)
        else:
            ignored.append(sentence)
    settings = None
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        wrong += [_sentence(one) for one in error.errors()]
    return None if wrong else settings, wrong, ignored


def _sentence(error: Mapping[str, Any]) -> str:
    field = str(error["loc"][0])
    name = environment_name(field) if field in Settings.model_fields else field
    if error["type"] == "value_error":  # of our own, which quotes the value where that helps
        return f"{name}: {error['msg'].removeprefix('Value error, ')}."
    value = "" if is_secret(field) else f", but it is {error['input']!r}"
    return f"{name}: {error['msg']}{value}."
