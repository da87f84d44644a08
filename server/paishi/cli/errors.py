"""Sentences for whoever typed a command; a mistake ends the program with one."""

from typing import NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console

from paishi.models.catalogue import Backbone, find_backbone
from paishi.models.errors import UnknownModel
from paishi.settings import Settings, environment_name, is_secret


def fail(sentence: str, code: int = 2) -> NoReturn:
    """Prints the sentence to standard error. Code 2 is for a wrong command, 1 for one that did not work."""
    complain(sentence)
    raise typer.Exit(code)


def complain(sentence: str) -> None:
    """Prints the sentence to standard error."""
    Console(stderr=True, emoji=False).print(
        sentence, style="red", highlight=False, markup=False, soft_wrap=True
    )


def say(sentence: str) -> None:
    """Prints the sentence to standard output, just as it is: a path may look like markup or an emoji."""
    Console(emoji=False).print(sentence, highlight=False, markup=False, soft_wrap=True)


def network(name: str) -> Backbone:
    """The backbone called `name`; where there is none, the program ends with the nearest names."""
    try:
        return find_backbone(name)
    except UnknownModel as error:
        fail(str(error))


def read_settings(**given: object) -> Settings:
    """Settings from the environment; what is `given` and not None wins over it."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        name = environment_name(field) if field in Settings.model_fields else field
        value = "" if is_secret(field) else f", but it is {first['input']!r}"
        return fail(f"{name}: {first['msg']}{value}. See `python -m paishi settings`.")
