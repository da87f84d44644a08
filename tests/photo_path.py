"""Lists the files of `paishi` that one `POST /predict` enters: `python -m tests.photo_path`.

The request goes through the real protocol, the whole ASGI stack and OpenVINO in a warm server. Its photo is a
small JPEG, which is decoded in the server's process. The log is off: its line follows the response.
"""

import http.client
import tempfile
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from paishi.app import Application, create_app
from paishi.connection.protocol import BoundedHTTP
from paishi.recognition.load import load_recogniser
from paishi.settings import Settings
from tests.server.api.conftest import settled
from tests.server.conftest import ROOT, wait_for
from tests.server.in_process import running
from tests.server.models.graph_models import graph_folder
from tests.server.pictures import file_of, noise

PACKAGE = ROOT / "server" / "paishi"
BODY = (
    b'--b\r\nContent-Disposition: form-data; name="image"; filename="x.jpg"\r\n\r\n%b\r\n--b--\r\n'
    % file_of(noise())
)
HEADERS = {"Content-Type": "multipart/form-data; boundary=b"}


class EnteredFiles:
    """Profile function for all threads that start while it is set; collects files from a request's start on.

    What threads still do for an earlier request, until the first bytes of this one come, is left out.
    """

    def __init__(self) -> None:
        self.is_on = False
        self.files: dict[str, None] = {}

    def restart(self) -> None:
        """Forgets the files, and collects none until a client sends the next bytes."""
        self.is_on = False
        self.files = {}

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or not frame.f_code.co_filename.startswith(str(PACKAGE)):
            return
        if frame.f_code is BoundedHTTP.data_received.__code__:
            self.is_on = True
        if self.is_on:
            self.files[frame.f_code.co_filename] = None


def photo_path(folder: Path) -> list[str]:
    """The files below server/paishi, in the order in which one request enters them.

    The model, a small one of ONNX, which needs no Keras, is copied to `folder`.
    """
    model = graph_folder(folder / "model", "torch_softmax")
    settings = Settings(model=str(model), cache=str(folder), KERAS_HOME=folder)
    entered = EnteredFiles()
    threading.setprofile(entered)
    try:
        app = create_app(settings, load=load_recogniser)
        with running(app.asgi, http=app.protocol, ws="none") as port:
            settled(app.services)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            requests = [_entered_by_one(entered, app, connection) for _ in range(4)]
            connection.close()
    finally:
        threading.setprofile(None)
    # What only some requests entered belongs to the first one's warming up, or to a thread of its own clock.
    common = set.intersection(*map(set, requests))
    return [Path(file).relative_to(PACKAGE).as_posix() for file in requests[-1] if file in common]


def _entered_by_one(
    entered: EnteredFiles, app: Application, connection: http.client.HTTPConnection
) -> list[str]:
    entered.restart()
    _predict(connection)
    # The response is there before its request has come to its end.
    wait_for(lambda: not app.services.metrics.active, 20, "the end of the request")
    return list(entered.files)


def _predict(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/predict", BODY, HEADERS)
    response = connection.getresponse()
    assert response.status == 200, response.read()
    response.read()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for number, file in enumerate(photo_path(Path(folder)), 1):
            print(f"{number:3} {file}")
