"""When strangers come."""

import numpy as np


def poisson_arrivals(rate: float, seconds: float, seed: int) -> list[float]:
    """Times in [0, `seconds`) at which requests arrive independently, `rate` a second on average."""
    random = np.random.default_rng(seed)
    times: list[float] = []
    now = random.exponential(1 / rate)
    while now < seconds:
        times.append(float(now))
        now += random.exponential(1 / rate)
    return times
