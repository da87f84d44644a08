"""State of the served model: loading, unavailable or ready; loading, retries and swaps."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from paishi.models.weights.download import OnProgress
from paishi.problems.kinds import ModelLoading, ModelUnavailable
from paishi.recognition.recogniser import Recogniser
from paishi.system.daemon_thread import in_daemon_thread

log = logging.getLogger(__name__)

LOADING_RETRY_AFTER_S = 3


@dataclass(frozen=True, slots=True)
class Loading:
    """The model is loading. `percent` of a download of its weights is None if there is none or no total."""

    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No model could be loaded; `reason` helps an operator to fix that."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The model has passed its self-test."""

    recogniser: Recogniser


State = Loading | Unavailable | Ready
Load = Callable[[OnProgress], Recogniser]


class _Lease:
    """Counts the holders of `recogniser` and closes its runtime once it is retired and the count is 0."""

    def __init__(self, recogniser: Recogniser) -> None:
        self.recogniser = recogniser
        self._holders = 0
        self._retired = False

    @contextmanager
    def hold(self) -> Iterator[Recogniser]:
        self._holders += 1
        try:
            yield self.recogniser
        finally:
            self._holders -= 1
            self._close_if_done()

    def retire(self) -> None:
        self._retired = True
        self._close_if_done()

    def _close_if_done(self) -> None:
        if self._retired and not self._holders:
            # Closing waits for pictures that still run after their request was cancelled.
            threading.Thread(target=self.recogniser.runtime.close, name="close-model", daemon=True).start()


class Recognition:
    """Loads a model in the background, and again every `retry_s` seconds until it succeeds.

    `load` blocks, gets a progress function, and may raise anything; `name` is the model's, for messages.
    `on_change` gets every change between Loading, Unavailable and Ready.
    """

    def __init__(
        self, name: str, load: Load, retry_s: float, on_change: Callable[[State], None] | None = None
    ) -> None:
        self.name = name
        self.state: State = Loading()
        self._load = load
        self._retry_s = retry_s
        self._on_change = on_change or (lambda state: None)
        self._task: asyncio.Task[None] | None = None
        self._lease: _Lease | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_trying())

    def stop(self) -> None:
        if self._task:
            self._task.cancel()
        if self._lease:
            self._lease.recogniser.runtime.close()

    async def swap(self, name: str, load: Load, on_progress: OnProgress) -> None:
        """Loads another model beside the current one and replaces that between two requests.

        A request finishes on the model that it began with. Raises the errors of `load` and the self-test, and
        then changes nothing. Only one swap may run at a time.
        """
        recogniser = await _tested(lambda: load(on_progress))
        if self._task:
            self._task.cancel()  # it may still be loading the first model
        self.name = name
        self._serve(recogniser)

    @contextmanager
    def hold(self) -> Iterator[Recogniser]:
        """Yields the current model, which stays open until the block ends. Raises as `current` does."""
        self.current()
        assert self._lease
        with self._lease.hold() as recogniser:
            yield recogniser

    def current(self) -> Recogniser:
        """Returns the current model, for its properties only; `hold` it to run it.

        Raises ModelLoading or ModelUnavailable.
        """
        match self.state:
            case Ready(recogniser):
                return recogniser
            case Loading(percent):
                got = "" if percent is None else f" ({percent} % of its weights are here)"
                raise ModelLoading(
                    f"{self.name} is loading{got}. Try again in a few seconds.",
                    retry_after=LOADING_RETRY_AFTER_S,
                )
            case Unavailable(reason):
                raise ModelUnavailable(reason, retry_after=round(self._retry_s))

    async def _keep_trying(self) -> None:
        loop = asyncio.get_running_loop()

        def on_progress(received: int, total: int | None) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._progress, received, total)

        while True:
            try:
                recogniser = await _tested(lambda: self._load(on_progress))
            except Exception as error:
                # On any error the rest of the server works, and the operator may fix the cause.
                self._change(Unavailable(str(error) or type(error).__name__))
                log.debug("loading %s failed", self.name, exc_info=error)
                await asyncio.sleep(self._retry_s)
            else:
                return self._serve(recogniser)

    def _serve(self, recogniser: Recogniser) -> None:
        before, self._lease = self._lease, _Lease(recogniser)
        self._change(Ready(recogniser))
        if before:
            before.retire()

    def _progress(self, received: int, total: int | None) -> None:
        if not isinstance(self.state, Ready):  # a swap may have overtaken this download
            self.state = Loading(100 * received // total if total else None)

    def _change(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self._on_change(state)


async def _tested(load: Callable[[], Recogniser]) -> Recogniser:
    """Loads a model and runs its self-test; closes it if that fails or the task is cancelled."""
    loading = asyncio.ensure_future(in_daemon_thread(load, "load-model"))
    try:
        recogniser = await asyncio.shield(loading)
    except asyncio.CancelledError:
        loading.add_done_callback(_close_unwanted)
        raise
    try:
        await recogniser.self_test()
    except BaseException:
        recogniser.runtime.close()
        raise
    return recogniser


def _close_unwanted(loading: asyncio.Future[Recogniser]) -> None:
    if not loading.cancelled() and not loading.exception():
        loading.result().runtime.close()
