import io

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connections

from clinicity.stack import doctor, health


def _told() -> str:
    connections.close_all()  # the command's own process starts without any
    out = io.StringIO()
    try:
        call_command("doctor", stdout=out)
    except CommandError as error:
        raise CommandError(f"{error}\n{out.getvalue()}") from error
    return out.getvalue()


def test_it_says_what_runs_and_in_which_version(real_transactions):
    for worker in health.WORKERS:
        health.heartbeat(worker)
    told = _told()
    assert "PostgreSQL as default  18" in told
    assert "role clinicity_sealer" in told
    assert "valkey 9" in told
    assert "Everything is well." in told


def test_it_says_where_a_setting_came_from_and_keeps_its_value(real_transactions, settings):
    told = _told()
    assert settings.SECRET_KEY not in told
    assert settings.REDIS_URL not in told
    assert any(
        line.startswith("  SECRET_KEY") and "secrets.env" in line for line in told.splitlines()
    )


def test_it_says_what_to_do_about_a_missing_worker(real_transactions):
    cache.clear()
    told = _told()
    assert "worker heavy: `make demo` runs it" in told


def test_it_fails_when_nothing_could_be_served(real_transactions, settings):
    settings.REDIS_URL = "redis://:planted@127.0.0.1:1/0"
    with pytest.raises(CommandError, match="can't serve"):
        _told()


def test_it_names_waiting_migrations(real_transactions, monkeypatch):
    monkeypatch.setattr(doctor.MigrationExecutor, "migration_plan", lambda *a: [("x", False)])
    (line,) = doctor.migrations()
    assert line.grave
    assert "migrate --database owner" in line.advice


def test_it_names_a_readable_secret(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    (tmp_path / "secrets.env").write_text("SECRET_KEY=x\n")
    (tmp_path / "secrets.env").chmod(0o644)
    assert any("chmod 600" in line.advice for line in doctor.folder())
