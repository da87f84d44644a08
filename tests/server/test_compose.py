"""The container gets its operator's settings, under existing names and with the usual defaults."""

import re
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
import yaml

from paishi.cli.unknown_names import unknown_names
from paishi.settings import Settings, environment_name, is_secret, secret_file_name
from tests.server.conftest import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVER: dict[str, Any] = COMPOSE["services"]["server"]
PASSED: dict[str, str] = SERVER["environment"]
OF_ITS_OWN = {
    "PAISHI_UPLOADS_PER_MINUTE": "120",
    "PAISHI_MB_PER_MINUTE": "300",
    "PAISHI_TAUGHT": "/taught",
}
FIELDS = {environment_name(field): field for field in Settings.model_fields}
FILES = {secret_file_name(field): field for field in Settings.model_fields} | {"PAISHI_KEYS_FILE": "keys"}
DOCUMENTED = {
    "PAISHI_MAX_WAIT_S",
    "PAISHI_MAX_IN_HAND",
    "PAISHI_MAX_BODIES_MB",
    "PAISHI_MAX_CONNECTIONS",
    "PAISHI_CORRECTIONS",
    "PAISHI_CORRECTIONS_MB",
}
"""Settings in README and dashboard."""


@pytest.mark.parametrize("name", [name for name in PASSED if name in FIELDS and name != "PAISHI_PROXIES"])
def test_defaults_are_those_of_the_settings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value = re.sub(rf"^\$\{{{name}:?-(.*)\}}$", r"\1", PASSED[name])
    assert "$" not in value
    usual = getattr(Settings(), FIELDS[name])
    monkeypatch.setenv(name, value)
    assert value == OF_ITS_OWN[name] if name in OF_ITS_OWN else getattr(Settings(), FIELDS[name]) == usual


def with_defaults(value: str) -> str:
    """As compose reads it where nothing is set."""
    return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value)


def test_nothing_is_passed_that_the_server_does_not_read() -> None:
    assert set(PASSED) - set(FIELDS) == {name for name in FILES if name} - {"PAISHI_KEYS_FILE"}
    defaults = {name: with_defaults(value) for name, value in PASSED.items()}
    assert unknown_names(defaults) == []


@pytest.mark.parametrize(
    "name", [environment_name(field) for field in Settings.model_fields if is_secret(field)]
)
def test_every_secret_can_be_a_file_that_only_the_server_sees(name: str) -> None:
    assert PASSED[f"{name}_FILE"] == f"${{{name}_FILE:-}}"
    assert [
        name for name, service in COMPOSE["services"].items() if "secrets" in str(service.get("volumes"))
    ] == ["server"]
    assert "./secrets:/run/secrets:ro" in SERVER["volumes"]
    assert "/secrets/" in (ROOT / ".gitignore").read_text("utf-8")


def address_of(name: str) -> str:
    """The fixed address of a service."""
    address: str = COMPOSE["services"][name]["networks"]["inside"]["ipv4_address"]
    return address


def test_only_the_proxies_own_addresses_are_trusted() -> None:
    """Prometheus, Grafana and whatever joins the network are not."""
    assert PASSED["PAISHI_PROXIES"] == f"{address_of('caddy')},{address_of('balancer')}"
    [addresses] = COMPOSE["networks"]["inside"]["ipam"]["config"]
    for trusted in with_defaults(PASSED["PAISHI_PROXIES"]).split(","):
        assert ip_address(trusted) in ip_network(with_defaults(addresses["subnet"]))
        assert ip_address(trusted) not in ip_network(with_defaults(addresses["ip_range"]))
    Settings(proxies=with_defaults(PASSED["PAISHI_PROXIES"]))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_service_is_bounded_and_hardened(name: str) -> None:
    service = COMPOSE["services"][name]
    assert re.fullmatch(r"\d+[mg]", with_defaults(service["mem_limit"]))
    assert 0 < service["pids_limit"] <= 1024
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


EXACT = re.compile(r"[\w./-]+:v?\d+\.\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?")


def test_images_have_exact_versions() -> None:
    images = [service["image"] for name, service in COMPOSE["services"].items() if name != "server"]
    dockerfile = (ROOT / "server" / "Dockerfile").read_text("utf-8")
    [python] = re.findall(r"^ARG PYTHON_IMAGE=(.*)$", dockerfile, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE) == ["${PYTHON_IMAGE}", "${PYTHON_IMAGE}"]
    for image in (*images, python):
        assert EXACT.fullmatch(image), image


def test_documented_settings_reach_the_container() -> None:
    assert set(PASSED) >= DOCUMENTED


@pytest.mark.parametrize("kept", ["corrections", "taught", "pictures"])
def test_what_users_send_has_a_place_that_lasts_and_that_its_user_may_write(kept: str) -> None:
    assert f"{kept}:/{kept}" in SERVER["volumes"]
    assert kept in COMPOSE["volumes"]
    dockerfile = (ROOT / "server" / "Dockerfile").read_text("utf-8")
    assert re.search(rf"chown paishi .*/{kept}", dockerfile)


# Several servers

SCALE = dict(
    line.split("=", 1)
    for line in (ROOT / "deploy" / "scale.env").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)
HAPROXY = "deploy/haproxy/haproxy.cfg"


def test_the_profile_scale_sets_what_compose_reads() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    assert SCALE.keys() <= set(re.findall(r"\$\{([A-Z_]+)", text))
    assert SERVER["scale"] == "${PAISHI_SERVERS:-1}"
    assert {name for name, one in COMPOSE["services"].items() if one.get("profiles") == ["scale"]} == {
        "balancer",
        "redis",
    }
    caddyfile = (ROOT / "server" / "Caddyfile").read_text("utf-8")
    assert "reverse_proxy {$PAISHI_UPSTREAM:server:5000}" in caddyfile
    assert SCALE["PAISHI_UPSTREAM"] == "balancer:5000"
    assert COMPOSE["services"]["caddy"]["depends_on"]["balancer"]["required"] is False
    assert SCALE["PAISHI_RATES"] == "redis://redis:6379/0"


def test_servers_share_what_they_must() -> None:
    for name, value in SCALE.items():
        if value.startswith("/"):
            assert value in {volume.partition(":")[2] for volume in SERVER["volumes"]}, name
    folders = [mount.partition(":")[0] for mount in SERVER["tmpfs"]]
    assert "/keras/paishi/run" in folders  # each has its own, or `paishi use` would find one of them


def test_a_server_that_leaves_has_the_time_it_needs_and_is_noticed() -> None:
    drain, shutdown = int(SCALE["PAISHI_DRAIN_S"]), Settings().shutdown_s
    grace = int(with_defaults(SERVER["stop_grace_period"]).removesuffix("s"))
    assert drain + shutdown + 4 < grace
    assert drain >= 3


def test_the_balancer_knows_caddy_and_finds_the_servers() -> None:
    balancer = COMPOSE["services"]["balancer"]
    assert balancer["environment"]["BALANCER_FRONT"] == address_of("caddy")
    assert balancer["environment"]["BALANCER_NAME"] == "server"
    assert int(balancer["environment"]["BALANCER_SERVER_PORT"]) == Settings.model_fields["port"].default
    assert f"./{HAPROXY}:/usr/local/etc/haproxy/haproxy.cfg:ro" in balancer["volumes"]


@pytest.mark.skipif(not (ROOT / HAPROXY).exists(), reason=f"needs {HAPROXY}")
def test_the_balancers_settings_are_those_of_its_configuration() -> None:
    read = set(re.findall(r"BALANCER_\w+", (ROOT / HAPROXY).read_text("utf-8")))
    assert COMPOSE["services"]["balancer"]["environment"].keys() <= read
