"""Measures a network for `models --measure`."""

import asyncio

from server.cli.errors import fail
from server.cli.loading import load_with_progress
from server.networks.errors import NetworkError
from server.recognition.measured import Measured, keep_measured
from server.recognition.measuring import measure
from server.recognition.recogniser import Recogniser, SelfTestFailed
from server.settings import Settings


def measure_and_keep(settings: Settings) -> Measured:
    """Ends the program where the network cannot be had or the result not be kept."""
    try:
        recogniser = load_with_progress(settings)
    except NetworkError as error:
        fail(str(error), 1)
    try:
        measured = asyncio.run(_measure(recogniser))
        keep_measured(settings.cache_folder, {recogniser.network: measured})
    except SelfTestFailed as error:
        fail(str(error), 1)
    except OSError as error:
        fail(f"{settings.cache_folder} cannot be written: {error.strerror or error}.", 1)
    finally:
        recogniser.runtime.close()
    return measured


async def _measure(recogniser: Recogniser) -> Measured:
    await recogniser.self_test()
    return await measure(recogniser)
