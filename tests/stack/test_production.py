"""A production start says in one sentence what is missing, and warns of nothing else."""

import base64
import importlib
import os
import secrets
import subprocess
import sys

import pytest

from clinicity import environment
from clinicity.environment import ROOT

DATABASE = "postgres://clinicity_app:x@db.clinic.example/clinicity"
GOOD = {
    "ENVIRONMENT": "production",
    "ALLOWED_HOSTS": "clinic.example",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "JWT_SECRET_KEY": secrets.token_urlsafe(48),
    "HASH_SECRET": secrets.token_urlsafe(48),
    "AUDIT_SIGNING_KEY": secrets.token_urlsafe(48),
    "ENCRYPTION_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    "DATABASE_URL": DATABASE,
    "DATABASE_OWNER_URL": DATABASE,
    "DATABASE_SEALER_URL": DATABASE,
    "REDIS_URL": "rediss://:x@redis.clinic.example:6379/0",
    "MILVUS_URI": "https://milvus.clinic.example:19530",
}
SHORT_KEY = base64.b64encode(bytes(16)).decode()

REFUSED = [
    ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
    ({"SECRET_KEY": "django-insecure-" + "x" * 40}, "SECRET_KEY is a default or too short"),
    ({"JWT_SECRET_KEY": "brief"}, "JWT_SECRET_KEY is a default or too short"),
    ({"HASH_SECRET": ""}, "HASH_SECRET is not set"),
    ({"AUDIT_SIGNING_KEY": "change-me-" * 5}, "AUDIT_SIGNING_KEY is a default or too short"),
    ({"ENCRYPTION_KEY": ""}, "ENCRYPTION_KEY is not set"),
    ({"ENCRYPTION_KEY": "not base64!"}, "ENCRYPTION_KEY is not base64"),
    ({"ENCRYPTION_KEY": SHORT_KEY}, "ENCRYPTION_KEY holds 16 bytes, not 32"),
    ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
    ({"DATABASE_URL": DATABASE + "?sslmode=disable"}, "must be reached with sslmode="),
    ({"REDIS_URL": ""}, "REDIS_URL is not set"),
    ({"REDIS_URL": "redis://redis.clinic.example/0"}, "REDIS_URL must start with rediss://"),
    ({"MILVUS_URI": ""}, "MILVUS_URI must start with https://"),
    ({"MILVUS_URI": "", "MILVUS_HOST": "milvus"}, "MILVUS_URI must start with https://"),
    ({"NEO4J_URI": "bolt://graph.clinic.example"}, "NEO4J_URI must start with bolt+s://"),
    ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set"),
]


def _start(changes: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python with production's environment and nothing of ours."""
    place = {"PATH": os.environ["PATH"], "CLINICITY_VAR": "/nonexistent"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=GOOD | changes | place,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def load_production(monkeypatch, tmp_path):
    """Load production's settings afresh from these variables alone; the suite's come back."""

    def load(variables: dict[str, str]) -> None:
        monkeypatch.setattr(environment, "ORIGINS", {})
        for name in list(os.environ):
            monkeypatch.delenv(name)
        for name, value in (variables | {"CLINICITY_VAR": str(tmp_path)}).items():
            if value:
                monkeypatch.setenv(name, value)
        for module in ("base", "production"):
            monkeypatch.delitem(sys.modules, f"clinicity.settings.{module}", raising=False)
        importlib.import_module("clinicity.settings.production")

    return load


@pytest.mark.parametrize(("changes", "sentence"), REFUSED, ids=[s for _, s in REFUSED])
def test_an_unfit_setting_stops_the_start(load_production, changes, sentence):
    with pytest.raises(SystemExit) as stopped:
        load_production(GOOD | changes)
    told = str(stopped.value)
    assert told.startswith("Clinicity doesn't start: ")
    assert sentence in told
    secrets_given = [value for name, value in changes.items() if not name.endswith("URI")]
    assert not any(value and value in told for value in secrets_given)


def test_the_sentence_is_all_that_is_said():
    outcome = _start({"SECRET_KEY": ""}, "manage.py", "check")
    assert outcome.returncode == 1
    assert outcome.stderr.count("\n") == 1, outcome.stderr


def test_a_good_start_has_no_deployment_warning():
    outcome = _start({}, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert outcome.returncode == 0, outcome.stderr


def test_an_unknown_environment_is_named():
    outcome = _start({"ENVIRONMENT": "staging"}, "manage.py", "check")
    assert outcome.stderr.startswith("ENVIRONMENT='staging' is not one of")
