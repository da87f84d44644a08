"""The dashboard uses metrics that the server has, and its provisioning is complete."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from paishi.settings import Settings
from tests.server.conftest import ROOT
from tests.server.pictures import file_of, noise
from tests.server.telemetry.conftest import Watched

WATCH = ROOT / "server/paishi/telemetry/watch"
DASHBOARD: dict[str, Any] = json.loads((WATCH / "dashboards" / "paishi.json").read_text("utf-8"))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
WATCHING = ("prometheus", "grafana")

# What is no metric in PromQL: selectors, texts, ranges, what is grouped by, and what is called.
NO_METRIC = re.compile(r"\{[^}]*\}|\"[^\"]*\"|\[[^\]]*\]|\b\w+\s+by\s*\([^)]*\)|\b\w+\s*(?=\()")
NAME = re.compile(r"\b[a-z_:][a-z0-9_:]*\b")
LABEL = re.compile(r"\b(\w+)(?:=~|!~|!=|=)\"")
GROUPED = re.compile(r"\bby\s*\(([^)]*)\)")


def expressions() -> list[str]:
    shown = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    asked = [variable["query"]["query"] for variable in DASHBOARD["templating"]["list"]]
    return shown + [re.sub(r"label_values\((\w+),.*", r"\1", query) for query in asked]


def metrics_in(expression: str) -> set[str]:
    return set(NAME.findall(NO_METRIC.sub(" ", expression)))


def labels_in(expression: str) -> set[str]:
    grouped = [label.strip() for group in GROUPED.findall(expression) for label in group.split(",")]
    return {*LABEL.findall(expression), *grouped}


def test_metrics_are_found_in_promql() -> None:
    found = metrics_in('histogram_quantile(0.95, sum by (le) (rate(a_bucket{b=~"c"}[1m]))) / sum(d) > 0')
    assert found == {"a_bucket", "d"}


@pytest.mark.parametrize("expression", expressions())
def test_every_metric_exists(watched: Watched, photos: list[Path], expression: str) -> None:
    if "process_" in expression and sys.platform != "linux":
        pytest.skip("the process is measured on Linux only")
    watched.client.post("/predict", files={"image": photos[0].read_bytes()})
    series = watched.series()
    assert metrics_in(expression)
    assert metrics_in(expression) <= series.names()
    known = {label for name, labels in series for label, _ in labels if name in metrics_in(expression)}
    assert labels_in(expression) <= known


def test_every_metric_of_ours_is_on_it(watched: Watched) -> None:
    watched.client.post("/predict", files={"image": file_of(noise())})
    offered = {
        re.sub(r"_(bucket|sum|count)$", "", name)
        for name in watched.series().names()
        if name.startswith(("paishi_", "http_"))
    }
    shown = {re.sub(r"_(bucket|sum|count)$", "", name) for one in expressions() for name in metrics_in(one)}
    assert offered == {name for name in shown if not name.startswith("process_")}


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        grid = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(grid["x"], grid["x"] + grid["w"])
            for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not cells & taken, panel["title"]
        assert all(x < 24 for x, _ in cells)
        taken |= cells
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)


def mounts(service: str) -> dict[str, Path]:
    """Where in the container, to what in the repository."""
    volumes = [volume.split(":") for volume in COMPOSE["services"][service]["volumes"]]
    return {target: ROOT / source for source, target, *_ in volumes if source.startswith("./")}


@pytest.mark.parametrize("service", WATCHING)
def test_mounted_files_exist_and_are_read_only(service: str) -> None:
    assert mounts(service)
    assert all(source.exists() for source in mounts(service).values())
    for volume in COMPOSE["services"][service]["volumes"]:
        source, _, *mode = volume.split(":")
        assert mode == ["ro"] if source.startswith("./") else source in COMPOSE["volumes"]


@pytest.mark.parametrize("service", WATCHING)
def test_watching_is_optional_and_not_public(service: str) -> None:
    settings = COMPOSE["services"][service]
    assert settings["profiles"] == ["watch"]
    assert settings["read_only"] is True
    assert re.search(r":v?\d+\.\d+\.\d+$", settings["image"])
    assert all(port.startswith("127.0.0.1:") for port in settings.get("ports", []))
    assert "ports" not in COMPOSE["services"]["prometheus"]


def test_prometheus_scrapes_the_server() -> None:
    config = mounts("prometheus")["/etc/prometheus/prometheus.yml"]
    [job] = yaml.safe_load(config.read_text("utf-8"))["scrape_configs"]
    [found] = job["dns_sd_configs"]
    assert found["names"] == ["server"]
    assert set(found["names"]) <= COMPOSE["services"].keys()
    assert found["port"] == Settings.model_fields["port"].default
    assert job["metrics_path"] == "/metrics"


def test_prometheus_can_read_the_metrics(watched: Watched) -> None:
    """Under the address that it uses; requests through Caddy are refused, see test_shown."""
    assert watched.client.get("/metrics", headers={"Host": "10.251.77.130:5000"}).status_code == 200
    assert "PAISHI_METRICS" not in COMPOSE["services"]["server"]["environment"]
    assert Settings.model_fields["metrics"].default == "local"


def test_grafana_finds_its_source_and_its_dashboard() -> None:
    files = mounts("grafana")
    [source] = yaml.safe_load(files["/etc/grafana/provisioning/datasources/paishi.yml"].read_text("utf-8"))[
        "datasources"
    ]
    named = {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]}
    named |= {target["datasource"]["uid"] for panel in DASHBOARD["panels"] for target in panel["targets"]}
    assert named == {source["uid"]}
    assert re.fullmatch(r"http://prometheus:9090", source["url"])
    [provider] = yaml.safe_load(files["/etc/grafana/provisioning/dashboards/paishi.yml"].read_text("utf-8"))[
        "providers"
    ]
    folder = provider["options"]["path"]
    assert (files[folder] / "paishi.json").is_file()
    home = COMPOSE["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{folder}/paishi.json"
