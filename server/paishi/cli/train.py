"""`paishi train`: a folder of photos becomes a custom model."""

import errno
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from typer.core import TyperCommand

from paishi.cli.errors import backbone, complain, fail, read_settings, say
from paishi.gallery.entries import Entry, UnknownEntry, find_entry
from paishi.models.errors import ModelError
from paishi.training.errors import TrainingRefused, need_packages

if TYPE_CHECKING:
    from paishi.training.options import Architecture, Epoch, Reporter
    from paishi.training.run import Trained

_INTERRUPTED = 130
_FULL = {errno.ENOSPC, errno.EDQUOT}
_FINE_TUNE = "--fine-tune"
_LAST_BLOCKS = "2"


class TrainCommand(TyperCommand):
    """Takes `--fine-tune` without a value, followed by an option or by the photos, as the last two blocks."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        given = list(args)
        for index in reversed(range(len(args))):
            following = args[index + 1 : index + 2]
            if args[index] == _FINE_TUNE and (not following or _is_no_value(following[0])):
                given.insert(index + 1, _LAST_BLOCKS)
        return super().parse_args(ctx, given)


def _is_no_value(argument: str) -> bool:
    return bool(re.match(r"-(?!\d)", argument)) or os.sep in argument or Path(argument).is_dir()


def train(
    photos: Annotated[
        Path,
        typer.Argument(help="A folder with one folder of photos a class, or `train` and `val` with such."),
    ],
    to: Annotated[Path, typer.Option("--to", help="Folder of the new model, to serve with PAISHI_MODEL.")],
    model: Annotated[str, typer.Option(help="One of `paishi models`, to train on.")] = "EfficientNetLite0",
    network: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="Train this model of `paishi gallery list` from scratch instead, without --model.",
        ),
    ] = None,
    head: Annotated[
        str, typer.Option(help="plain, vgg16-1, vgg16-2, densenet169, xception or inception-v3.")
    ] = "plain",
    size: Annotated[
        int | None, typer.Option(min=16, max=1024, help="Side of the input in pixels; default: the model's.")
    ] = None,
    val: Annotated[
        float, typer.Option(min=0.05, max=0.5, help="Share of photos to validate on, unless folders say it.")
    ] = 0.2,
    epochs: Annotated[int, typer.Option(min=1, max=10_000, help="Most epochs of each phase.")] = 30,
    patience: Annotated[
        int, typer.Option(min=1, max=10_000, help="Epochs without improvement after which a phase ends.")
    ] = 5,
    fine_tune: Annotated[
        str | None,
        typer.Option(
            _FINE_TUNE,
            metavar="[BLOCKS|LAYERS]",
            help="Train the last layers of the model as well, and keep that if it is better: its last 2 "
            "blocks, or as many as given, layers from 249: on, or from block_16 on; none for not at all.",
        ),
    ] = None,
    loss: Annotated[str, typer.Option(help="A loss of Keras.")] = "categorical_crossentropy",
    optimizer: Annotated[
        str | None, typer.Option(help='Of the head, such as "SGD(momentum=0.9)"; default: adam.')
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(min=1e-9, max=1e3, help="Of the head; default: Keras's.")
    ] = None,
    schedule: Annotated[
        str, typer.Option(help="constant, polynomial, exponential, inverse_time or cosine.")
    ] = "constant",
    metric: Annotated[list[str] | None, typer.Option(help="A further metric of Keras; any number.")] = None,
    activation: Annotated[str, typer.Option(help="Of the head's hidden layers.")] = "relu",
    initializer: Annotated[str, typer.Option(help="Of the head's layers.")] = "glorot_uniform",
    regularizer: Annotated[
        list[str] | None, typer.Option(help='Of the head\'s layers, such as "l2(0.01)" or "bias=l1(0.01)".')
    ] = None,
    class_weights: Annotated[
        Literal["auto", "none"], typer.Option(help="Whether photos of rare classes count more.")
    ] = "auto",
    augment: Annotated[
        Literal["light", "none"],
        typer.Option(
            help="Whether photos are mirrored, and in fine-tuning changed a little; none if a class is the "
            "mirror image of another, as an arrow to the left."
        ),
    ] = "light",
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same one gives the same numbers.")] = 0,
    weights: Annotated[
        str, typer.Option(help="The model's weights: imagenet, a file, a URL, or random.")
    ] = "imagenet",
    tensorboard: Annotated[Path | None, typer.Option(help="Folder for TensorBoard's logs.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the last run was stopped.")] = False,
    devices: Annotated[
        Literal["one", "all"], typer.Option(help="Whether all GPUs share each batch.")
    ] = "one",
) -> None:
    """Train a model on a folder of photos; Ctrl-C keeps the best so far."""
    settings = read_settings()
    chosen = backbone(model)
    entry = _entry(network) if network else None
    if entry:
        _refuse_options_of_heads(entry, head, fine_tune, activation, initializer, regularizer, weights)
    try:
        need_packages("paishi train")
        # Imported here, so that the other commands start without NumPy and Keras.
        from paishi.training.options import Options
        from paishi.training.run import train as run

        options = Options(
            photos=photos,
            target=to,
            backbone=chosen,
            architecture=_architecture(entry) if entry else None,
            head=head,
            size=size,
            val=val,
            epochs=epochs,
            patience=patience,
            fine_tune=fine_tune,
            loss=loss,
            optimizer=optimizer,
            learning_rate=learning_rate,
            schedule=schedule,
            metrics=tuple(metric or ()),
            activation=activation,
            initializer=initializer,
            regularizers=tuple(regularizer or ()),
            class_weights=class_weights,
            augment=augment,
            seed=seed,
            weights=weights,
            tensorboard=tensorboard,
            resume=resume,
            devices=devices,
        )
        with _reporting() as reporter:
            trained = run(options, settings, reporter)
    except TrainingRefused as error:
        fail(str(error), error.code)
    except ModelError as error:
        fail(str(error), 1)
    except KeyboardInterrupt:
        fail("Stopped before there was anything to save.", _INTERRUPTED)
    except OSError as error:
        if error.errno in _FULL:
            fail("The disk is full, and nothing half-written is left: make room, and go on with --resume.", 1)
        fail(f"{error.filename or to}: {error.strerror or error}.", 1)
    _print_result(trained, to)


def _entry(key: str) -> Entry:
    """The entry of the gallery; exits with a sentence if photos cannot train it."""
    try:
        entry = find_entry(key)
    except UnknownEntry as error:
        fail(str(error))
    if not entry.side:
        instead = f"paishi gallery train {entry.key}" if entry.lesson else f"paishi gallery show {entry.key}"
        fail(f"--network {entry.key} does not sort photos into classes, it is for {entry.task}: {instead}.")
    return entry


def _architecture(entry: Entry) -> "Architecture":
    from paishi.gallery.photo_classifier import architecture

    return architecture(entry)


def _refuse_options_of_heads(
    entry: Entry,
    head: str,
    fine_tune: str | None,
    activation: str,
    initializer: str,
    regularizer: list[str] | None,
    weights: str,
) -> None:
    given = {
        "--head": head != "plain",
        _FINE_TUNE: fine_tune is not None,
        "--activation": activation != "relu",
        "--initializer": initializer != "glorot_uniform",
        "--regularizer": bool(regularizer),
        "--weights": weights != "imagenet",
    }
    if wrong := [option for option, is_given in given.items() if is_given]:
        fail(
            f"{' and '.join(wrong)} cannot go with --network {entry.key}, which is trained as it is printed."
        )


def _print_result(trained: "Trained", to: Path) -> None:
    accuracy, confidence = trained.evaluation.accuracy, trained.evaluation.confidence()
    if trained.outcome.is_interrupted:
        complain("Stopped: the best so far is saved. The same command with --resume goes on.", "yellow")
    say(
        f"{100 * accuracy.share:.1f} % of {accuracy.of} validation photos are named right; 95 % interval "
        f"{100 * accuracy.low:.1f} to {100 * accuracy.high:.1f} %."
    )
    if confidence.named is not None:
        say(f"It is sure of {confidence.named} %, and right in {confidence.right} % of those.")
    say(f"How well it recognises, with the photos: {to / 'report.html'}")
    setting = f"PAISHI_MODEL={to.absolute()}"
    if trained.runtime == "tensorflow":
        say(f"TensorFlow runs it: PAISHI_RUNTIME=tensorflow {setting} paishi serve")
    else:
        say(f"Serve it: {setting} paishi serve, or, on a running server, paishi use {to}")


@contextmanager
def _reporting() -> Iterator["Reporter"]:
    """Prints lines, below them bars on a terminal; Ctrl-C in the block ends a training early."""
    from paishi.training.options import FINE_TUNING, HEAD, SCRATCH, Reporter

    console = Console(emoji=False)
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    tasks: dict[str, TaskID] = {}

    def advance(name: str, done: float) -> None:
        if name not in tasks:
            tasks[name] = bars.add_task(name, total=1.0)
        bars.update(tasks[name], completed=done)

    def print_line(sentence: str) -> None:
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)

    def print_epoch(epoch: "Epoch") -> None:
        logs = "  ".join(f"{name} {value:.4g}" for name, value in epoch.logs.items())
        print_line(f"{epoch.phase} {epoch.number}/{epoch.epochs}  {logs}")

    def stop(*_: object) -> None:
        if not tasks.keys() & {HEAD, FINE_TUNING, SCRATCH} or reporter.stop:
            raise KeyboardInterrupt
        reporter.stop = True
        print_line("Stops with the best so far; Ctrl-C once more ends at once, without it.")

    reporter = Reporter(
        print_line,
        lambda done, total: advance("photos", done / total),
        advance,
        print_epoch,
        lambda received, total: advance("weights", received / total if total else 0.0),
    )
    before = signal.signal(signal.SIGINT, stop)
    try:
        with bars:
            yield reporter
    finally:
        signal.signal(signal.SIGINT, before)
