"""`docker-compose.yml` and `.env.example` say what the code says."""

import ast
import re
import shutil
import subprocess

import pytest
import yaml

from clinicity.common.queues import Queue
from clinicity.environment import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
# Of the compose specification, the keys that a service here may have.
SERVICE_KEYS = {
    "image", "build", "command", "env_file", "environment", "volumes", "depends_on", "restart",
    "security_opt", "ports", "healthcheck", "profiles",
}  # fmt: skip
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
# Made by whoever runs it: certificates are never part of a checkout.
OWN_FILES = ("./deploy/tls", "./deploy/tls/ca.crt")
NOT_DJANGOS = {"FORWARDED_ALLOW_IPS", "CLINICITY_VAR", "PORT"}


def _example_names() -> set[str]:
    text = (ROOT / ".env.example").read_text()
    return set(re.findall(r"^([A-Z][A-Z0-9_]*)=", text, flags=re.MULTILINE))


def _compose_names() -> set[str]:
    return set(re.findall(r"(?<!\$)\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))


def _settings_names() -> set[str]:
    """Every name that settings read through `env`."""
    names: set[str] = set()
    for path in (ROOT / "clinicity" / "settings").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner, first = node.func.value, node.args[0] if node.args else None
                reads = isinstance(owner, ast.Name) and owner.id == "env"
                if reads and isinstance(first, ast.Constant):
                    names.add(str(first.value))
    return names


def test_the_example_lists_every_setting_and_no_other():
    assert _example_names() == _settings_names() | NOT_DJANGOS | _compose_names()


def test_every_server_and_process_is_there():
    assert set(SERVICES) == {
        "web", "worker-fast", "worker-heavy", "beat", "migrate", "db", "redis", "milvus", "etcd",
        "minio", "graph",
    }  # fmt: skip


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_the_shape_of_the_specification(name):
    service = SERVICES[name]
    assert set(service) <= SERVICE_KEYS
    assert ("image" in service) != ("build" in service)
    assert all(isinstance(value, str) for value in service.get("environment", {}).values())
    for other, how in service.get("depends_on", {}).items():
        assert how["condition"] in CONDITIONS
        assert "healthcheck" in SERVICES[other], f"{name} waits for the health of {other}"
    test = service.get("healthcheck", {"test": ["CMD"]})["test"]
    assert test[0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_mounts_is_there(name):
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith("."):
            assert source in OWN_FILES or (ROOT / source).exists()
        else:
            assert source in COMPOSE["volumes"]


def test_ports_are_open_to_this_machine_only():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8000:8000"]


@pytest.mark.parametrize("queue", Queue)
def test_each_queue_has_its_worker(queue):
    command = SERVICES[f"worker-{queue}"]["command"]
    assert f"-A clinicity.celery worker -Q {queue} -n {queue}@%h" in command


def test_the_image_builds_from_files_that_are_there():
    build = SERVICES["web"]["build"]
    text = (ROOT / build["dockerfile"]).read_text()
    for line in re.findall(r"^COPY (.+) \S+$", text, flags=re.MULTILINE):
        for source in line.split():
            assert source == "." or (ROOT / source).exists(), source


def test_compose_itself_accepts_the_file(tmp_path):
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], check=False).returncode:
        pytest.skip("Docker Compose is missing: install docker-compose-plugin.")
    (tmp_path / ".env").write_text("".join(f"{name}=x\n" for name in _compose_names()))
    file = ROOT / "docker-compose.yml"
    command = [
        docker,
        "compose",
        "--env-file",
        tmp_path / ".env",
        "--file",
        file,
        "config",
        "-q",
    ]
    subprocess.run(command, check=True)
