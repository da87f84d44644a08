"""The server of a swap: accepts requests, switches the model, reports the result."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path

from paishi.control.run_folder import RunFolder, ServerRecord, SwapRequest, write
from paishi.models.custom.folder import shown_name
from paishi.models.errors import WeightsUnavailable
from paishi.models.weights.download import OnProgress
from paishi.recognition.recogniser import Recogniser
from paishi.recognition.recognition import Recognition
from paishi.settings import Settings
from paishi.system.background_task import background_task

log = logging.getLogger(__name__)

_POLL_S = 0.3


class ControlServer:
    """Switches the model at this user's requests, and reloads it at SIGHUP.

    A model that cannot be loaded leaves the current one in place.
    """

    def __init__(
        self,
        settings: Settings,
        port: int,
        recognition: Recognition,
        load: Callable[[Settings, OnProgress], Recogniser],
    ) -> None:
        self.settings = settings
        self._recognition = recognition
        self._load = load
        self._folder = RunFolder(settings.keras_home)
        self._record = ServerRecord(port=port, model=settings.model)
        self._reload = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Accepts requests until the block ends; only SIGHUP if the run folder cannot be written."""
        with ExitStack() as stack:
            # Before the server can be found: whoever finds it may send the signal.
            stack.enter_context(_on_hangup(self._reload.set))
            poll_s: float | None = _POLL_S
            try:
                stack.enter_context(self._folder.register(self._record))
            except OSError as error:
                log.debug("`paishi use` cannot reach this server: %s: %s", self._folder.path, error)
                poll_s = None
            async with background_task(self._listen(poll_s)):
                yield

    async def _listen(self, poll_s: float | None) -> None:
        while True:
            if poll_s and (request := await asyncio.to_thread(self._next_request)):
                await self._accept(request)
            elif self._reload.is_set():
                self._reload.clear()
                await self._swap(self.settings, lambda received, total: None)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._reload.wait(), poll_s)

    def _next_request(self) -> SwapRequest | None:
        try:
            return self._folder.take_request(self._record.port)
        except (OSError, ValueError) as error:
            log.warning("Ignored a request to switch the model: %s", error)
            return None

    async def _accept(self, request: SwapRequest) -> None:
        await self._report_soon(request=request.id, state="loading", percent=None, reason="", missing=None)
        # Weights other than the published ones belong to one model.
        same = request.model.strip().lower() == self.settings.model.strip().lower()
        weights = request.weights or (self.settings.weights if same else "imagenet")
        wanted = self.settings.model_copy(update={"model": request.model, "weights": weights})
        result = await self._swap(wanted, self._report_progress)
        await self._report_soon(**result, model=self.settings.model)

    async def _swap(self, settings: Settings, on_progress: OnProgress) -> dict[str, object]:
        """Returns the fields of the record that give the result."""
        try:
            load = partial(self._load, settings)
            name = await asyncio.to_thread(shown_name, settings.model)  # may look at the disk
            await self._recognition.swap(name, load, on_progress)
        except Exception as error:  # whatever it is, the current model still works
            reason = str(error) or type(error).__name__
            log.warning("could not switch to %s, %s stays: %s", settings.model, self.settings.model, reason)
            log.debug("loading %s failed", settings.model, exc_info=error)
            missing = error.missing if isinstance(error, WeightsUnavailable) else None
            return {"state": "failed", "reason": reason, "missing": missing}
        self.settings = settings
        return {"state": "done"}

    def _report_progress(self, received: int, total: int | None) -> None:
        percent = 100 * received // total if total else None
        if percent != self._record.percent:
            self._report(percent=percent)

    async def _report_soon(self, **changed: object) -> None:
        await asyncio.to_thread(self._report, **changed)

    def _report(self, **changed: object) -> None:
        self._record = self._record.model_copy(update=changed)
        try:
            write(self._folder.record(self._record.port), self._record)
        except OSError as error:
            log.warning("`paishi use` cannot be informed: %s: %s", self._folder.path, error)


@contextmanager
def _on_hangup(reload: Callable[[], None]) -> Iterator[None]:
    """Calls `reload` at SIGHUP, unless it means that the server's terminal was closed: then it shuts down."""
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
