"""Age is a bound as well while nobody comes."""

import asyncio
import logging
from contextlib import AbstractAsyncContextManager

from paishi.store.echoes import Echoes
from paishi.system.background_task import background_task

log = logging.getLogger(__name__)

_LEAST_S = 1.0


def swept(echoes: Echoes, max_age_s: float) -> AbstractAsyncContextManager[None]:
    """Sweeps until the block ends: at once, for what a process left that has ended, and then when something
    has become too old, which costs a quiet server one look at its store in `max_age_s` seconds. What is too
    old stays for at most a tenth of that longer."""
    return background_task(_keep_sweeping(echoes, max(_LEAST_S, max_age_s / 10)))


async def _keep_sweeping(echoes: Echoes, every_s: float) -> None:
    """Not more often than that, in seconds."""
    failed = False
    while True:
        wait_s = 0.0
        try:
            wait_s = await echoes.sweep()
            failed = False
        except Exception as error:  # whatever it is, the store may be mended
            if not failed:
                # The kind only: some texts quote the address, which may have a password.
                log.warning(
                    "What is too old in PAISHI_STORE cannot be deleted (%s): tried again every %g s.",
                    type(error.__cause__ or error).__name__,
                    every_s,
                )
            failed = True
        await asyncio.sleep(max(every_s, wait_s))
