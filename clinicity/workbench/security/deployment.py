"""`check --deploy` under production's own settings, with secrets made for the occasion."""

import base64
import os
import secrets
import sys

from clinicity.workbench.security.findings import Finding, Result
from clinicity.workbench.security.running import ToolFailed, run, write

DATABASE = "postgres://clinicity_app:x@db.clinic.example/clinicity"


def deployment() -> Result:
    """Django's and our own deployment checks, any warning being a finding."""
    try:
        done = run(
            sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING",
            env=production_environment(),
        )  # fmt: skip
    except ToolFailed as error:
        write("check-deploy.txt", str(error))
        return Result(
            "check --deploy", (Finding("django", "DEPLOY", "manage.py", 1, str(error)),)
        )
    write("check-deploy.txt", done.stdout + done.stderr)
    return Result("check --deploy", note="production settings")


def production_environment() -> dict[str, str]:
    made = {
        name: secrets.token_urlsafe(48)
        for name in ("SECRET_KEY", "JWT_SECRET_KEY", "HASH_SECRET", "AUDIT_SIGNING_KEY")
    }
    return made | {
        "PATH": os.environ["PATH"],
        "ENVIRONMENT": "production",
        "CLINICITY_VAR": "/nonexistent",
        "ALLOWED_HOSTS": "clinic.example",
        "ENCRYPTION_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "DATABASE_URL": DATABASE,
        "DATABASE_OWNER_URL": DATABASE,
        "DATABASE_SEALER_URL": DATABASE,
        "REDIS_URL": "rediss://:x@redis.clinic.example:6379/0",
        "MILVUS_URI": "https://milvus.clinic.example:19530",
    }
