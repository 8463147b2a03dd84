"""`make backup` and `make restore`: the database and the files; the keys go elsewhere.

A backup is a folder: `database.dump` (pg_dump, custom format), `files.tar`, `digests`
(SHA-256 of both) and nothing that opens them. The keys are written beside it, as
`<folder>.keys.env`, to be moved to another place: together they are everybody's record.
Vectors aren't kept: they are rebuilt from the passages in the database.
"""

import hashlib
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clinicity.stack import control, embedded, envfile
from clinicity.stack.folder import SECRET_NAMES, Folder
from clinicity.stack.postgres import DATABASE, Postgres
from clinicity.stack.services import StackError

Tell = Callable[[str], None]

DUMP, FILES, DIGESTS = "database.dump", "files.tar", "digests"
# Folders of `var/` that hold what can't be made again.
KEPT_FOLDERS = ("files", "checkpoints")
KEYS = (*SECRET_NAMES, "ENCRYPTION_KEY")
KEYS_HEADING = "The keys of a backup. Keep this file far away from it."


@dataclass(frozen=True)
class Backup:
    """One backup's place."""

    root: Path

    @property
    def keys(self) -> Path:
        return self.root.with_name(self.root.name + ".keys.env")

    def digests(self) -> dict[str, str]:
        return {name: _digest(self.root / name) for name in (DUMP, FILES)}


def save(folder: Folder, target: Path, *, tell: Tell) -> None:
    """Back up into a new folder, while the stack runs."""
    if target.exists():
        raise StackError(f"{target} is there already: name a new folder.")
    control.start(folder)
    target.mkdir(mode=0o700, parents=True)
    backup = Backup(target.resolve())
    tell("database …")
    _dump(_postgres(folder), backup.root / DUMP)
    tell("files …")
    _pack(folder, backup.root / FILES)
    envfile.write(backup.root / DIGESTS, backup.digests(), heading="SHA-256")
    keys = {name: folder.secrets[name] for name in KEYS}
    envfile.write(backup.keys, keys, heading=KEYS_HEADING)
    tell(f"saved in {backup.root}")
    tell(f"its keys are in {backup.keys}: move them to another place")


def restore(folder: Folder, source: Path, keys: Path, *, tell: Tell) -> None:
    """Restore into an empty folder; refuses one that holds anything, and a spoilt backup."""
    backup = Backup(source.resolve())
    if folder.secrets_file.exists() or folder.stack_file.exists():
        raise StackError(f"{folder.root} isn't empty: set CLINICITY_VAR to a new folder.")
    if envfile.read(backup.root / DIGESTS) != backup.digests():
        raise StackError(f"{backup.root} isn't whole: its digests don't fit.")
    _take_keys(folder, keys)
    control.start(folder)
    tell("database …")
    _load(_postgres(folder), backup.root / DUMP)
    tell("files …")
    _unpack(folder, backup.root / FILES)
    tell("restored; rebuild the vectors with `manage.py rebuild_passages`")


def _take_keys(folder: Folder, keys: Path) -> None:
    given = envfile.read(keys)
    missing = [name for name in KEYS if name not in given]
    if missing:
        raise StackError(f"{keys} lacks {', '.join(missing)}.")
    folder.prepare()
    envfile.write(folder.secrets_file, given, heading="Restored from a backup's keys.")


def _postgres(folder: Folder) -> Postgres:
    for server in embedded.announced(folder):
        if isinstance(server, Postgres):
            return server
    raise StackError("The database isn't embedded: back it up with its own tools.")


def _dump(postgres: Postgres, target: Path) -> None:
    with envfile.private_file(target) as out:
        postgres.tool(
            "pg_dump", "--format=custom", "--no-owner", "--dbname", DATABASE, stdout=out
        )


def _load(postgres: Postgres, source: Path) -> None:
    """As the owner and in one transaction: a restore is whole or not there."""
    with source.open("rb") as dump:
        postgres.tool(
            "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner",
            "--dbname", DATABASE, stdin=dump,
        )  # fmt: skip


def _pack(folder: Folder, target: Path) -> None:
    with envfile.private_file(target) as out, tarfile.open(fileobj=out, mode="w") as archive:
        for name in KEPT_FOLDERS:
            if (folder.root / name).exists():
                archive.add(folder.root / name, arcname=name)


def _unpack(folder: Folder, source: Path) -> None:
    with tarfile.open(source) as archive:
        archive.extractall(folder.root, filter="data")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
