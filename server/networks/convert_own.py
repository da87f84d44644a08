"""A `.keras` file to OpenVINO: `python -m server.networks.convert_own FILE PREPROCESSING FOLDER`.

Loading the file can run code; it does so in this process, which is gone afterwards, and not in the server.
"""

import sys
from pathlib import Path

from server.child import answer_parent
from server.networks.backbone import Preprocessing
from server.networks.convert import convert
from server.networks.own_served import build_own


def main(file: str, preprocessing: str, folder: str) -> None:
    convert(build_own(Path(file), Preprocessing(preprocessing)), Path(folder) / "network.xml")


if __name__ == "__main__":
    answer_parent(main, sys.argv[1:])
