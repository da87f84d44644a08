"""The server's side: takes orders, swaps the network, says what came of it."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from paishi.control.messages import ServerRecord, SwapRequest, SwapStatus
from paishi.control.run_folder import RunFolder, write
from paishi.models.custom.folder import shown_name
from paishi.models.weights.download import OnProgress
from paishi.recognition.recogniser import Recogniser
from paishi.recognition.recognition import Recognition
from paishi.settings import Settings
from paishi.system.background_task import background_task

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.3
"""Between two looks for an order. Looking works on every system and between containers; a signal does not."""


class ControlServer:
    """Obeys this user's orders to the server on `port`, and SIGHUP: the same network from its file, anew.

    A network that cannot be loaded leaves the one that answers where it is.
    """

    def __init__(
        self,
        settings: Settings,
        port: int,
        recognition: Recognition,
        load: Callable[[Settings, OnProgress], Recogniser],
    ) -> None:
        self.settings = settings
        self.port = port
        self._recognition = recognition
        self._load = load
        self._folder = RunFolder(settings.keras_home)
        self._started = datetime.now(UTC)
        self._reload = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        with self._standing() as known, _on_hangup(self._reload.set):
            async with background_task(self._listen(known)):
                yield

    @contextmanager
    def _standing(self) -> Iterator[bool]:
        """Whether orders can come. A folder that cannot be written is no reason not to serve."""
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(self._folder.stand(self._now()))
            except OSError as error:
                log.debug("`python -m paishi use` cannot reach this server: %s: %s", self._folder.path, error)
                yield False
            else:
                yield True

    def _now(self) -> ServerRecord:
        return ServerRecord(
            pid=os.getpid(),
            started=self._started,
            host=self.settings.host,
            port=self.port,
            model=self.settings.model,
            weights=self.settings.weights,
        )

    async def _listen(self, known: bool) -> None:
        while True:
            request = await asyncio.to_thread(self._next_order) if known else None
            if request:
                await self._obey(request)
            elif self._reload.is_set():
                self._reload.clear()
                await self._swap(self.settings, lambda received, total: None)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._reload.wait(), LOOK_EVERY_S if known else None)

    def _next_order(self) -> SwapRequest | None:
        try:
            return self._folder.take_request(self.port)
        except (OSError, ValueError) as error:
            log.warning("An order was not obeyed: %s", error)
            return None

    async def _obey(self, request: SwapRequest) -> None:
        self._tell(SwapStatus(id=request.id, state="loading"))
        failure = await self._swap(_ordered(self.settings, request), self._percent_teller(request.id))
        if failure is None:
            with suppress(OSError):
                write(self._folder.record(self.port), self._now())
            self._tell(SwapStatus(id=request.id, state="done"))
        else:
            self._tell(SwapStatus(id=request.id, state="failed", reason=failure))

    async def _swap(self, settings: Settings, on_progress: OnProgress) -> str | None:
        """Returns why it failed."""
        try:
            load = partial(self._load, settings)
            await self._recognition.swap(shown_name(settings.model), load, on_progress)
        except Exception as error:  # whatever it is, the network before still answers
            reason = str(error) or type(error).__name__
            log.warning("%s was not taken, %s stays: %s", settings.model, self.settings.model, reason)
            log.debug("loading %s failed", settings.model, exc_info=error)
            return reason
        self.settings = settings
        return None

    def _percent_teller(self, request: str) -> OnProgress:
        told: list[int] = []

        def tell(received: int, total: int | None) -> None:
            percent = 100 * received // total if total else None
            if percent is not None and percent not in told[-1:]:
                told.append(percent)
                self._tell(SwapStatus(id=request, state="loading", percent=percent))

        return tell

    def _tell(self, status: SwapStatus) -> None:
        try:
            write(self._folder.status(self.port), status)
        except OSError as error:
            log.warning("%s cannot be told: %s", status, error)


def _ordered(settings: Settings, request: SwapRequest) -> Settings:
    """A file or address is of one network only: another one comes with its published weights."""
    same = request.model.strip().lower() == settings.model.strip().lower()
    weights = request.weights or (settings.weights if same else "imagenet")
    return settings.model_copy(update={"model": request.model, "weights": weights})


@contextmanager
def _on_hangup(reload: Callable[[], None]) -> Iterator[None]:
    """SIGHUP also says that the terminal has gone, and a server that was started in it ends with it."""
    if not hasattr(signal, "SIGHUP") or signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:  # Windows; nohup
        yield
        return
    had_terminal = _has_terminal()

    def hung_up() -> None:
        if had_terminal and not _has_terminal():
            signal.raise_signal(signal.SIGTERM)
        else:
            reload()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, hung_up)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


def _has_terminal() -> bool:
    try:
        Path("/dev/tty").open("rb").close()
    except OSError:
        return False
    return True
