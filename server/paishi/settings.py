"""Every setting of the server, read from the environment with the prefix `PAISHI_`."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AliasChoices,
    Field,
    HttpUrl,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    TypeAdapter,
    field_validator,
)
from pydantic.config import JsonDict
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from paishi.choices import Fit, Precision, RuntimeChoice
from paishi.system.cpu_count import usable_cores

TOKEN_KEY_BYTES = 32
"""What HS256 wants at least (RFC 7518, section 3.2)."""

Commas = Annotated[list[str], NoDecode]


def _unit(unit: str) -> JsonDict:
    return {"unit": unit}


class Misconfigured(Exception):
    """Settings that cannot take effect; the message says which to change and quotes no secret."""


class Settings(BaseSettings):
    """Defaults suit a laptop; each field's description is what `python -m paishi settings` prints."""

    model_config = SettingsConfigDict(env_prefix="PAISHI_", frozen=True, hide_input_in_errors=True)

    model: str = Field(
        "ResNet50",
        description="Network to serve: a name from `GET /models`, or a folder with your own (`model.keras`, "
        "`labels.json`), which is code that you trust.",
    )
    weights: str = Field(
        "imagenet",
        description="Where its weights come from: `imagenet` (Keras's cache, then the mirrors, then Keras's "
        "published address), a file (.weights.h5 or .h5), or a URL.",
    )
    weights_mirrors: Commas = Field(
        default_factory=list,
        description="Addresses to try before Keras's own, separated by commas; each has the files "
        "under their published names.",
    )
    weights_retry_s: PositiveFloat = Field(
        30,
        description="Wait before weights that could not be had are tried again.",
        json_schema_extra=_unit("s"),
    )
    runtime: RuntimeChoice = Field(
        "auto",
        description="What runs the network: `openvino`, `tensorflow`, or `auto`, which is OpenVINO wherever "
        "it answers as TensorFlow does.",
    )
    precision: Precision = Field(
        "fp32",
        description="What the network calculates with: `fp32`, `bf16` or `int8`, which are faster, need "
        "OpenVINO and are refused unless 97 % of the answers stay the same on photos from "
        "PAISHI_CALIBRATION.",
    )
    calibration: str = Field(
        "",
        description="Folder of at least 100 photos of the kind that will be recognised, some hundreds are "
        "better; `int8` is calibrated on half of them and checked on the others. Not needed once that is in "
        "PAISHI_CACHE.",
    )
    fit: Fit = Field(
        "crop",
        description="How a photo is brought to the network's size: `crop` (the centre), `squash` (all of it, "
        "distorted, as the demo did), `both` (the mean of the two answers; twice the work, the most right).",
    )
    confident_at: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Probability of the first name from which the answer calls itself confident.",
    )
    host: str = Field("0.0.0.0", description="Address to listen on; 127.0.0.1 shuts phones out.")
    port: int = Field(5000, ge=0, le=65535, description="Port to listen on; 0 takes any free one.")
    public_url: str = Field(
        "",
        description="Address under which clients reach the server, where their requests do not tell.",
    )
    metrics: Literal["open", "local", "off"] = Field(
        "local",
        description="Who may read /metrics: `local` is this machine and its network, without a proxy in "
        "between; `open` is anybody; `off` is nobody.",
    )
    log: Literal["auto", "json", "text", "off"] = Field(
        "auto",
        description="Log on standard error, one line a request: `json`, `text`, `off`, or `auto`, which is "
        "text on a terminal and else JSON.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info",
        description="The least that is logged; from `warning` on only requests that the server failed.",
    )
    proxies: Commas = Field(
        default_factory=lambda: ["127.0.0.1"],
        description="Proxies whose X-Forwarded-* headers are believed, separated by commas: addresses, "
        "networks such as 10.0.0.0/8, or `*` where nobody reaches the server but through a proxy that drops "
        "such headers of others.",
    )
    auth: Literal["none", "key", "wechat"] = Field(
        "none",
        description="Who may send photos: `none` (anybody), `key` (who has a key), `wechat` (who comes from "
        "your mini-program).",
    )
    keys: SecretStr = Field(
        SecretStr(""),
        description="For `key`: what `python -m paishi key new` shows as hash, several separated by commas.",
    )
    keys_file: str = Field(
        "",
        description="For `key`: file with one `name:hash` a line, read anew when it changes.",
    )
    wechat_appid: str = Field("", description="For `wechat`: the mini-program's AppID.")
    wechat_secret: SecretStr = Field(
        SecretStr(""), description="For `wechat`: its AppSecret, which stays on this server."
    )
    wechat_url: str = Field("https://api.weixin.qq.com", description="Where WeChat is asked who logs in.")
    token_key: SecretStr = Field(
        SecretStr(""),
        description="For `wechat`: secret of at least 32 bytes that signs sessions, the same on all servers "
        "that share them; where empty a new one at each start, which ends all sessions.",
    )
    session_s: PositiveInt = Field(
        7200, description="How long a session lasts.", json_schema_extra=_unit("s")
    )
    logins_per_minute: NonNegativeInt = Field(
        120, description="Logins that one address may make in a minute; 0 is no limit."
    )
    uploads_per_minute: NonNegativeInt = Field(
        0,
        description="Photos that one client may send in a minute: a user, a key or, where nobody logs in, an "
        "address, which a household or an office shares; 0 is no limit.",
    )
    mb_per_minute: NonNegativeFloat = Field(
        0,
        description="Megabytes that one client may send in a minute; 0 is no limit.",
        json_schema_extra=_unit("MB"),
    )
    rates: SecretStr = Field(
        SecretStr(""),
        description="Where several servers count together: redis://user:password@host:port/database; "
        "needs the package `redis`. Where empty, or while it is down, each counts alone.",
    )
    max_body_mb: PositiveFloat = Field(20, description="Largest request.", json_schema_extra=_unit("MB"))
    max_megapixels: PositiveFloat = Field(
        64, description="Largest picture, before it is decoded.", json_schema_extra=_unit("megapixels")
    )
    max_decoding: int = Field(
        0, ge=0, description="Pictures decoded at the same time, which bounds memory; 0 is one for each core."
    )
    decode_s: PositiveFloat = Field(
        2,
        description="How long the decoding of one picture may take; what its header does not promise to be "
        "quick runs in a process of its own, which is ended then.",
        json_schema_extra=_unit("s"),
    )
    max_in_hand: PositiveInt = Field(
        512,
        description="Photos worked on or waiting, however fast; one more is refused at once with 503. "
        "A quarter of it for /explain and /features.",
    )
    max_wait_s: PositiveFloat = Field(
        5,
        description="Longest that the newest photo would wait, by how fast the last ones went; one more is "
        "refused at once with 503.",
        json_schema_extra=_unit("s"),
    )
    max_bodies_mb: PositiveFloat = Field(
        256,
        description="Memory for requests on their way in and in hand; what does not fit is refused at once "
        "with 503.",
        json_schema_extra=_unit("MB"),
    )
    header_s: PositiveFloat = Field(
        10, description="How long a connection may take to send a header.", json_schema_extra=_unit("s")
    )
    body_s: PositiveFloat = Field(
        60,
        description="How long a request's body may take to arrive, and an answer to be taken.",
        json_schema_extra=_unit("s"),
    )
    max_connections: PositiveInt = Field(
        1000, description="Connections at once; beyond, the one idle for longest makes room."
    )
    echo_mb: PositiveFloat = Field(
        128,
        description="Memory for pictures that wait to be fetched from /image.",
        json_schema_extra=_unit("MB"),
    )
    echo_age_s: PositiveInt = Field(
        600, description="How long such a picture can be fetched.", json_schema_extra=_unit("s")
    )
    store: str = Field(
        "",
        description="Folder or fsspec address (`s3://bucket/echoes`) where several servers share such "
        "pictures; memory where empty.",
    )
    corrections: str = Field(
        "",
        description="Folder or fsspec address for photos that people give with their right name "
        "(`POST /corrections`); none are taken where empty.",
    )
    corrections_mb: PositiveFloat = Field(
        1000, description="Room for them; beyond it no more are taken.", json_schema_extra=_unit("MB")
    )
    shutdown_s: PositiveInt = Field(
        10, description="How long SIGTERM waits for the answers in hand.", json_schema_extra=_unit("s")
    )
    drain_s: int = Field(
        0,
        ge=0,
        description="How long the server still takes requests after SIGTERM while `/readyz` already fails. "
        "Behind a load balancer: longer than that needs to notice.",
        json_schema_extra=_unit("s"),
    )
    hang_s: int = Field(
        60,
        ge=0,
        description="How long one photo may run, or the server be unable to answer anything, before it ends "
        "with code 70, so that it is started again; 0 is for ever.",
        json_schema_extra=_unit("s"),
    )
    docs: bool = Field(True, description="Whether `/docs` and `/openapi.json` are answered.")
    cors_origins: Commas = Field(
        default_factory=list,
        description="Origins whose pages may ask this server from a browser, such as "
        "https://www.example.com, separated by commas; `*` is all. Mini-programs need none.",
    )
    keras_home: Path = Field(
        default_factory=lambda: Path.home() / ".keras",
        validation_alias=AliasChoices("KERAS_HOME"),
        description="Keras's own folder; weights are kept in its `models`.",
    )
    cache: str = Field(
        "",
        description="Folder of networks converted for OpenVINO, `paishi` in KERAS_HOME where empty; can be "
        "deleted at any time.",
    )

    @field_validator("weights_mirrors", "proxies", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("cors_origins")
    @classmethod
    def _check_origins(cls, value: list[str]) -> list[str]:
        for origin in value:
            if origin != "*" and not re.fullmatch(r"https?://[^/?#@\s]+", origin):
                raise ValueError(f"{origin} is no origin, which is http(s)://host or http(s)://host:port")
        return value

    @field_validator("public_url", "wechat_url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        if value:
            TypeAdapter(HttpUrl).validate_python(value)
        return value.rstrip("/")

    @field_validator("token_key")
    @classmethod
    def _check_token_key(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value().encode()) < TOKEN_KEY_BYTES:
            raise ValueError(f"must have at least {TOKEN_KEY_BYTES} bytes")
        return value

    @field_validator("keras_home")
    @classmethod
    def _expand(cls, value: Path) -> Path:
        return value.expanduser()

    @property
    def max_body_bytes(self) -> int:
        return int(self.max_body_mb * 1_000_000)

    @property
    def max_bodies_bytes(self) -> int:
        return int(self.max_bodies_mb * 1_000_000)

    @property
    def max_pixels(self) -> int:
        return int(self.max_megapixels * 1_000_000)

    @property
    def cache_folder(self) -> Path:
        return Path(self.cache).expanduser() if self.cache else self.keras_home / "paishi"

    @property
    def calibration_folder(self) -> Path | None:
        return Path(self.calibration).expanduser() if self.calibration else None

    @property
    def decoders(self) -> int:
        return self.max_decoding or usable_cores()


def environment_name(field: str) -> str:
    """Environment variable that sets `field`."""
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return f"PAISHI_{field.upper()}"


def is_secret(field: str) -> bool:
    """Whether its value must not be shown, not even a wrong one."""
    return field in Settings.model_fields and Settings.model_fields[field].annotation is SecretStr
