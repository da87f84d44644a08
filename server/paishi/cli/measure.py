"""Measures a network for `models --measure`."""

import asyncio

from paishi.cli.errors import fail
from paishi.cli.load import loaded
from paishi.recognition.benchmark import Measured, keep_measured, measure
from paishi.recognition.recogniser import Recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores


def measure_and_keep(settings: Settings) -> Measured:
    """Ends the program where the network cannot be had or the result not be kept."""
    with loaded(settings, CpuBudget(usable_cores())) as recogniser:
        measured = asyncio.run(_measure(recogniser))
    try:
        keep_measured(settings.cache_folder, {recogniser.network: measured})
    except OSError as error:
        fail(f"{settings.cache_folder} cannot be written: {error.strerror or error}.", 1)
    return measured


async def _measure(recogniser: Recogniser) -> Measured:
    await recogniser.self_test()
    return await measure(recogniser)
