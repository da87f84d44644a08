"""What `paishi doctor` looks at. Nothing here loads a model or a runtime, or changes anything."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal, NamedTuple

import httpx

from paishi.cli.errors import checked_settings
from paishi.cli.listening import CannotListen, open_socket
from paishi.models.backbone import PackagedWeights
from paishi.models.catalogue import find_backbone
from paishi.models.errors import ModelError, WeightsCorrupt
from paishi.models.weights.find import find_weights, weights_location
from paishi.models.weights.integrity import check_file, held
from paishi.models.weights.keras_cache import is_address, is_published
from paishi.models.weights.sources import Source, sources_of
from paishi.recognition.resolve import ResolvedModel, resolve
from paishi.settings import Settings
from paishi.system.cpu_count import usable_cores
from paishi.system.processor import cpuinfo

_CHECKOUT = Path(__file__).parents[3]
_NEEDED_MB = 700
"""Memory of the built-in model with some photos in work."""
_NEEDED_DISK_MB = 500
_PATIENCE_S = 5
_CLOCK_MAY_DIFFER_S = 300
_FLAGS = ("sse4_2", "avx", "avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16")


class Finding(NamedTuple):
    """The result of one check: `note` if the server works but lacks something, `wrong` if it would not start
    or not get its model. `advice` says what to do, "" if nothing."""

    name: str
    state: Literal["ok", "note", "wrong"]
    found: str
    advice: str = ""


def diagnose(offline: bool) -> Iterator[Finding]:
    """Yields a finding for each check; asks other machines only if not `offline`."""
    yield _python()
    yield Finding("platform", "ok", f"{platform.platform()} {platform.machine()}")
    yield _packages()
    yield _processor()
    yield Finding("cores", "ok", f"{usable_cores()} to be used, of {os.cpu_count()}")
    yield _memory()
    settings, wrong, ignored = checked_settings()
    for sentence in wrong:
        yield Finding("settings", "wrong", sentence)
    for sentence in ignored:
        yield Finding("settings", "note", sentence)
    if settings is None:
        return
    if not ignored:
        yield Finding("settings", "ok", "valid")
    yield _port(settings)
    yield from _folders(settings)
    dates: list[float] = []
    yield from _model(settings, offline, dates)
    yield _clock(dates)
    if (_CHECKOUT / "Makefile").is_file():
        yield _for_tests()


def _python() -> Finding:
    bits = 64 if sys.maxsize > 2**32 else 32
    found = f"{platform.python_version()}, {bits} bits, {sys.executable}"
    if not (3, 11) <= sys.version_info[:2] <= (3, 13) or bits == 32:
        return Finding("python", "wrong", found, "PaiShi needs a 64-bit Python 3.11, 3.12 or 3.13.")
    return Finding("python", "ok", found)


def _packages() -> Finding:
    versions = {}
    for name in ("openvino", "keras", "tensorflow", "tensorflow-cpu"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    found = ", ".join(f"{name} {number}" for name, number in versions.items())
    if "openvino" not in versions:
        return Finding("packages", "wrong", found or "no openvino", "Install PaiShi again: make run.")
    if "keras" not in versions:
        return Finding(
            "packages",
            "ok",
            f"{found}, no keras: the built-in model and PaddleClas's work",
        )
    return Finding("packages", "ok", found)


def _processor() -> Finding:
    flags = cpuinfo().get("flags", "").split()
    if not flags:
        return Finding("processor", "ok", platform.processor() or platform.machine())
    found = ", ".join(flag for flag in _FLAGS if flag in flags) or "none of the usual extensions"
    if platform.machine().lower() in ("x86_64", "amd64"):
        if "sse4_2" not in flags:
            return Finding("processor", "wrong", found, "OpenVINO needs SSE 4.2: use another machine.")
        if "avx" not in flags:
            return Finding(
                "processor",
                "note",
                f"{found}; no avx",
                "TensorFlow does not run here. The built-in model does: make run SLIM=1.",
            )
    return Finding("processor", "ok", found)


def _memory() -> Finding:
    free_mb = _free_mb(Path("/"))
    if free_mb is None:
        return Finding("memory", "ok", "not measured on this system")
    if free_mb < _NEEDED_MB:
        return Finding(
            "memory",
            "note",
            f"{free_mb} MB free",
            f"The built-in model needs {_NEEDED_MB} MB: end other programs, or raise the container's limit.",
        )
    return Finding("memory", "ok", f"{free_mb} MB free")


def _free_mb(root: Path) -> int | None:
    """Free memory, or less if the container's limit leaves less. Linux only, otherwise None."""
    try:
        lines = dict(line.split(":") for line in (root / "proc/meminfo").read_text().splitlines())
        free = int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, ValueError, KeyError):
        return None
    group = root / "sys/fs/cgroup"
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        try:
            free = min(free, int((group / limit).read_text()) - int((group / used).read_text()))
        except (OSError, ValueError):  # none, or "max"
            continue
    return max(0, free) // 1_000_000


def _port(settings: Settings) -> Finding:
    where = f"{settings.host}:{settings.port}"
    try:
        open_socket(settings.host, settings.port, 1).close()
    except CannotListen as error:
        if _serves(settings.port):
            return Finding("port", "ok", f"{where}: PaiShi is running there")
        return Finding("port", "wrong", where, str(error))
    if settings.host in ("127.0.0.1", "::1", "localhost"):
        return Finding("port", "ok", f"{where} is free; phones cannot reach it")
    return Finding("port", "ok", f"{where} is free")


def _serves(port: int) -> bool:
    """Whether PaiShi answers on this port of the machine."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/livez")
        return b'"alive"' in connection.getresponse().read(1000)
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _folders(settings: Settings) -> Iterator[Finding]:
    """Checks that what the server keeps can be written, and the room there."""
    folders = {"KERAS_HOME": str(settings.keras_home), "PAISHI_CACHE": str(settings.cache_folder)}
    if settings.uses_taught:
        folders["PAISHI_TAUGHT"] = settings.taught_address
    for name, folder in (("PAISHI_CORRECTIONS", settings.corrections), ("PAISHI_STORE", settings.store)):
        if folder:
            folders[name] = folder
    for name, folder in folders.items():
        if "://" not in folder:
            yield _folder(name, Path(folder).expanduser().absolute())


def _folder(name: str, folder: Path) -> Finding:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            free_mb = shutil.disk_usage(existing).free // 1_000_000
    except OSError as error:
        reason = "it is a file" if existing.is_file() else error.strerror
        advice = f"Let the user of the server write there, or set {name} to another folder."
        return Finding("disk", "wrong", f"{name} {folder} cannot be written: {existing}: {reason}", advice)
    state: Literal["ok", "note"] = "ok" if free_mb >= _NEEDED_DISK_MB else "note"
    advice = "" if state == "ok" else f"Free some space, at least {_NEEDED_DISK_MB} MB."
    return Finding("disk", state, f"{name} {folder} is writable, {free_mb} MB free", advice)


def _model(settings: Settings, offline: bool, dates: list[float]) -> Iterator[Finding]:
    """Checks the model, its weights and the places that have them, whose clocks go into `dates`."""
    try:
        model = resolve(settings)
        if settings.stand_in:
            find_backbone(settings.stand_in)
    except ModelError as error:
        yield Finding("model", "wrong", settings.model, str(error))
        return
    yield Finding("model", "ok", f"{model.name}, {'custom' if model.custom else 'of the catalogue'}")
    if model.custom:
        return
    weights = _weights(settings, model)
    yield weights
    yield _cache(settings)
    published = model.spec.backbone.weights
    if offline or isinstance(published, PackagedWeights) or not is_published(settings.weights):
        return
    sources = sources_of(model.spec.backbone, published, settings.weights_sources, settings.weights_mirrors)
    reasons = _unreachable(sources, dates)
    is_enough = weights.state == "ok" or None in reasons
    for source, reason in zip(sources, reasons, strict=True):
        yield Finding(
            "source",
            "ok" if reason is None or is_enough else "note",
            f"{source.shown} {reason or 'has the weights'}",
        )
    if not is_enough:
        yield Finding(
            "source",
            "note" if settings.stand_in else "wrong",
            f"no place that PAISHI_WEIGHTS_SOURCES allows has the weights of {model.name}",
            "Set PAISHI_WEIGHTS_MIRRORS or https_proxy, copy the file from elsewhere, or take another model.",
        )


def _weights(settings: Settings, model: ResolvedModel) -> Finding:
    backbone = model.spec.backbone
    published = is_published(settings.weights)
    try:
        file = weights_location(backbone, settings.weights, settings.keras_home)
        if isinstance(backbone.weights, PackagedWeights) or not (published or is_address(settings.weights)):
            file = find_weights(backbone, settings.weights, settings.keras_home, places=())
        elif not file.is_file():
            meanwhile = (
                f"{settings.stand_in} answers meanwhile" if settings.stand_in else "none answers meanwhile"
            )
            return Finding(
                "weights",
                "note",
                f"{file} is not there; it is fetched at the start, and {meanwhile}",
                f"To fetch it now: paishi weights fetch {backbone.name}",
            )
        check_file(file, held(backbone.weights, file) if published else None)
    except WeightsCorrupt as error:
        again = (
            "it is then fetched anew"
            if published or is_address(settings.weights)
            else "and put it there again"
        )
        return Finding("weights", "wrong", f"{file} is damaged: {error}", f"Delete the file; {again}.")
    except (ModelError, OSError) as error:
        return Finding("weights", "wrong", str(error), "Correct PAISHI_WEIGHTS, or remove it.")
    return Finding("weights", "ok", f"{file}, {file.stat().st_size // 1_000_000} MB, complete")


def _cache(settings: Settings) -> Finding:
    try:
        count = sum(1 for _ in settings.cache_folder.rglob("*.xml"))
    except OSError as error:
        return Finding("cache", "note", f"{settings.cache_folder} cannot be read: {error.strerror}")
    return Finding("cache", "ok", f"{count} converted models")


def _unreachable(sources: list[Source], dates: list[float]) -> list[str | None]:
    """For each source why the file cannot be fetched there, None if it can."""

    def reason(source: Source) -> str | None:
        try:
            answer = httpx.head(source.url, follow_redirects=True, timeout=_PATIENCE_S)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"cannot be reached: {error}"
        if "date" in answer.headers:
            dates.append(parsedate_to_datetime(answer.headers["date"]).timestamp())
        return None if answer.is_success else f"answers {answer.status_code} {answer.reason_phrase}"

    with ThreadPoolExecutor(max_workers=8) as threads:
        return list(threads.map(reason, sources))


def _clock(dates: list[float]) -> Finding:
    """Compares with clocks of other machines, or at least with the time at which PaiShi was installed."""
    now = time.time()
    shown = time.strftime("%Y-%m-%d %H:%M:%S %z")
    wrong = "Set the clock: with a wrong one, certificates and sessions are refused."
    if now < Path(__file__).stat().st_mtime - 86_400:
        return Finding("clock", "note", f"{shown}, before PaiShi was installed", wrong)
    if dates and abs(off := now - sorted(dates)[len(dates) // 2]) > _CLOCK_MAY_DIFFER_S:
        return Finding("clock", "note", f"{shown}, {off:+.0f} s from other machines", wrong)
    return Finding("clock", "ok", shown)


def _for_tests() -> Finding:
    """What `make test` and `make simulate` use; it fetches both where they lack."""
    node = shutil.which("node")
    number = (
        subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip() if node else ""
    )
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    found = f"node {number or 'is fetched by make test'}, chromium {browser or 'is fetched by make test'}"
    return Finding("for tests", "ok", found)
