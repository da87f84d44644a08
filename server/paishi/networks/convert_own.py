"""A `.keras` file to OpenVINO: `python -m paishi.networks.convert_own FILE PREPROCESSING FOLDER`.

Loading the file can run code; it does so in this process, which is gone afterwards, and not in the server.
"""

import sys
from pathlib import Path

from paishi.networks.backbone import Preprocessing
from paishi.networks.convert import convert
from paishi.networks.own_served import build_own
from paishi.system.child_process import answer_parent


def main(file: str, preprocessing: str, folder: str) -> None:
    convert(build_own(Path(file), Preprocessing(preprocessing)), Path(folder) / "network.xml")


if __name__ == "__main__":
    answer_parent(main, sys.argv[1:])
