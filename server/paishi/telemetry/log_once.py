"""A failure's stack trace comes once: with the request that it belongs to."""

import logging

_MARK = "_paishi_is_logged"


def mark_logged(error: BaseException) -> None:
    setattr(error, _MARK, True)


class NotAgain(logging.Filter):
    """For uvicorn's log, which repeats whatever leaves the application."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not getattr(error, _MARK, False)
