"""`paishi gallery`: models and layers that lecture notes print, in today's Keras."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from paishi.cli.errors import complain, fail, say
from paishi.gallery.entries import Entry, Sentences, UnknownEntry, entries, entries_for, find_entry
from paishi.models.errors import KerasMissing
from paishi.models.keras import need_keras
from paishi.system.atomic_write import write_whole

if TYPE_CHECKING:
    from paishi.gallery.synthetic import Digits

gallery = typer.Typer(
    no_args_is_help=True, help="Models and layers that lecture notes print, in today's Keras."
)

# What imports Keras is imported inside the functions: `list` and --help do without it.

Key = Annotated[str, typer.Argument(metavar="KEY", help="An entry, as listed by `paishi gallery list`.")]


def _need_keras() -> None:
    try:
        need_keras("paishi gallery")
    except KerasMissing as error:
        fail(str(error), 1)


def _entry(key: str) -> Entry:
    try:
        return find_entry(key)
    except UnknownEntry as error:
        fail(str(error))


@gallery.command("list")
def list_entries(
    task: Annotated[str | None, typer.Option(help="Only those for photos, digits, text, layers …")] = None,
) -> None:
    """Show the entries, with what each is for."""
    try:
        chosen = entries_for(task)
    except UnknownEntry as error:
        fail(str(error))
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("key", no_wrap=True)
    table.add_column("task", no_wrap=True)
    table.add_column("parameters", justify="right")
    table.add_column("what it is for")
    for entry in chosen:
        purpose = Text(f"{entry.purpose.en}\n{entry.purpose.zh}")
        table.add_row(entry.key, entry.task, f"{entry.params[0]:,}", purpose)
    Console().print(table, highlight=False)


@gallery.command()
def show(
    key: Key,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FILE", help="Draw it into this .svg or .png; default: KEY.svg."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE.")] = False,
) -> None:
    """Show an entry: what it is for, its code as a program of its own, its summary; and draw it."""
    entry = _entry(key)
    file = to or Path(f"{entry.key}.svg")
    if file.suffix.lower() not in (".svg", ".png"):
        fail(f"--to {file}: a drawing is an .svg or a .png.")
    if to and to.exists() and not force:
        fail(f"{to} exists: choose another file, or replace it with --force.")
    _need_keras()
    from paishi.gallery.build import build_to_look_at
    from paishi.gallery.drawing import draw
    from paishi.gallery.graph import read_graph
    from paishi.gallery.snippet import snippet

    console = Console()
    for sentence in (*entry.purpose, *_remarks(entry)):
        say(sentence)
    code = snippet(entry)
    say("")
    if console.is_terminal:
        from rich.syntax import Syntax  # takes 10 ms of the start of every command

        console.print(Syntax(code, "python", background_color="default"))
    else:
        print(code)
    model = build_to_look_at(entry)
    model.summary()
    if file.exists() and not force:
        say(f"Not drawn: {file} exists. Replace it with --force, or choose another with --to.")
        return
    drawing = draw(read_graph(model), shutil.which("dot"))
    content = drawing.png() if file.suffix.lower() == ".png" else drawing.svg().encode()
    try:
        write_whole(file, content)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}.", 1)
    say(f"Drawn: {file}")


def _remarks(entry: Entry) -> Iterator[str]:
    titles: tuple[tuple[Sentences | None, str, str], ...] = (
        (entry.error, "Where the notes err: ", "原文有误："),
        (entry.change, "In Keras 3: ", "在 Keras 3 中："),
    )
    for remark, en, zh in titles:
        if remark:
            yield f"{en}{remark.en}"
            yield f"{zh}{remark.zh}"


@gallery.command()
def layers(key: Key) -> None:
    """Show the layers of an entry; a layer that is called more than once has a line for each call."""
    entry = _entry(key)
    _need_keras()
    from paishi.gallery.build import build_to_look_at
    from paishi.gallery.graph import read_graph

    table = Table(show_edge=False, pad_edge=False)
    table.add_column("layer")
    table.add_column("class")
    table.add_column("output")
    table.add_column("parameters", justify="right")
    table.add_column(Text("connected to: layer[call][output]"))  # as it is: brackets are rich's markup
    for layer in read_graph(build_to_look_at(entry)):
        calls = "\n".join(", ".join(str(source) for source in call) for call in layer.calls)
        table.add_row(*map(Text, (layer.name, layer.kind, layer.output, f"{layer.params:,}", calls)))
    Console().print(table, highlight=False)
    total, trainable, fixed = entry.params
    say(f"{total:,} parameters, {trainable:,} of them trainable, {fixed:,} not.")


@gallery.command()
def names() -> None:
    """Show the names of Keras 2, what they are today, and what has changed in them."""
    _need_keras()
    from paishi.gallery.renamed import renamed

    table = Table(show_edge=False, pad_edge=False)
    for heading in ("of", "Keras 2", "today", "what has changed"):
        table.add_column(heading, overflow="fold")
    for row in renamed():
        table.add_row(*map(Text, (row.of, row.old, row.new, row.changed)))
    Console().print(table, highlight=False)


@gallery.command()
def verify() -> None:
    """Build every entry and compare its counts with the printed ones; exit code 1 for a difference."""
    begun = time.process_time()
    _need_keras()
    from paishi.gallery.check import differences

    wrong = 0
    for entry in entries().values():
        found = differences(entry)
        wrong += bool(found)
        for sentence in found:
            complain(f"{entry.key}: {sentence}")
        if not found:
            printed = " as printed" if entry.prints_params else ""
            say(f"{entry.key}: {entry.params[0]:,} parameters{printed}, {entry.depth} layers")
        if entry.error:
            say(f"  The notes err: {entry.error.en}")
            say(f"  原文有误：{entry.error.zh}")
    totals = sum(entry.prints_params for entry in entries().values())
    counts = sum(entry.prints_layers + len(entry.prints_named) for entry in entries().values())
    say(
        f"{len(entries())} entries with {totals} printed totals and {counts} printed counts of layers, "
        f"{time.process_time() - begun:.0f} s of CPU time."
    )
    if wrong:
        fail(f"{wrong} of them differ.", 1)


@gallery.command()
def train(
    key: Key,
    data: Annotated[
        Path | None, typer.Option(help="A folder with MNIST's files, or others in its form, for digits.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same one gives the same data.")] = 0,
) -> None:
    """Train an entry on a small set of made data; exit code 1 if it learns no more than chance."""
    entry = _entry(key)
    if entry.train:
        fail(
            f"{entry.key} takes photos of your own: {entry.train}; or, with random weights, "
            f"paishi train PHOTOS --to FOLDER --network {entry.key}"
        )
    if not entry.lesson:
        taught = ", ".join(other.key for other in entries().values() if other.lesson)
        fail(
            f"{entry.key} has nothing to learn by itself, or is too large for seconds. These have: {taught}."
        )
    _need_keras()
    from paishi.gallery.lessons import LESSONS
    from paishi.gallery.lessons import train as learn

    lesson = LESSONS[entry.lesson]
    if data and not lesson.takes_digits:
        fail(f"{entry.key} takes no --data: it does not learn digits of 28x28 pixels.")
    digits = _digits(data)
    say(lesson.asks)
    learned = learn(
        entry,
        digits,
        seed,
        lambda epoch, loss: say(f"epoch {epoch + 1}/{lesson.epochs}  loss {loss:.3f}"),
    )
    say(
        f"{100 * learned.right:.1f} % of {learned.examples} new examples are right; "
        f"always the commonest answer: {100 * learned.chance:.1f} %."
    )
    if not learned.is_more_than_chance:
        fail(f"That is no more than chance: try another seed, such as --seed {seed + 1}.", 1)


def _digits(folder: Path | None) -> "Digits":
    from paishi.gallery.mnist import NoMnist, read_digits
    from paishi.gallery.synthetic import drawn_digits

    try:
        return read_digits(folder) if folder else drawn_digits
    except NoMnist as error:
        fail(str(error))
