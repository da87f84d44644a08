"""The panel that the terminal shows when the model is ready or unavailable."""

import io
import socket

import segno
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from paishi.recognition.recognition import Ready, State, Unavailable
from paishi.settings import Settings

_ALL_INTERFACES = ("0.0.0.0", "::")


class Banner:
    """Prints the panel at each change of state. `port` is the one really listened on."""

    def __init__(self, settings: Settings, port: int, console: Console) -> None:
        self.settings = settings
        self.port = port
        self.console = console

    def __call__(self, state: State) -> None:
        match state:
            case Ready(recogniser):
                runtime = recogniser.runtime
                model = (
                    f"{recogniser.model.name} on {runtime.name} in {runtime.precision}, fit {recogniser.fit}"
                )
                self._panel("PaiShi 拍识 is ready", model, "green")
            case Unavailable(reason):
                self.console.print(reason, style="yellow", highlight=False, markup=False, soft_wrap=True)
                model = f"{self.settings.model}: retried every {self.settings.weights_retry_s:g} s"
                self._panel("PaiShi 拍识 is running, but has no model yet", model, "yellow")

    def _panel(self, title: str, model: str, colour: str) -> None:
        host = self.settings.host
        is_open = host in _ALL_INTERFACES
        lan = lan_address() if is_open else None
        here = self._url("127.0.0.1" if is_open else host)
        if lan:
            phone = self._url(lan)
        else:
            phone = "this machine is in no network" if is_open else f"not reachable, PAISHI_HOST is {host}"
        rows = Table.grid(padding=(0, 2))
        rows.add_row("model", Text(model))  # a name may look like Rich's markup
        rows.add_row("here, DevTools", here)
        rows.add_row("phone, same Wi-Fi", phone)
        if self.settings.docs:
            rows.add_row("API", f"{here}/docs")
        self.console.print(Panel(rows, title=title, border_style=colour, expand=False), soft_wrap=True)
        if lan and self.console.is_terminal:
            self._qr_code(phone)

    def _qr_code(self, url: str) -> None:
        """For the mini-program's settings page, to save typing on a phone."""
        self.console.print("scan it in the mini-program's settings:", style="dim")
        drawn = io.StringIO()
        segno.make(url, error="l").terminal(drawn, border=2, compact=True)
        # Light on dark whatever the terminal's own colours are.
        self.console.print(Text(drawn.getvalue(), style="bright_white on black"), soft_wrap=True)

    def _url(self, host: str) -> str:
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def lan_address() -> str | None:
    """Returns the IPv4 address of this machine in its LAN, None if it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket sends nothing; it only makes the system choose a route. The address
            # is of the range reserved for documentation (RFC 5737).
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if address.startswith("127.") else address
