"""Stands for a conversion that OpenVINO refuses, run as a process of its own by test_load.py."""

import sys

from paishi.models.errors import ConversionFailed, ModelError
from paishi.system.child_process import answer_parent


def refuse(kind: str, name: str, weights: str, folder: str) -> None:
    raise ConversionFailed(f"OpenVINO cannot take {name}.")


answer_parent(refuse, sys.argv[1:], ModelError)
