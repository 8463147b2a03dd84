"""The small parts of the stack, each alone."""

import ast
import socket
import stat

import pytest

from clinicity.stack import embedded, envfile, house, ports, postgres, prepared
from clinicity.stack.folder import Folder
from clinicity.stack.milvus import Milvus
from clinicity.stack.postgres import Postgres
from clinicity.stack.services import StackError
from clinicity.stack.valkey import Valkey


@pytest.fixture
def folder(tmp_path):
    folder = Folder(tmp_path / "var")
    folder.prepare()
    return folder


def test_secrets_are_made_once_and_completed(folder):
    first = folder.secrets
    kept = {name: value for name, value in first.items() if name != "HASH_SECRET"}
    envfile.write(folder.secrets_file, kept, heading="")
    again = Folder(folder.root).secrets
    assert {name: again[name] for name in kept} == kept
    assert again["HASH_SECRET"] != first["HASH_SECRET"]


def test_an_env_file_is_never_readable_by_others(tmp_path):
    envfile.write(tmp_path / "x.env", {"A": "1=2"}, heading="Heading")
    assert stat.S_IMODE((tmp_path / "x.env").stat().st_mode) == 0o600
    assert envfile.read(tmp_path / "x.env") == {"A": "1=2"}
    assert envfile.read(tmp_path / "none.env") == {}


def test_a_taken_port_is_passed_over():
    with socket.socket() as squatter:
        squatter.bind((ports.LOOPBACK, 0))
        squatter.listen()
        taken = squatter.getsockname()[1]
        assert not ports.is_free(taken)
        assert ports.choose(taken) != taken
        assert ports.next_free(taken) > taken


def test_each_server_is_replaced_by_its_own_setting_alone(folder, monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL", "REDIS_HOST", "MILVUS_HOST", "MILVUS_URI"):
        monkeypatch.delenv(name, raising=False)
    assert [type(s) for s in embedded.servers(folder)] == [Postgres, Valkey, Milvus]
    monkeypatch.setenv("REDIS_HOST", "redis.example")
    assert [type(s) for s in embedded.servers(folder)] == [Postgres, Milvus]


def test_what_the_stack_announced_isnt_an_operators_wish(folder, monkeypatch):
    monkeypatch.setenv("MILVUS_URI", "http://127.0.0.1:5")
    assert embedded.replaced(Milvus, {})
    assert not embedded.replaced(Milvus, {"MILVUS_URI": "http://127.0.0.1:5"})


def test_postgres_keeps_to_var_where_its_account_gets_in(folder, monkeypatch):
    monkeypatch.setattr(postgres, "_anyone_may_pass", lambda path: True)
    assert Postgres(folder, 5).home == folder.root / "postgres"


def test_postgres_moves_where_its_account_doesnt_get_in(folder, monkeypatch, tmp_path):
    monkeypatch.setattr(postgres, "_anyone_may_pass", lambda path: False)
    monkeypatch.setattr(postgres, "FALLBACK", tmp_path)
    server = Postgres(folder, 5)
    if server.account is None:
        pytest.skip("Only root moves PostgreSQL away: run as root to see it.")
    assert server.home.parent == tmp_path
    server._make_home()
    assert (server.binaries / "postgres").exists()
    assert tmp_path in server.binaries.parents


def test_postgres_refuses_a_folder_of_somebody_else(folder, monkeypatch, tmp_path):
    server = Postgres(folder, 5)
    monkeypatch.setattr(server, "_rightful_owners", lambda: {12345})
    with pytest.raises(StackError, match="belongs to somebody else"):
        server._make_home()


def test_a_statement_never_gets_into_the_log(folder):
    words = Postgres(folder, 5).command().argv
    assert "log_min_error_statement=panic" in words


def test_the_demo_is_prepared_again_when_its_source_changed(folder, monkeypatch):
    assert prepared.recall(folder) == []
    prepared.note(folder, ["Sign in with …", "alice"])
    assert prepared.recall(folder) == ["Sign in with …", "alice"]
    monkeypatch.setattr(prepared, "SOURCES", ("README.md", "clinicity/stack/*.py"))
    assert prepared.recall(folder) == []


def test_the_house_counts_functions_and_imports_between_rooms(tmp_path):
    (tmp_path / "alerts").mkdir()
    (tmp_path / "patients").mkdir()
    (tmp_path / "patients" / "models.py").write_text("def a():\n    return 1\n")
    (tmp_path / "alerts" / "models.py").write_text("from patients.models import a\n")
    modules = house.modules(tmp_path)
    assert house.edges(modules) == {("alerts", "patients"): 1}
    text = "\n".join(house.report(modules))
    assert "2  patients/models.py: a" in text
    assert "pairs that import each other: none" in text


def test_rooms_are_named_by_their_package():
    assert house.room_of("clinicity.audit.services") == "clinicity.audit"
    assert house.room_of("patients.models") == "patients"
    assert list(house._imports(ast.parse("import os.path"))) == ["os.path"]
