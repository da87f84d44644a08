"""The code of an entry as a program of its own, which needs Keras alone."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from paishi.gallery.build import builder
from paishi.gallery.entries import Entry

_OURS = "paishi.gallery.models."
_SHORT = {
    "layers": "from keras import layers",
    "ops": "from keras import ops",
    "Any": "from typing import Any",
}


def snippet(entry: Entry) -> str:
    """Imports, the classes and functions that the builder uses, the builder, and a call of it."""
    parts = list(dict.fromkeys(_parts(builder(entry))))
    code = "\n\n\n".join(parts)
    names = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    imports = [line for name, line in _SHORT.items() if name in names]
    standard = [line for line in imports if "typing" in line]
    of_keras = ["import keras", *(line for line in imports if "typing" not in line)]
    heading = "\n\n".join("\n".join(lines) for lines in (standard, of_keras) if lines)
    return f"{heading}\n\n\n{code}\n\n\nmodel = {entry.key}()\nmodel.summary()\n"


def _parts(wanted: Any) -> Iterator[str]:
    """The source of `wanted`, after that of all in the gallery that it uses."""
    source = textwrap.dedent(inspect.getsource(wanted))
    module = inspect.getmodule(wanted)
    assert isinstance(module, ModuleType)
    for node in ast.walk(ast.parse(source)):
        used = getattr(module, node.id, None) if isinstance(node, ast.Name) else None
        if used is not wanted and getattr(used, "__module__", "").startswith(_OURS):
            yield from _parts(used)
    yield re.sub(r"  # type: ignore\[.*\]", "", source).strip()
