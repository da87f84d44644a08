"""The panel that the terminal shows when the model is ready or unavailable."""

import io

import segno
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from paishi.cli.missing_weights import card, line
from paishi.recognition.recognition import WHEN_CHANGED, Awaited, Ready, State, Unavailable
from paishi.settings import Settings
from paishi.system.lan_address import ALL_INTERFACES, lan_url, server_url


class ServerConsole(Console):
    """Standard output of a server, which goes on without it."""

    def on_broken_pipe(self) -> None:
        """Prints no more; rich itself exits, also from within the event loop."""
        self.quiet = True


class Banner:
    """Prints the panel at each change of state. `port` is the one really listened on."""

    def __init__(self, settings: Settings, port: int, console: Console) -> None:
        self.settings = settings
        self.port = port
        self.console = console

    def __call__(self, state: State) -> None:
        match state:
            case Ready(recogniser, awaited):
                name, runtime = recogniser.model.name, recogniser.runtime
                if awaited and awaited.reason:
                    self._warn(self._not_there(awaited, name))
                    return
                if awaited:
                    got = "" if awaited.percent is None else f" ({awaited.percent} %)"
                    model = f"{name} for now; {awaited.name} is awaited{got}"
                else:
                    model = f"{name} on {runtime.name} in {runtime.precision}, fit {recogniser.fit}"
                self._panel("PaiShi 拍识 is ready", model, "green")
            case Unavailable(reason, missing):
                name = self.settings.model
                self._warn(card(name, reason, missing) if missing else reason)
                model = f"{name}{'' if reason.endswith(WHEN_CHANGED) else f': {self._retried}'}"
                self._panel("PaiShi 拍识 is running, but has no model yet", model, "yellow")

    def _not_there(self, awaited: Awaited, stand_in: str) -> str:
        name, reason = awaited.name, awaited.reason
        if awaited.missing:
            return line(name, reason, awaited.missing)
        again = "" if reason.endswith(WHEN_CHANGED) else f" It is {self._retried}."
        return f"{name} is not there yet, {stand_in} goes on. {reason}{again}"

    @property
    def _retried(self) -> str:
        return f"tried again every {self.settings.weights_retry_s:g} s"

    def _warn(self, text: str) -> None:
        self.console.print(text, style="yellow", highlight=False, markup=False, soft_wrap=True)

    def _panel(self, title: str, model: str, colour: str) -> None:
        host = self.settings.host
        is_open = host in ALL_INTERFACES
        phone = lan_url(host, self.port)
        unreachable = "this machine is in no network" if is_open else f"not reachable, PAISHI_HOST is {host}"
        here = server_url("127.0.0.1" if is_open else host, self.port)
        rows = Table.grid(padding=(0, 2))
        rows.add_row("model", Text(model))  # a name may look like Rich's markup
        rows.add_row("here, DevTools", here)
        rows.add_row("phone, same Wi-Fi", phone or unreachable)
        if self.settings.docs:
            rows.add_row("API", f"{here}/docs")
        self.console.print(Panel(rows, title=title, border_style=colour, expand=False), soft_wrap=True)
        if phone and self.console.is_terminal and self.console.encoding.startswith("utf"):
            self._qr_code(phone)

    def _qr_code(self, url: str) -> None:
        """For the mini-program's settings page, to save typing on a phone."""
        self.console.print("scan it in the mini-program's settings:", style="dim")
        drawn = io.StringIO()
        segno.make(url, error="l").terminal(drawn, border=2, compact=True)
        # Light on dark whatever the terminal's own colours are.
        self.console.print(Text(drawn.getvalue(), style="bright_white on black"), soft_wrap=True)
