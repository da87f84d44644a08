"""State of the served model: loading, unavailable or ready; loading, retries and swaps."""

import asyncio
import logging
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

from paishi.contract import MissingWeights
from paishi.models.errors import WeightsUnavailable, is_lasting
from paishi.models.weights.download import OnProgress
from paishi.problems.kinds import ModelLoading, ModelUnavailable
from paishi.recognition.recogniser import Recogniser
from paishi.system.daemon_thread import in_daemon_thread

log = logging.getLogger(__name__)

LOADING_RETRY_AFTER_S = 3
WHEN_CHANGED = "It is tried again once its files have changed."


@dataclass(frozen=True, slots=True)
class Loading:
    """The model is loading. `percent` of a download of its weights is None if there is none or no total."""

    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No model could be loaded; `reason` helps an operator to fix that, `missing` is a file to fetch."""

    reason: str
    missing: MissingWeights | None = None


@dataclass(frozen=True, slots=True)
class Awaited:
    """The model for which another one stands in.

    `reason` is why its last attempt failed, empty while it loads; `percent` as in Loading, `missing` as in
    Unavailable.
    """

    name: str
    reason: str = ""
    percent: int | None = None
    missing: MissingWeights | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """The model has passed its self-test. It stands in if another one is `awaited`."""

    recogniser: Recogniser
    awaited: Awaited | None = None


State = Loading | Unavailable | Ready
Load = Callable[[OnProgress], Recogniser]


class _Lease:
    """Counts the holders of `recogniser` and closes it once it is retired and the count is 0."""

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
            threading.Thread(target=self.recogniser.close, name="close-model", daemon=True).start()


class Recognition:
    """Loads a model in the background, and again every `retry_s` seconds until it succeeds.

    `load` blocks, gets a progress function, and may raise anything; `name` is the model's, for messages.
    After a lasting error, it is called again only once the result of `state_of_files` has changed, which also
    blocks. `load_stand_in`, which blocks as well, returns a model that answers meanwhile, or None if none is
    needed. `on_change` gets every change between Loading, Unavailable and Ready; what it raises is logged.
    """

    def __init__(
        self,
        name: str,
        load: Load,
        retry_s: float,
        state_of_files: Callable[[], Hashable],
        on_change: Callable[[State], None] | None = None,
        load_stand_in: Callable[[], Recogniser | None] = lambda: None,
    ) -> None:
        self.name = name
        self.state: State = Loading()
        self._load = load
        self._retry_s = retry_s
        self._state_of_files = state_of_files
        self._load_stand_in = load_stand_in
        self._on_change = on_change or (lambda state: None)
        self._task: asyncio.Task[None] | None = None
        self._lease: _Lease | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_trying())

    def stop(self) -> None:
        if self._task:
            self._task.cancel()
        if self._lease:
            self._lease.recogniser.close()

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
    def hold(self, allow_stand_in: bool = True) -> Iterator[Recogniser]:
        """Yields the current model, which stays open until the block ends. Raises as `current` does, and
        ModelLoading for a model that stands in, if that is not allowed."""
        self.current()
        if self.awaited and not allow_stand_in:
            raise self._is_loading(self.awaited.percent)
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
                raise self._is_loading(percent)
            case Unavailable(reason, missing):
                raise ModelUnavailable(reason, retry_after=round(self._retry_s), missing=missing)

    @property
    def awaited(self) -> Awaited | None:
        """The wanted model, if another one stands in for it."""
        return self.state.awaited if isinstance(self.state, Ready) else None

    def _is_loading(self, percent: int | None) -> ModelLoading:
        got = "" if percent is None else f" ({percent} % of its weights are here)"
        return ModelLoading(
            f"{self.name} is loading{got}. Try again in a few seconds.", retry_after=LOADING_RETRY_AFTER_S
        )

    async def _stand_in(self) -> None:
        """Serves the stand-in, if it is needed and can be loaded."""
        try:
            recogniser = await _tested(self._load_stand_in)
        except Exception as error:
            log.warning("no model stands in for %s: %s", self.name, error)
        else:
            if recogniser:
                self._serve(recogniser, Awaited(self.name))

    async def _keep_trying(self) -> None:
        await self._stand_in()
        loop = asyncio.get_running_loop()

        def on_progress(received: int, total: int | None) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._progress, received, total)

        while True:
            files = await self._files_now()
            try:
                recogniser = await _tested(lambda: self._load(on_progress))
            except Exception as error:
                # On any error the rest of the server works, and the operator may fix the cause.
                stays, reason = is_lasting(error), str(error) or type(error).__name__
                reason = f"{reason} {WHEN_CHANGED}" if stays else reason
                missing = error.missing if isinstance(error, WeightsUnavailable) else None
                if isinstance(self.state, Ready):
                    self._change(Ready(self.state.recogniser, Awaited(self.name, reason, missing=missing)))
                else:
                    self._change(Unavailable(reason, missing))
                log.debug("loading %s failed", self.name, exc_info=error)
                while True:
                    await asyncio.sleep(self._retry_s)
                    if not stays or await self._files_now() != files:
                        break
            else:
                return self._serve(recogniser)

    async def _files_now(self) -> Hashable:
        return await in_daemon_thread(self._state_of_files, "model-files")

    def _serve(self, recogniser: Recogniser, awaited: Awaited | None = None) -> None:
        before, self._lease = self._lease, _Lease(recogniser)
        try:
            self._change(Ready(recogniser, awaited))
        finally:
            if before:
                before.retire()

    def _progress(self, received: int, total: int | None) -> None:
        percent = 100 * received // total if total else None
        match self.state:
            case Ready(recogniser, Awaited(name)):
                self.state = Ready(recogniser, Awaited(name, percent=percent))
            case Ready():
                pass  # a swap has overtaken this download
            case _:
                self.state = Loading(percent)

    def _change(self, state: State) -> None:
        if state != self.state:
            self.state = state
            try:
                self._on_change(state)
            except Exception:  # a full disk for the terminal's output, for one: recognition goes on
                log.exception("could not report that %s is %s", self.name, type(state).__name__.lower())


Loaded = TypeVar("Loaded", Recogniser, Recogniser | None)


async def _tested(load: Callable[[], Loaded]) -> Loaded:
    """Loads a model and runs its self-test; closes it if that fails or the task is cancelled."""
    loading = asyncio.ensure_future(in_daemon_thread(load, "load-model"))
    try:
        recogniser = await asyncio.shield(loading)
    except asyncio.CancelledError:
        loading.add_done_callback(_close_unwanted)
        raise
    if recogniser is not None:
        try:
            await recogniser.self_test()
        except BaseException:
            recogniser.close()
            raise
    return recogniser


def _close_unwanted(loading: asyncio.Future[Loaded]) -> None:
    if not loading.cancelled() and not loading.exception() and (recogniser := loading.result()):
        recogniser.close()
