"""What the terminal says when the server can answer, or cannot."""

import io

import segno
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from paishi.cli.addresses import lan_address
from paishi.recognition.recognition import Ready, State, Unavailable
from paishi.settings import Settings

_EVERYWHERE = ("0.0.0.0", "::")


class Banner:
    """Told of every change of state. `port` is the one really listened on."""

    def __init__(self, settings: Settings, port: int, console: Console) -> None:
        self.settings = settings
        self.port = port
        self.console = console

    def __call__(self, state: State) -> None:
        match state:
            case Ready(recogniser):
                runtime = recogniser.runtime
                network = (
                    f"{recogniser.network} on {runtime.name} in {runtime.precision}, fit {recogniser.fit}"
                )
                self._panel("PaiShi 拍识 can answer", network, "green")
            case Unavailable(reason):
                self.console.print(reason, style="yellow", highlight=False, markup=False, soft_wrap=True)
                network = f"{self.settings.model}: tried again every {self.settings.weights_retry_s:g} s"
                self._panel("PaiShi 拍识 runs, but cannot recognise yet", network, "yellow")

    def _panel(self, title: str, network: str, colour: str) -> None:
        phones = lan_address() if self.settings.host in _EVERYWHERE else None
        rows = Table.grid(padding=(0, 2))
        rows.add_row("network", Text(network))  # whose name may look like Rich's markup
        rows.add_row("here, DevTools", self._address(self._host()))
        rows.add_row("phone, same Wi-Fi", self._phone(phones))
        if self.settings.docs:
            rows.add_row("API", f"{self._address(self._host())}/docs")
        self.console.print(Panel(rows, title=title, border_style=colour, expand=False), soft_wrap=True)
        if phones and self.console.is_terminal:
            self._code(phones)

    def _code(self, address: str) -> None:
        """What the mini-program's settings page scans, so that nobody types an address on a phone."""
        self.console.print("scan it in the mini-program's settings:", style="dim")
        drawn = io.StringIO()
        segno.make(self._address(address), error="l").terminal(drawn, border=2, compact=True)
        # Light on dark whatever the terminal's own colours are.
        self.console.print(Text(drawn.getvalue(), style="bright_white on black"), soft_wrap=True)

    def _host(self) -> str:
        return "127.0.0.1" if self.settings.host in _EVERYWHERE else self.settings.host

    def _phone(self, address: str | None) -> str:
        if self.settings.host not in _EVERYWHERE:
            return f"not reachable, PAISHI_HOST is {self.settings.host}"
        return self._address(address) if address else "this machine is in no network"

    def _address(self, host: str) -> str:
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
