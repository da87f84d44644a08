"""What lies in the files between a server and who tells it something. JSON, so reading it runs nothing."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerRecord(Message):
    """A server that runs, and the network that it is meant to answer with."""

    pid: int
    started: AwareDatetime
    host: str
    port: int
    model: str
    weights: str


class SwapRequest(Message):
    """Take `model`. `weights` is as in `PAISHI_WEIGHTS`; None leaves it to the server."""

    id: str
    model: str
    weights: str | None = None


class SwapStatus(Message):
    """How far the order `id` has come. `percent` is of a download, `reason` is why it `failed`."""

    id: str
    state: Literal["loading", "done", "failed"]
    percent: int | None = None
    reason: str = ""
