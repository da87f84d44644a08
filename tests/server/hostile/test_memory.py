"""Memory of a process that decodes every hostile file, and of its sandboxes."""

import subprocess
import sys

import pytest

from tests.server.conftest import ROOT
from tests.server.hostile.corpus import KINDS, corpus

# MB. The largest honest picture, 64 megapixels, takes 1.0 GB while it is decoded, in a process of its own;
# the pixels that come back take a quarter of that.
_MOST_HERE, _MOST_ELSEWHERE = 700, 1500

DECODING = """
import resource, sys
from tests.server.photo.decoding import decode, end_workers, limit_decoding
from paishi.problems.kinds import PhotoError
read = refused = 0
limit_decoding(0.5, 2)
for length in map(int, sys.stdin.buffer):
    file = sys.stdin.buffer.read(length)
    for short_side in (512, None):
        try:
            decode(file, max_pixels=64_000_000, short_side=short_side, colour_managed=True)
            read += 1
        except PhotoError:
            refused += 1
end_workers()
unit = 1_000_000 if sys.platform == "darwin" else 1000
most = [resource.getrusage(who).ru_maxrss // unit for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
if sys.platform == "linux":  # where getrusage begins with what the starting process had
    [peak] = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
    most[0] = int(peak.split()[1]) // 1000
print(read, refused, *most)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no getrusage, and no limit on memory here")
def test_memory_stays_bounded() -> None:
    files = [case.data for kind in KINDS for case in corpus(kind)]
    sent = b"".join(b"%d\n%s" % (len(file), file) for file in files)
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DECODING],
        cwd=ROOT,
        input=sent,
        capture_output=True,
        check=True,
    )
    read, refused, here, elsewhere = map(int, run.stdout.split())
    assert read > 200
    assert read + refused == 2 * len(files)
    assert here < _MOST_HERE
    assert elsewhere < _MOST_ELSEWHERE
