"""deploy/kubernetes: valid, hardened, and in agreement with the server that it runs."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import kubernetes_validate
import pytest
import yaml

from paishi.access.access import access_for
from paishi.cli.unknown_names import unknown_names
from paishi.lifecycle.graceful_shutdown import SPARE_S
from paishi.settings import Settings, environment_name, secret_file_name
from tests.server.api.conftest import started
from tests.server.conftest import ROOT, run_server, wait_for
from tests.server.pictures import crossword, file_of, noise
from tests.server.test_compose import EXACT

FOLDER = ROOT / "deploy" / "kubernetes"
VERSIONS = ("1.30", "1.37")
"""The oldest that has all that is used here, and the latest that the validator knows."""
SECRETS = Path("/run/secrets/paishi")
KNOWN = {environment_name(field) for field in Settings.model_fields}
FILES = {secret_file_name(field) for field in Settings.model_fields} - {""}


def documents(file: Path) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(file.read_text("utf-8")) if one]


KUSTOMIZATIONS: dict[str, dict[str, Any]] = {
    name: documents(FOLDER / name / "kustomization.yaml")[0] for name in ("base", "models")
}
RESOURCES: list[dict[str, Any]] = [
    one
    for name, kustomization in KUSTOMIZATIONS.items()
    for resource in kustomization["resources"]
    if resource.endswith(".yaml")
    for one in documents(FOLDER / name / resource)
]


def resource(kind: str, name: str) -> dict[str, Any]:
    [found] = [one for one in RESOURCES if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return found


def pod_of(workload: dict[str, Any]) -> dict[str, Any]:
    pod: dict[str, Any] = workload["spec"]["template"]["spec"]
    return pod


WORKLOADS = [one for one in RESOURCES if one["kind"] in ("Deployment", "Job")]
SERVERS = pod_of(resource("Deployment", "paishi"))
[SERVER] = SERVERS["containers"]
OVERLAY = pod_of(documents(FOLDER / "models" / "deployment.yaml")[0])


def literals(name: str) -> dict[str, str]:
    """Settings that the folder's ConfigMap has."""
    [generator] = KUSTOMIZATIONS[name]["configMapGenerator"]
    return dict(literal.split("=", 1) for literal in generator["literals"])


def values(container: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one.get("value", "") for one in container["env"]}


BASE = {**literals("base"), **values(SERVER)}
MODELS = {**BASE, **literals("models"), **values(OVERLAY["containers"][0])}


def named(one: dict[str, Any]) -> str:
    return f"{one['kind']} {one['metadata']['name']}"


@pytest.mark.parametrize("one", RESOURCES, ids=named)
def test_a_manifest_is_valid(one: dict[str, Any]) -> None:
    for version in VERSIONS:
        kubernetes_validate.validate(one, version, strict=True)


def test_the_validator_finds_mistakes() -> None:
    """Its schemas are data that could be missing."""
    wrong = {**resource("Service", "paishi"), "spec": {"port": 80}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_every_file_is_used(name: str) -> None:
    kustomization = KUSTOMIZATIONS[name]
    patches = [patch["path"] for patch in kustomization.get("patches", [])]
    used = {one for one in [*kustomization["resources"], *patches] if one.endswith(".yaml")}
    assert used == {file.name for file in (FOLDER / name).glob("*.yaml")} - {"kustomization.yaml"}


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")
@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_kustomize_builds_it(name: str, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "kubernetes")
    secrets = tmp_path / "kubernetes" / "base" / "secrets"
    secrets.mkdir(exist_ok=True)
    for file in KUSTOMIZATIONS["base"]["secretGenerator"][0]["files"]:
        (secrets.parent / file).write_text("s" * 32)
    command = ["kubectl", "kustomize", str(tmp_path / "kubernetes" / name)]
    done = subprocess.run(command, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    built = list(yaml.safe_load_all(done.stdout))
    for one in built:
        kubernetes_validate.validate(one, VERSIONS[-1], strict=True)
    [pod] = [pod_of(one) for one in built if named(one) == "Deployment paishi"]
    [settings] = [one for one in built if one["kind"] == "ConfigMap"]
    assert pod["containers"][0]["envFrom"] == [{"configMapRef": {"name": settings["metadata"]["name"]}}]
    wanted = {"base": BASE, "models": MODELS}[name]
    assert {**settings["data"], **values(pod["containers"][0])} == wanted
    claims = {volume["name"] for volume in pod["volumes"]}
    assert claims == {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    for workload in (one for one in built if one["kind"] in ("Deployment", "Job")):
        for container in pod_of(workload)["containers"]:
            assert EXACT.fullmatch(container["image"]), container["image"]


@pytest.mark.parametrize("settings", [BASE, MODELS], ids=["base", "models"])
def test_its_settings_are_ours_and_take_effect(
    settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.keys() <= KNOWN | FILES
    assert unknown_names(settings) == []
    for name, value in settings.items():
        if name in FILES:
            (tmp_path / Path(value).name).write_text("s" * 32)
            value = str(tmp_path / Path(value).name)
        monkeypatch.setenv(name, value)
    access_for(Settings())


def test_secrets_are_files_that_kustomize_is_given() -> None:
    [generator] = KUSTOMIZATIONS["base"]["secretGenerator"]
    given = {SECRETS / Path(file).name for file in generator["files"]}
    assert given == {Path(BASE[name]) for name in BASE.keys() & FILES}
    [mount] = [one for one in SERVER["volumeMounts"] if one["name"] == "secrets"]
    assert Path(mount["mountPath"]) == SECRETS
    [volume] = [one for one in SERVERS["volumes"] if one["name"] == "secrets"]
    assert volume["secret"]["secretName"] == generator["name"]
    assert "/deploy/kubernetes/base/secrets/" in (ROOT / ".gitignore").read_text("utf-8")


@pytest.mark.parametrize("workload", WORKLOADS, ids=named)
def test_a_pod_is_bounded_and_hardened(workload: dict[str, Any]) -> None:
    pod = pod_of(workload)
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]
        if container["image"] == "paishi":
            dockerfile = (ROOT / "server" / "Dockerfile").read_text("utf-8")
            assert f"--uid {pod['securityContext']['runAsUser']} " in dockerfile
            # For a service called paishi, Kubernetes would set PAISHI_PORT=tcp://…, which is no number.
            assert pod["enableServiceLinks"] is False
        else:
            assert EXACT.fullmatch(container["image"])


def places(pod: dict[str, Any], container: dict[str, Any]) -> set[Path]:
    """Folders that a container may write."""
    mounts = [mount for mount in container["volumeMounts"] if not mount.get("readOnly")]
    assert {mount["name"] for mount in container["volumeMounts"]} <= {one["name"] for one in pod["volumes"]}
    return {Path(mount["mountPath"]) for mount in mounts}


def test_what_is_written_has_a_volume() -> None:
    writable = places(SERVERS, SERVER)
    assert Path("/tmp") in writable
    for name in ("KERAS_HOME", "PAISHI_TAUGHT", "PAISHI_STORE"):
        assert any(Path(BASE[name]).is_relative_to(place) for place in writable), name
    job = pod_of(resource("Job", "convert"))
    [converter] = job["containers"]
    home = values(converter)["KERAS_HOME"]
    assert Path(home) in places(job, converter)
    # The servers see the same volume at the same place, and only read it.
    assert MODELS["KERAS_HOME"] == home
    [mount] = OVERLAY["containers"][0]["volumeMounts"]
    assert (mount["mountPath"], mount["readOnly"]) == (home, True)
    assert OVERLAY["volumes"] == [one for one in job["volumes"] if one["name"] == "models"]


def test_the_job_converts_what_the_servers_serve() -> None:
    [converter] = pod_of(resource("Job", "convert"))["containers"]
    assert converter["args"] == ["convert"]
    passed = {
        one["name"]: one["valueFrom"]["configMapKeyRef"] for one in converter["env"] if "valueFrom" in one
    }
    assert passed.keys() >= {"PAISHI_MODEL", "PAISHI_WEIGHTS", "PAISHI_WEIGHTS_MIRRORS"}
    for name, reference in passed.items():
        assert reference["key"] == name
        assert reference.get("optional", False) == (name not in MODELS)


def test_probes_ask_for_routes_that_there_are() -> None:
    probes = {kind: SERVER[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    paths = {kind: probe["path"] for kind, probe in probes.items()}
    assert paths == {"startup": "/livez", "liveness": "/livez", "readiness": "/readyz"}
    with started() as client:
        for path in paths.values():
            assert client.get(path).status_code == 200
    [port] = SERVER["ports"]
    assert {probe["port"] for probe in probes.values()} == {port["name"]}
    dockerfile = (ROOT / "server" / "Dockerfile").read_text("utf-8")
    assert f"PAISHI_PORT={port['containerPort']} " in dockerfile
    assert resource("Service", "paishi")["spec"]["ports"][0]["targetPort"] == port["name"]


def test_a_server_that_leaves_has_the_time_it_needs() -> None:
    settings = Settings(drain_s=int(BASE["PAISHI_DRAIN_S"]), shutdown_s=int(BASE["PAISHI_SHUTDOWN_S"]))
    pause = SERVER["lifecycle"]["preStop"]["sleep"]["seconds"]
    needed = pause + settings.drain_s + settings.shutdown_s + 2 * SPARE_S
    assert SERVERS["terminationGracePeriodSeconds"] > needed
    probe = SERVER["readinessProbe"]
    assert settings.drain_s >= probe["periodSeconds"] * probe["failureThreshold"]
    update = resource("Deployment", "paishi")["spec"]["strategy"]["rollingUpdate"]
    assert update == {"maxSurge": 1, "maxUnavailable": 0}


_UNITS = {"Mi": 2**20, "Gi": 2**30}


def size(text: str) -> int:
    return int(text[:-2]) * _UNITS[text[-2:]]


def test_cores_are_whole_and_what_the_autoscaler_counts_by() -> None:
    requests, limits = SERVER["resources"]["requests"], SERVER["resources"]["limits"]
    assert requests["cpu"] == limits["cpu"]
    assert limits["cpu"].isdecimal()
    scaler = resource("HorizontalPodAutoscaler", "paishi")["spec"]
    assert scaler["scaleTargetRef"]["name"] == "paishi"
    assert 2 <= scaler["minReplicas"] <= scaler["maxReplicas"]
    assert "replicas" not in resource("Deployment", "paishi")["spec"]
    budget = resource("PodDisruptionBudget", "paishi")["spec"]
    assert 0 < budget["maxUnavailable"] < scaler["minReplicas"]


def test_memory_is_enough_for_what_a_server_may_take(client: httpx.Client) -> None:
    """What it has after a photo, with all of its stores full."""
    assert client.post("/predict", files={"image": file_of(noise())}).status_code == 200
    [used] = [
        float(line.split()[1])
        for line in client.get("/metrics").text.splitlines()
        if line.startswith("process_resident_memory_bytes ")
    ]
    settings = Settings()
    stores = (settings.max_bodies_mb + settings.echo_mb) * 1_000_000
    assert size(SERVER["resources"]["limits"]["memory"]) > used + stores
    assert size(SERVER["resources"]["requests"]["memory"]) > used


def selected(selector: dict[str, str]) -> list[str]:
    return [
        one["metadata"]["name"]
        for one in WORKLOADS
        if selector.items() <= one["spec"]["template"]["metadata"]["labels"].items()
    ]


def test_every_workload_has_a_network_policy_and_every_selector_a_workload() -> None:
    policies = [one for one in RESOURCES if one["kind"] == "NetworkPolicy"]
    assert [selected(one["spec"]["podSelector"]["matchLabels"]) for one in policies] == [
        [one["metadata"]["name"]] for one in policies
    ]
    assert {one["metadata"]["name"] for one in policies} == {one["metadata"]["name"] for one in WORKLOADS}
    for one in policies:
        assert set(one["spec"]["policyTypes"]) == {"Ingress", "Egress"}
    for kind in ("Service", "PodDisruptionBudget"):
        for one in (one for one in RESOURCES if one["kind"] == kind):
            selector = one["spec"]["selector"]
            assert selected(selector.get("matchLabels", selector)) == [one["metadata"]["name"]]
    for constraint in SERVERS["topologySpreadConstraints"]:
        assert selected(constraint["labelSelector"]["matchLabels"]) == ["paishi"]


def test_redis_is_the_service_that_servers_may_reach() -> None:
    assert BASE["PAISHI_RATES"] == "redis://redis:6379/0"
    assert resource("Service", "redis")["spec"]["ports"][0]["port"] == 6379
    [rule] = resource("NetworkPolicy", "redis")["spec"]["ingress"]
    [peer] = rule["from"]
    assert selected(peer["podSelector"]["matchLabels"]) == ["paishi"]


def test_servers_take_what_the_job_made(tmp_path: Path, client: httpx.Client) -> None:
    """They begin before it; the built-in model answers meanwhile, and nobody fetches weights."""
    volume = tmp_path / "models"
    volume.mkdir()
    made = Path(os.environ["PAISHI_CACHE"])  # where `client`'s server has converted this model
    environment = {
        "PAISHI_MODEL": "MobileNetV2",
        "PAISHI_STAND_IN": "EfficientNetLite0",
        "PAISHI_WEIGHTS_SOURCES": MODELS["PAISHI_WEIGHTS_SOURCES"],
        "PAISHI_WEIGHTS_RETRY_S": "0.2",
        "KERAS_HOME": str(volume),
        "PAISHI_CACHE": "",
    }
    with run_server(tmp_path / "output", **environment) as server, server.client() as waiting:
        answer = waiting.post("/predict", files={"image": crossword()}).json()
        assert answer["model"]["name"] == "EfficientNetLite0"
        wait_for(lambda: "reason" in waiting.get("/readyz").json()["awaited"], 60, "the wait")
        shutil.copytree(made, volume / "paishi", dirs_exist_ok=True)
        wait_for(lambda: "awaited" not in waiting.get("/readyz").json(), 60, "the wanted model")
        answer = waiting.post("/predict", files={"image": crossword()}).json()
        assert answer["model"]["name"] == "MobileNetV2"
    assert list(volume.glob("models/*.h5")) == []
