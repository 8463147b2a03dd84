"""`deploy/install.py` runs before anything is installed, so it is loaded by its path."""

import importlib.util
import os
import subprocess
import sys

import pytest

from clinicity.environment import ROOT


@pytest.fixture
def install(monkeypatch, tmp_path):
    spec = importlib.util.spec_from_file_location("install", ROOT / "deploy" / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("LOCK", "NODE_LOCK"):
        path = tmp_path / name
        path.write_text("1")
        monkeypatch.setattr(module, name, path)
    monkeypatch.setattr(module, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(module, "MARKER", tmp_path / "marker")
    monkeypatch.setattr(module, "NODE_MODULES", tmp_path)
    monkeypatch.setattr(module, "make_venv", lambda: (tmp_path / "python").touch())
    module.ran = []
    monkeypatch.setattr(module, "run", lambda *words: module.ran.append(words))
    return module


def test_what_is_installed_is_left_alone(install):
    install.main([])
    first = len(install.ran)
    install.main([])
    assert len(install.ran) == first == 3


def test_another_lock_is_installed_again(install):
    install.main([])
    install.ran.clear()
    install.LOCK.write_text("2")
    install.main([])
    assert any("--requirement" in words for words in install.ran)


def test_nodes_wheel_serves_where_the_machine_has_no_npm(install, monkeypatch):
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    node, npm = install.npm()
    version = subprocess.run([node, npm, "--version"], capture_output=True, check=True)
    assert version.stdout.strip()


def test_a_missing_program_is_told_with_its_package(install, monkeypatch, capsys):
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    install.install_tools()
    told = capsys.readouterr().out
    assert "chromium is missing, so browser tests are skipped. To have it, install" in told


def test_it_needs_nothing_but_the_standard_library():
    environment = {"PATH": os.environ["PATH"]}
    check = "import runpy; runpy.run_path('deploy/install.py')"
    command = [sys.executable, "-I", "-S", "-c", check]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def test_the_lock_names_exact_versions_and_no_host():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pinned = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert all("==" in line for line in pinned)
    assert not any("://" in line or "--index" in line for line in lines)


def test_the_lock_holds_every_listed_package():
    locked = {
        line.split("==")[0]
        for line in (ROOT / "requirements.lock").read_text().splitlines()
        if "==" in line
    }
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            wanted = line.split("#")[0].strip()
            if wanted and not wanted.startswith("-r"):
                package = wanted.split("[")[0].split("~")[0].split(">")[0].lower()
                assert package.replace("_", "-") in locked, f"run make lock: {package}"
