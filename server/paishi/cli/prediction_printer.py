"""The output of `predict`: tables or JSON on standard output, errors on standard error, a progress bar."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from paishi.cli.errors import complain
from paishi.contract import Model, Prediction


class Printer:
    """Prints results, below a bar if there are several photos and a terminal; never a bar into a file or
    pipe."""

    def __init__(self, model: Model, as_json: bool, photos: int) -> None:
        self._model = model
        self._as_json = as_json
        self._out = out = Console()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = out if out.is_terminal else Console(stderr=True)
        self.bar = Progress(*columns, console=console, disable=not console.is_terminal or photos < 2)
        self._task = self.bar.add_task(escape(model.name), total=photos)

    def show(self, file: Path, predictions: Sequence[Prediction], failure: str) -> None:
        """Prints the names of one photo, or the reason why it has none."""
        if self._as_json:
            self._out.out(self._line(file, predictions, failure), highlight=False)
        elif failure:
            complain(f"{printable(file)}: {failure}")
        else:
            self._out.out(printable(file), style="bold", highlight=False)
            self._out.print(_table(predictions))
        self.bar.advance(self._task)

    def _line(self, file: Path, predictions: Sequence[Prediction], failure: str) -> str:
        body: dict[str, object] = {"file": printable(file)}
        if failure:
            body["error"] = failure
        else:
            body["predictions"] = [prediction.model_dump() for prediction in predictions]
            body["model"] = self._model.model_dump()
        return json.dumps(body, ensure_ascii=(sys.stdout.encoding or "").lower() != "utf-8")


def _table(predictions: Sequence[Prediction]) -> Table:
    table = Table(show_header=False, box=None)
    table.add_column(justify="right", no_wrap=True)
    for prediction in predictions:
        percent = f"{100 * prediction.probability:.1f} %"
        # Text, because a name may look like Rich's markup.
        table.add_row(percent, Text(prediction.name.en), Text(prediction.name.zh), Text(prediction.id))
    return table


def printable(file: Path) -> str:
    """Returns the path without control characters, which could command the terminal."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(file)
    )
