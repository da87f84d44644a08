"""How long a network takes for one photo."""

import time
from datetime import UTC, datetime
from statistics import median

import numpy as np

from paishi.recognition.measured import Measured
from paishi.recognition.recogniser import Recogniser
from paishi.system.cpu_count import usable_cores

RUNS = 20
_WARM_UP = 3


async def measure(recogniser: Recogniser) -> Measured:
    """Asks the network for one photo after the other, in all of the ways that its fit looks at one."""
    views = 2 if recogniser.fit == "both" else 1
    shape = (views, recogniser.input_size, recogniser.input_size, 3)
    photo = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    took = []
    for _ in range(_WARM_UP + RUNS):
        start = time.perf_counter()
        await recogniser.recognise(photo, 5)
        took.append(1000 * (time.perf_counter() - start))
    return Measured(
        ms=round(median(took[_WARM_UP:]), 2),
        runs=RUNS,
        runtime=recogniser.runtime.name,
        precision=recogniser.runtime.precision,
        cores=usable_cores(),
        at=datetime.now(UTC),
    )
