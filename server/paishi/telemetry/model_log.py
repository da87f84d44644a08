"""The network's coming and going, in a log that programs read; on a terminal the announcement tells."""

import logging

from paishi.recognition.recognition import Ready, State, Unavailable

log = logging.getLogger(__name__)


def log_change(state: State) -> None:
    match state:
        case Ready(recogniser):
            runtime = recogniser.runtime
            fields = {
                "network": recogniser.network,
                "runtime": runtime.name,
                "precision": runtime.precision,
                "fit": recogniser.fit,
            }
            log.info("ready", extra=fields)
        case Unavailable(reason):
            log.warning("unavailable", extra={"reason": reason})
