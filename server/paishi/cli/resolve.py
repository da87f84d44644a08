"""PAISHI_MODEL before it is loaded, for commands that end with one sentence where it is a mistake."""

from paishi.cli.errors import fail
from paishi.models.errors import ModelError
from paishi.recognition.resolve import resolve
from paishi.settings import Settings


def check_model(settings: Settings) -> None:
    """Ends the program where there is no such network, or its folder is not as it should be."""
    try:
        resolve(settings)
    except ModelError as error:
        fail(str(error))
