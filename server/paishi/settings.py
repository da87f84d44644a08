"""Every setting of the server, read from the environment with the prefix `PAISHI_`."""

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    HttpUrl,
    SecretStr,
    TypeAdapter,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from paishi.choices import Fit, PrecisionChoice, RuntimeChoice
from paishi.models.weights import sources
from paishi.system.cpu_count import usable_cores
from paishi.system.regular_file import read_text

TOKEN_KEY_BYTES = 32
"""The shortest key for HS256 (RFC 7518, section 3.2), and for the HMAC of users' pseudonyms."""

_UNITS = {"s": "s", "mb": "MB", "megapixels": "megapixels"}

PREFIX = "PAISHI_"

_LARGEST_SECRET = 64 * 1024  # bytes


def _raise_error(value: object) -> object:
    if isinstance(value, ValueError):
        raise value
    return value


Commas = Annotated[list[str], NoDecode]
"""A list that the environment gives as text with commas."""

Secret = Annotated[SecretStr, BeforeValidator(_raise_error)]
"""A text that is never shown. PAISHI_X_FILE can name the file that it is in; see `_SecretFiles`."""

Seconds = Annotated[float, Field(ge=0.001, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0.000_001, allow_inf_nan=False)]
"""Of megabytes, at least a byte, or of megapixels, at least one."""


class Misconfigured(Exception):
    """Settings that cannot take effect. The message names the setting and quotes no secret."""


class Settings(BaseSettings):
    """Settings with defaults for a laptop; `paishi settings` prints each field's description.

    The name of a field ends in its unit: `_s` seconds, `_mb` megabytes (10**6 bytes). Every number is finite
    and has a range. A setting that means protection and has no effect is invalid.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, hide_input_in_errors=True)

    model: str = Field(
        "ResNet50",
        description="Model to serve: a name from `GET /models`, or the folder of a custom model "
        "(`model.keras`, `model.onnx` or Paddle's two files, with `labels.json`). A `.keras` file can run "
        "code: use only those that you trust.",
    )
    weights: str = Field(
        "imagenet",
        description="Source of the model's weights: `imagenet` (Keras's cache, then PAISHI_WEIGHTS_SOURCES), "
        "a file (.weights.h5 or .h5, for PaddleClas .tar), or a URL.",
    )
    weights_sources: Commas = Field(
        default_factory=lambda: list(sources.NAMES),
        description="Places to fetch published weights from, in this order, separated by commas: `mirrors` "
        "(PAISHI_WEIGHTS_MIRRORS), `keras` (storage.googleapis.com), `github` (github.com), "
        "`paddleclas` (bj.bcebos.com); nothing is fetched if empty.",
    )
    weights_mirrors: Commas = Field(
        default_factory=list,
        description="Addresses of your own that have the files under their published names, separated by "
        "commas.",
    )
    stand_in: str = Field(
        "EfficientNetLite0",
        description="Model of the catalogue that answers while PAISHI_MODEL is downloaded or converted, "
        "unless that is a custom model; none if empty.",
    )
    weights_retry_s: Seconds = Field(
        30, le=86_400, description="Pause between attempts to get missing weights."
    )
    runtime: RuntimeChoice = Field(
        "auto",
        description="Runtime of the model: `openvino`, `tensorflow`, or `auto`, which is OpenVINO if its "
        "results match TensorFlow's. ONNX and Paddle models run on OpenVINO alone.",
    )
    precision: PrecisionChoice = Field(
        "fp32",
        description="Number format of the model: `fp32`, `bf16` or `int8`. The last two are faster, need "
        "OpenVINO, and are refused unless 97 % of the results stay the same on photos from "
        "PAISHI_CALIBRATION. `auto` is the fastest of those that passed this check on this machine, `fp32` "
        "if none did.",
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
    confident_at: float | None = Field(
        None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Probability of the first name from which `confident` is true; default: the model's own.",
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
    auth: Literal["none", "key", "wechat", "cloud"] = Field(
        "none",
        description="Authentication of clients that send photos: `none`, `key` (an API key), `wechat` (a "
        "login in your mini-program), `cloud` (WeChat's own headers, in 微信云托管).",
    )
    keys: Secret = Field(
        SecretStr(""),
        description="For `key`: hashes from `paishi key new`, separated by commas.",
    )
    keys_file: str = Field(
        "", description="For `key`: file with one `name:hash` per line, reloaded when it changes."
    )
    wechat_appid: str = Field("", description="For `wechat`: the mini-program's AppID.")
    wechat_secret: Secret = Field(
        SecretStr(""), description="For `wechat`: its AppSecret, which never leaves this server."
    )
    wechat_url: str = Field(
        "https://api.weixin.qq.com",
        description="For `wechat`: address of the WeChat API that checks login codes.",
    )
    token_key: Secret = Field(
        SecretStr(""),
        description="For `wechat`: secret of at least 32 bytes that signs sessions, the same on all servers "
        "that share them; if empty, a new one at each start, which ends all sessions. For `cloud` with "
        "PAISHI_RATES: makes the names that users are counted under.",
    )
    cloud_private: bool = Field(
        False,
        description="For `cloud`: states that public access to the service is switched off in the console of "
        "微信云托管, so that WeChat alone can set X-WX-OPENID. The server does not start without.",
    )
    session_s: int = Field(7200, ge=1, le=2_592_000, description="Lifetime of a session.")
    logins_per_minute: int = Field(
        120, ge=0, le=1_000_000, description="Logins per minute from one address; 0 is unlimited."
    )
    uploads_per_minute: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description="Photos per minute from one client: a user, a key or, without authentication, an "
        "address, which a household or an office shares; 0 is unlimited.",
    )
    mb_per_minute: float = Field(
        0,
        ge=0,
        le=1_000_000,
        allow_inf_nan=False,
        description="Megabytes per minute from one client; 0 is unlimited.",
    )
    rates: Secret = Field(
        SecretStr(""),
        description="Redis in which several servers count rates together: "
        "redis://user:password@host:port/database; needs the package `redis`. If empty or down, each server "
        "counts alone.",
    )
    max_body_mb: Amount = Field(20, le=2000, description="Largest request body.")
    max_megapixels: Amount = Field(64, le=1000, description="Largest photo, checked before decoding.")
    max_decoding: int = Field(
        0,
        ge=0,
        le=1024,
        description="Photos decoded at the same time, which bounds memory; 0 is one per core.",
    )
    decode_s: Seconds = Field(
        2,
        le=600,
        description="Time limit, in CPU time, for decoding a photo of up to 12 megapixels; a larger one has "
        "proportionally more. A photo whose header does not promise a quick decode is decoded in a process "
        "of its own, which is killed at the limit.",
    )
    max_in_hand: int = Field(
        512,
        ge=1,
        le=1_000_000,
        description="Photos in progress or waiting; further ones are refused at once with 503. A quarter of "
        "it for /explain and /features.",
    )
    max_wait_s: Seconds = Field(
        5,
        le=3600,
        description="Longest estimated wait of a new photo, from the speed of the last ones; beyond it, "
        "photos are refused at once with 503.",
    )
    max_bodies_mb: Amount = Field(
        256,
        le=1_000_000,
        description="Memory for request bodies and for responses that clients have not read yet; requests "
        "that do not fit are refused at once with 503.",
    )
    header_s: Seconds = Field(
        10, le=3600, description="Time limit for a connection to send a request header."
    )
    body_s: Seconds = Field(
        60, le=3600, description="Time limit for a request body to arrive, and for a response to be read."
    )
    max_connections: int = Field(
        1000,
        ge=1,
        le=1_000_000,
        description="Connections at once, and half as many from one address unless it is a proxy's; beyond "
        "it, the one that has been idle or has waited for its client for longest is closed.",
    )
    echo_mb: Amount = Field(
        128, le=1_000_000, description="Memory for pictures that wait to be fetched from /image."
    )
    echo_age_s: int = Field(600, ge=1, le=2_592_000, description="How long such a picture can be fetched.")
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
    corrections_mb: Amount = Field(
        1000, le=100_000_000, description="Space for corrections; further ones are refused."
    )
    teachers: Literal["nobody", "users", "everybody"] = Field(
        "users",
        description="Clients that can teach the server things of their own (`POST /taught`): `nobody`, "
        "`users`, which are those with a key or a login, or `everybody`, also without authentication, when "
        "they share one book.",
    )
    taught: str = Field(
        "",
        description="Folder or fsspec address (`s3://bucket/taught`) of the things that users taught, by "
        "default `.paishi/taught` in the home folder: their data, not a cache.",
    )
    taught_secret: Secret = Field(
        SecretStr(""),
        description="For teaching with `wechat` or `cloud`: secret of at least 32 bytes that the users' "
        "pseudonyms in PAISHI_TAUGHT are made with. With another one, users no longer find their things.",
    )
    taught_mb: Amount = Field(
        5000, le=100_000_000, description="Space for taught things; further photos are refused."
    )
    taught_things: int = Field(50, ge=1, le=1000, description="Things that one user can teach.")
    taught_photos: int = Field(30, ge=1, le=1000, description="Photos of one taught thing.")
    taught_per_minute: int = Field(
        60,
        ge=0,
        le=1_000_000,
        description="Photos per minute that one client can teach, and changes of taught things; 0 is "
        "unlimited.",
    )
    taught_keep: Literal["photos", "vectors"] = Field(
        "photos",
        description="What is kept of a taught photo: `photos`, at most 1024 pixels wide and high and without "
        "metadata, or only `vectors`, which another model cannot use.",
    )
    on_device: bool = Field(
        False,
        description="Whether phones can fetch models to recognise without a network (`GET "
        "/models/{name}.onnx`); `paishi export NAME --on-device` makes them.",
    )
    shutdown_s: int = Field(
        10, ge=1, le=3600, description="How long after SIGTERM requests in progress can still be finished."
    )
    drain_s: int = Field(
        0,
        ge=0,
        le=3600,
        description="How long after SIGTERM requests are still accepted while `/readyz` already fails. "
        "Behind a load balancer: longer than it takes to notice.",
    )
    hang_s: int = Field(
        60,
        ge=0,
        le=86_400,
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

    @field_validator("*", mode="before")
    @classmethod
    def _check_text(cls, value: object) -> object:
        # Python reads any bytes from the environment; responses and files could not have them.
        if isinstance(value, str) and re.search("[\ud800-\udfff]", value):
            raise ValueError("is no UTF-8 text")
        return value

    @field_validator("confident_at", mode="before")
    @classmethod
    def _none_if_empty(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("weights_sources", "weights_mirrors", "proxies", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("weights_sources")
    @classmethod
    def _check_places(cls, value: list[str]) -> list[str]:
        for place in value:
            if place not in sources.NAMES:
                raise ValueError(f"{place} is not one of {', '.join(sources.NAMES)}")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _check_origins(cls, value: list[str]) -> list[str]:
        for origin in value:
            if origin != "*" and not re.fullmatch(r"https?://[^/?#@\s]+", origin):
                raise ValueError(f"{origin} is not an origin such as https://host or http://host:port")
        return value

    @field_validator("proxies")
    @classmethod
    def _check_proxies(cls, value: list[str]) -> list[str]:
        if "*" in value and len(value) > 1:
            raise ValueError("`*` trusts every address, so it must stand alone")
        for proxy in value:
            try:
                proxy == "*" or ip_network(proxy)
            except ValueError:
                raise ValueError(
                    f"{proxy} is neither an address, nor a network such as 10.0.0.0/8, nor `*`"
                ) from None
        return value

    @field_validator("keys", "keys_file")
    @classmethod
    def _check_needs_keys(cls, value: str | SecretStr, info: ValidationInfo) -> str | SecretStr:
        return _effective_with("key", value, info)

    @field_validator("wechat_appid", "wechat_secret", "wechat_url")
    @classmethod
    def _check_needs_wechat(cls, value: str | SecretStr, info: ValidationInfo) -> str | SecretStr:
        return _effective_with("wechat", value, info)

    @field_validator("token_key", "taught_secret")
    @classmethod
    def _check_needs_users(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        return value if info.data.get("auth") == "cloud" else _effective_with("wechat", value, info)

    @field_validator("cloud_private")
    @classmethod
    def _check_needs_cloud(cls, value: bool, info: ValidationInfo) -> bool:
        return _effective_with("cloud", value, info)

    @field_validator("rates")
    @classmethod
    def _check_counts(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        limits = ["uploads_per_minute", "mb_per_minute"]
        if info.data.get("auth") == "wechat":
            limits.append("logins_per_minute")
        if value.get_secret_value() and not any(info.data.get(limit, True) for limit in limits):
            raise ValueError(
                "has no effect, because no rate is limited. Set PAISHI_UPLOADS_PER_MINUTE or "
                "PAISHI_MB_PER_MINUTE, or remove it"
            )
        return value

    @field_validator("public_url", "wechat_url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        if value:
            TypeAdapter(HttpUrl).validate_python(value)
        return value.rstrip("/")

    @field_validator("token_key", "taught_secret")
    @classmethod
    def _check_length(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value().encode()) < TOKEN_KEY_BYTES:
            raise ValueError(f"must have at least {TOKEN_KEY_BYTES} bytes")
        return value

    @field_validator("keras_home")
    @classmethod
    def _expand(cls, value: Path) -> Path:
        return value.expanduser()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, _SecretFiles(settings_cls), env_settings

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
    def lacks_taught_secret(self) -> bool:
        """Whether users of WeChat have no pseudonyms to keep taught things under."""
        return self.auth in ("wechat", "cloud") and not self.taught_secret.get_secret_value()

    @property
    def uses_taught(self) -> bool:
        """Whether taught things are recognised, because there are clients that can teach."""
        if self.lacks_taught_secret and "teachers" not in self.model_fields_set:
            return False
        return self.teachers == "everybody" or (self.teachers == "users" and self.auth != "none")

    @property
    def taught_address(self) -> str:
        return self.taught or str(Path.home() / ".paishi" / "taught")

    @property
    def decoders(self) -> int:
        return self.max_decoding or usable_cores()


class _SecretFiles(PydanticBaseSettingsSource):
    """Secrets from files, as containers get them: PAISHI_TOKEN_KEY_FILE names the file of PAISHI_TOKEN_KEY.

    In place of a value that cannot be read there is a ValueError, so that it is reported together with the
    other wrong settings.
    """

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = secret_file_name(field_name)
        path = _environment().get(name, "") if name else ""
        if not path:
            return None, field_name, False
        if _environment().get(environment_name(field_name)):
            return ValueError(f"is set, and {name} as well. Remove one of them"), field_name, False
        return _read_secret(name, Path(path).expanduser()), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in Settings.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


def _environment() -> dict[str, str]:
    """Returns the environment's variables with names in capitals: pydantic ignores their case."""
    return {name.upper(): value for name, value in os.environ.items()}


def _read_secret(variable: str, file: Path) -> str | ValueError:
    try:
        secret = read_text(file, _LARGEST_SECRET).rstrip("\r\n")
    except OSError as error:
        return ValueError(f"{file} (from {variable}) cannot be read: {error.strerror or error}")
    except UnicodeDecodeError:
        return ValueError(f"{file} (from {variable}) is no UTF-8 text")
    return secret or ValueError(f"{file} (from {variable}) is empty")


Value = TypeVar("Value", bound=str | SecretStr | bool)


def _effective_with(auth: str, value: Value, info: ValidationInfo) -> Value:
    """Returns `value`, of a setting for PAISHI_AUTH=`auth` only. Raises ValueError if that is not set."""
    field = str(info.field_name)
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    used = info.data.get("auth", auth)  # missing if it is invalid itself
    if used != auth and text and text != Settings.model_fields[field].default:
        consequence = "anybody can use this server" if used == "none" else "it protects nothing"
        raise ValueError(
            f"has no effect with PAISHI_AUTH={used}: {consequence}. Set PAISHI_AUTH={auth}, or remove "
            f"{environment_name(field)}"
        )
    return value


def environment_name(field: str) -> str:
    """Returns the environment variable that sets `field`."""
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return f"{PREFIX}{field.upper()}"


def secret_file_name(field: str) -> str:
    """Returns the environment variable that names the file of `field`; "" if there is none.

    PAISHI_KEYS has none: PAISHI_KEYS_FILE is a setting, of a file that is reloaded.
    """
    name = f"{environment_name(field)}_FILE"
    return name if is_secret(field) and f"{field}_file" not in Settings.model_fields else ""


def unit_of(field: str) -> str:
    """Returns the unit of `field`, from its name; "" for none."""
    return next((_UNITS[part] for part in field.split("_") if part in _UNITS), "")


def range_of(field: str) -> tuple[float, float] | None:
    """Returns the smallest and the largest value of `field`, None if it is no number."""
    limits = Settings.model_fields[field].metadata
    lowest = [limit.ge for limit in limits if getattr(limit, "ge", None) is not None]
    highest = [limit.le for limit in limits if getattr(limit, "le", None) is not None]
    return (lowest[0], highest[0]) if lowest and highest else None


def is_secret(field: str) -> bool:
    """Returns whether the value of `field` must never be shown, not even an invalid one."""
    return field in Settings.model_fields and Settings.model_fields[field].annotation is SecretStr
