"""Walks a folder of any files through the decoder: `python -m tests.server.hostile FOLDER [MEGAPIXELS]`."""

import sys
from pathlib import Path

from tests.server.hostile.walking import walk

if __name__ == "__main__":
    megapixels = float(sys.argv[2]) if len(sys.argv) > 2 else 64
    sys.exit(min(1, walk(Path(sys.argv[1]), round(megapixels * 1e6))))
