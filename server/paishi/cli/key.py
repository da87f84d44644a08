"""`paishi key`: keys for PAISHI_AUTH=key."""

from typing import Annotated

import typer
from rich.console import Console

from paishi.access.keys import hash_of, new_key, parse_stored
from paishi.cli.errors import fail

key = typer.Typer(no_args_is_help=True, help="API keys for PAISHI_AUTH=key.")


@key.callback()
def _group() -> None:
    """Makes `new` a subcommand although it is the only one."""


@key.command()
def new(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Owner of the key.", show_default=False)] = "",
) -> None:
    """Create a key; print it once, with the hash for the server."""
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
    out.print("The key is shown only now. Give it to the client, which sends it as")
    out.print("  Authorization: Bearer <key>")
    out.print("Add the hash to PAISHI_KEYS (separated by commas), or as a line to the file PAISHI_KEYS_FILE,")
    out.print("which is reloaded when it changes; and set PAISHI_AUTH=key.")
