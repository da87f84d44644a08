"""What the routes that look into a network share."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from paishi.models.errors import ModelError, NotExplainable, UnknownLayer
from paishi.problems import kinds as problems
from paishi.recognition.recogniser import Recogniser
from paishi.runtimes.insight import Insight

log = logging.getLogger(__name__)

_RETRY_AFTER_S = 30


@contextmanager
def opened(recogniser: Recogniser) -> Iterator[Insight]:
    """Its insight, whose failures within the block become problems."""
    try:
        if recogniser.insight is None:
            raise NotExplainable(f"What {recogniser.network} sees cannot be shown.")
        yield recogniser.insight
    except (UnknownLayer, NotExplainable) as error:
        raise problems.RequestInvalid(str(error)) from error
    except ModelError as error:
        log.warning("%s cannot be looked into: %s", recogniser.network, error)
        raise problems.ModelUnavailable(str(error), retry_after=_RETRY_AFTER_S) from error
