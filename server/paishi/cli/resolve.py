"""PAISHI_MODEL before it is loaded, for commands that end with one sentence where it is a mistake."""

from paishi.cli.errors import fail
from paishi.models.errors import NetworkError
from paishi.recognition.resolve import asked
from paishi.settings import Settings


def check_asked(settings: Settings) -> None:
    """Ends the program where there is no such network, or its folder is not as it should be."""
    try:
        asked(settings)
    except NetworkError as error:
        fail(str(error))
