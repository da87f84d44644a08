"""The error of this package."""

from paishi.models.errors import ModelError


class ExportRefused(ModelError):
    """The model, the photos or the target cannot be used, or a format does not take the model.

    The message is for the operator; `code` is the exit code, 2 for a wrong command.
    """

    lasting = True

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code
