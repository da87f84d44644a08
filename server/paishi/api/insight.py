"""Access to a model's insight for the routes that need it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from paishi.models.errors import KerasMissing, ModelError, NotExplainable, UnknownLayer
from paishi.problems import kinds as problems
from paishi.recognition.recogniser import Recogniser
from paishi.runtimes.insight import Insight

log = logging.getLogger(__name__)

_RETRY_AFTER_S = 30


@contextmanager
def open_insight(recogniser: Recogniser) -> Iterator[Insight]:
    """Yields the insight of `recogniser` and turns its errors into problems.

    Raises NotExplainable if the model has none, RequestInvalid if it lacks the layer, ModelUnavailable if it
    cannot be loaded.
    """
    try:
        if recogniser.insight is None:
            raise NotExplainable(f"{recogniser.name} cannot be explained.")
        yield recogniser.insight
    except (NotExplainable, KerasMissing) as error:
        raise problems.NotExplainable(str(error)) from error
    except UnknownLayer as error:
        raise problems.RequestInvalid(str(error)) from error
    except ModelError as error:
        log.warning("insight into %s failed: %s", recogniser.name, error)
        raise problems.ModelUnavailable(str(error), retry_after=_RETRY_AFTER_S) from error
