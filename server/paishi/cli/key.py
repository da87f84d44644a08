"""`python -m paishi key`: keys for PAISHI_AUTH=key."""

from typing import Annotated

import typer
from rich.console import Console

from paishi.access.keys import hash_of, new_key, parse_stored
from paishi.cli.errors import fail

key = typer.Typer(no_args_is_help=True, help="Keys for PAISHI_AUTH=key.")


@key.callback()
def _several() -> None:
    """So that `new` is a command of its own although it is the only one."""


@key.command()
def new(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Whose it will be.", show_default=False)] = "",
) -> None:
    """Make a key and show it once, with what the server has to know of it."""
    made = new_key()
    line = f"{name}:{hash_of(made.encode())}" if name else hash_of(made.encode())
    try:
        parse_stored(line)
    except ValueError:
        fail("A name has 1 to 64 letters, digits, spaces or any of _ . @ -")
    out = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    out.print(f"key   {made}")
    out.print(f"hash  {line}")
    out.print()
    out.print("The key is shown only now. Give it to whoever will ask, who sends it as")
    out.print("  Authorization: Bearer <key>")
    out.print("Put the hash into PAISHI_KEYS (several with commas), or as a line into the file that")
    out.print("PAISHI_KEYS_FILE names, which is read anew when it changes; and set PAISHI_AUTH=key.")
