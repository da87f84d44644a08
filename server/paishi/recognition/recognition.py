"""What this server can recognise right now: nothing yet, nothing at all, or a network that answers."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from paishi.models.weights.download import OnProgress
from paishi.problems.kinds import ModelLoading, ModelUnavailable
from paishi.recognition.lease import Lease
from paishi.recognition.recogniser import Recogniser
from paishi.system.daemon_thread import in_daemon_thread

log = logging.getLogger(__name__)

LOADING_RETRY_AFTER_S = 3


@dataclass(frozen=True, slots=True)
class Loading:
    """`percent` of the weights received, None where nothing is downloaded or the size is unknown."""

    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """`reason` says what to do."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The network has answered its self-test."""

    recogniser: Recogniser


State = Loading | Unavailable | Ready
Load = Callable[[OnProgress], Recogniser]


class Recognition:
    """Loads in the background and tries again every `retry_s` seconds until a network answers.

    `load` blocks, gets a function to tell its progress to, and may raise anything; `network` is what
    is being loaded, for messages. `on_change` is told every change between Loading, Unavailable, Ready.
    """

    def __init__(
        self, network: str, load: Load, retry_s: float, on_change: Callable[[State], None] | None = None
    ) -> None:
        self.network = network
        self.state: State = Loading()
        self._load = load
        self._retry_s = retry_s
        self._on_change = on_change or (lambda state: None)
        self._task: asyncio.Task[None] | None = None
        self._lease: Lease | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_trying())

    def stop(self) -> None:
        if self._task:
            self._task.cancel()
        if self._lease:
            self._lease.recogniser.runtime.close()

    async def swap(self, network: str, load: Load, on_progress: OnProgress) -> None:
        """Loads a network beside the one that answers and puts it in its place between two requests.

        Whatever a request began with also finishes it. Raises what `load` or the self-test raises, and then
        everything is as it was. One swap at a time.
        """
        recogniser = await _tested(lambda: load(on_progress))
        if self._task:
            self._task.cancel()  # it may still be trying to get the first one
        self.network = network
        self._serve(recogniser)

    @contextmanager
    def hold(self) -> Iterator[Recogniser]:
        """The network to ask, which stays open until the block ends. Raises as `current` does."""
        self.current()
        assert self._lease
        with self._lease.hold() as recogniser:
            yield recogniser

    def current(self) -> Recogniser:
        """The network that answers, to be looked at; to ask it, `hold` it.

        Raises ModelLoading or ModelUnavailable.
        """
        match self.state:
            case Ready(recogniser):
                return recogniser
            case Loading(percent):
                got = "" if percent is None else f" ({percent} % of its weights are here)"
                raise ModelLoading(
                    f"{self.network} is being made ready{got}. Try again in a few seconds.",
                    retry_after=LOADING_RETRY_AFTER_S,
                )
            case Unavailable(reason):
                raise ModelUnavailable(reason, retry_after=round(self._retry_s))

    async def _keep_trying(self) -> None:
        loop = asyncio.get_running_loop()

        def on_progress(received: int, total: int | None) -> None:
            with suppress(RuntimeError):  # the loop has ended: nobody asks any more
                loop.call_soon_threadsafe(self._progress, received, total)

        while True:
            try:
                recogniser = await _tested(lambda: self._load(on_progress))
            except Exception as error:
                # Whatever it is, the rest of the server works and the operator may be about to mend it.
                self._change(Unavailable(str(error) or type(error).__name__))
                log.debug("loading %s failed", self.network, exc_info=error)
                await asyncio.sleep(self._retry_s)
            else:
                return self._serve(recogniser)

    def _serve(self, recogniser: Recogniser) -> None:
        before, self._lease = self._lease, Lease(recogniser)
        self._change(Ready(recogniser))
        if before:
            before.retire()

    def _progress(self, received: int, total: int | None) -> None:
        if not isinstance(self.state, Ready):  # a swap may have been quicker than this download
            self.state = Loading(100 * received // total if total else None)

    def _change(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self._on_change(state)


async def _tested(load: Callable[[], Recogniser]) -> Recogniser:
    """Loads a network and lets it answer its self-test; closes it where it fails or nobody waits any more."""
    loading = asyncio.ensure_future(in_daemon_thread(load, "load-network"))
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
