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
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from paishi.choices import Fit, Precision, RuntimeChoice
from paishi.system.cpu_count import usable_cores

TOKEN_KEY_BYTES = 32
"""The shortest key for HS256 (RFC 7518, section 3.2)."""

_UNITS = {"s": "s", "mb": "MB", "megapixels": "megapixels"}

Commas = Annotated[list[str], NoDecode]
"""A list that the environment gives as text with commas."""


class Misconfigured(Exception):
    """Settings that cannot take effect. The message names the setting and quotes no secret."""


class Settings(BaseSettings):
    """Settings with defaults for a laptop; `paishi settings` prints each field's description.

    The name of a field ends in its unit: `_s` seconds, `_mb` megabytes (10**6 bytes).
    """

    model_config = SettingsConfigDict(env_prefix="PAISHI_", frozen=True, hide_input_in_errors=True)

    model: str = Field(
        "ResNet50",
        description="Model to serve: a name from `GET /models`, or the folder of a custom model "
        "(`model.keras`, `labels.json`), which can run code: use only folders that you trust.",
    )
    weights: str = Field(
        "imagenet",
        description="Source of the model's weights: `imagenet` (Keras's cache, then the mirrors, then "
        "Keras's published address), a file (.weights.h5 or .h5), or a URL.",
    )
    weights_mirrors: Commas = Field(
        default_factory=list,
        description="Addresses to try before Keras's own, separated by commas; each serves the files under "
        "their published names.",
    )
    weights_retry_s: PositiveFloat = Field(30, description="Pause between attempts to get missing weights.")
    runtime: RuntimeChoice = Field(
        "auto",
        description="Runtime of the model: `openvino`, `tensorflow`, or `auto`, which is OpenVINO if its "
        "results match TensorFlow's.",
    )
    precision: Precision = Field(
        "fp32",
        description="Number format of the model: `fp32`, `bf16` or `int8`. The last two are faster, need "
        "OpenVINO, and are refused unless 97 % of the results stay the same on photos from "
        "PAISHI_CALIBRATION.",
    )
    calibration: str = Field(
        "",
        description="Folder of at least 100 photos, better several hundred, like those to be recognised; "
        "half of them calibrate `int8`, the others check it. Not needed once the result is in PAISHI_CACHE.",
    )
    fit: Fit = Field(
        "crop",
        description="How a photo is fitted to the model's input: `crop` (the centre), `squash` (all of it, "
        "distorted, as in the demo), `both` (the mean of the two results; twice the work, most accurate).",
    )
    confident_at: float = Field(
        0.5, ge=0, le=1, description="Probability of the first name from which `confident` is true."
    )
    host: str = Field("0.0.0.0", description="Address to listen on; phones cannot reach 127.0.0.1.")
    port: int = Field(5000, ge=0, le=65535, description="Port to listen on; 0 takes any free one.")
    public_url: str = Field(
        "",
        description="Public address of the server, if requests do not reveal it (`X-Forwarded-*`, `Host`).",
    )
    metrics: Literal["open", "local", "off"] = Field(
        "local",
        description="Clients that can read /metrics: `local` (this machine and its private network, not "
        "through a proxy), `open` (all), `off` (none).",
    )
    log: Literal["auto", "json", "text", "off"] = Field(
        "auto",
        description="Log on standard error, one line per request: `json`, `text`, `off`, or `auto`, which "
        "is text on a terminal and JSON otherwise.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info",
        description="Lowest level to log; from `warning` on, the only requests logged are those that the "
        "server failed.",
    )
    proxies: Commas = Field(
        default_factory=lambda: ["127.0.0.1"],
        description="Proxies whose X-Forwarded-* headers are trusted, separated by commas: addresses, "
        "networks such as 10.0.0.0/8, or `*` if the server can be reached only through a proxy that drops "
        "such headers from clients.",
    )
    auth: Literal["none", "key", "wechat"] = Field(
        "none",
        description="Authentication of clients that send photos: `none`, `key` (an API key), `wechat` (a "
        "login in your mini-program).",
    )
    keys: SecretStr = Field(
        SecretStr(""),
        description="For `key`: hashes from `paishi key new`, separated by commas.",
    )
    keys_file: str = Field(
        "", description="For `key`: file with one `name:hash` per line, reloaded when it changes."
    )
    wechat_appid: str = Field("", description="For `wechat`: the mini-program's AppID.")
    wechat_secret: SecretStr = Field(
        SecretStr(""), description="For `wechat`: its AppSecret, which never leaves this server."
    )
    wechat_url: str = Field(
        "https://api.weixin.qq.com",
        description="For `wechat`: address of the WeChat API that checks login codes.",
    )
    token_key: SecretStr = Field(
        SecretStr(""),
        description="For `wechat`: secret of at least 32 bytes that signs sessions, the same on all servers "
        "that share them; if empty, a new one at each start, which ends all sessions.",
    )
    session_s: PositiveInt = Field(7200, description="Lifetime of a session.")
    logins_per_minute: NonNegativeInt = Field(
        120, description="Logins per minute from one address; 0 is unlimited."
    )
    uploads_per_minute: NonNegativeInt = Field(
        0,
        description="Photos per minute from one client: a user, a key or, without authentication, an "
        "address, which a household or an office shares; 0 is unlimited.",
    )
    mb_per_minute: NonNegativeFloat = Field(
        0, description="Megabytes per minute from one client; 0 is unlimited."
    )
    rates: SecretStr = Field(
        SecretStr(""),
        description="Redis in which several servers count rates together: "
        "redis://user:password@host:port/database; needs the package `redis`. If empty or down, each server "
        "counts alone.",
    )
    max_body_mb: PositiveFloat = Field(20, description="Largest request body.")
    max_megapixels: PositiveFloat = Field(64, description="Largest photo, checked before decoding.")
    max_decoding: int = Field(
        0, ge=0, description="Photos decoded at the same time, which bounds memory; 0 is one per core."
    )
    decode_s: PositiveFloat = Field(
        2,
        description="Time limit for decoding one photo. A photo whose header does not promise a quick "
        "decode is decoded in a process of its own, which is killed at the limit.",
    )
    max_in_hand: PositiveInt = Field(
        512,
        description="Photos in progress or waiting; further ones are refused at once with 503. A quarter of "
        "it for /explain and /features.",
    )
    max_wait_s: PositiveFloat = Field(
        5,
        description="Longest estimated wait of a new photo, from the speed of the last ones; beyond it, "
        "photos are refused at once with 503.",
    )
    max_bodies_mb: PositiveFloat = Field(
        256, description="Memory for request bodies; requests that do not fit are refused at once with 503."
    )
    header_s: PositiveFloat = Field(10, description="Time limit for a connection to send a request header.")
    body_s: PositiveFloat = Field(
        60, description="Time limit for a request body to arrive, and for a response to be read."
    )
    max_connections: PositiveInt = Field(
        1000, description="Connections at once; beyond it, the one idle for longest is closed."
    )
    echo_mb: PositiveFloat = Field(
        128, description="Memory for pictures that wait to be fetched from /image."
    )
    echo_age_s: PositiveInt = Field(600, description="How long such a picture can be fetched.")
    store: str = Field(
        "",
        description="Folder or fsspec address (`s3://bucket/echoes`) in which several servers share such "
        "pictures; memory if empty.",
    )
    corrections: str = Field(
        "",
        description="Folder or fsspec address for photos that users send with their right name (`POST "
        "/corrections`); off if empty.",
    )
    corrections_mb: PositiveFloat = Field(
        1000, description="Space for corrections; further ones are refused."
    )
    shutdown_s: PositiveInt = Field(
        10, description="How long after SIGTERM requests in progress can still be finished."
    )
    drain_s: int = Field(
        0,
        ge=0,
        description="How long after SIGTERM requests are still accepted while `/readyz` already fails. "
        "Behind a load balancer: longer than it takes to notice.",
    )
    hang_s: int = Field(
        60,
        ge=0,
        description="How long one photo may run, or the event loop be blocked, before the server exits with "
        "code 70 to be restarted; 0 is unlimited.",
    )
    docs: bool = Field(True, description="Whether `/docs` and `/openapi.json` are served.")
    cors_origins: Commas = Field(
        default_factory=list,
        description="Origins whose web pages can call this server, such as https://www.example.com, "
        "separated by commas; `*` is all. Mini-programs need none.",
    )
    keras_home: Path = Field(
        default_factory=lambda: Path.home() / ".keras",
        validation_alias=AliasChoices("KERAS_HOME"),
        description="Keras's own folder; weights are kept in its `models`.",
    )
    cache: str = Field(
        "",
        description="Folder of models converted for OpenVINO, by default `paishi` in KERAS_HOME; can be "
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
                raise ValueError(f"{origin} is not an origin such as https://host or http://host:port")
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
    """Returns the environment variable that sets `field`."""
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return f"PAISHI_{field.upper()}"


def unit_of(field: str) -> str:
    """Returns the unit of `field`, from its name; "" for none."""
    return next((_UNITS[part] for part in field.split("_") if part in _UNITS), "")


def is_secret(field: str) -> bool:
    """Returns whether the value of `field` must never be shown, not even an invalid one."""
    return field in Settings.model_fields and Settings.model_fields[field].annotation is SecretStr
