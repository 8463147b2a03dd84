"""What was saved is there again, in another folder, and opens with its keys alone."""

import psycopg
import pytest

from clinicity.stack import backup, control, envfile
from clinicity.stack.folder import Folder
from clinicity.stack.services import StackError
from tests.stack.test_supervisor import REAL_MILVUS

TABLE = """
CREATE TABLE note (id int PRIMARY KEY, sealed bytea NOT NULL);
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY nobody ON note USING (false);
GRANT SELECT ON note TO clinicity_app;
INSERT INTO note SELECT n, sha256(n::text::bytea) FROM generate_series(1, 500) n;
"""
DIGEST = "SELECT count(*), md5(string_agg(sealed::text, ',' ORDER BY id)) FROM note"


@pytest.fixture(scope="module")
def own_environment():
    """Servers of our own in this process too: the suite's settings would replace them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SEALER_URL", "REDIS_URL"):
            patch.delenv(name, raising=False)
        patch.setenv("MILVUS_URI", REAL_MILVUS)
        yield


@pytest.fixture(scope="module")
def original(own_environment, tmp_path_factory):
    folder = Folder(tmp_path_factory.mktemp("original") / "var")
    control.start(folder)
    with psycopg.connect(folder.remembered()["DATABASE_OWNER_URL"]) as connection:
        connection.execute(TABLE)
    (folder.root / "files" / "ab").mkdir(parents=True)
    (folder.root / "files" / "ab" / "scan").write_bytes(b"sealed bytes")
    yield folder
    control.reset(folder)


@pytest.fixture
def saved(original, tmp_path):
    target = tmp_path / "saved"
    backup.save(original, target, tell=lambda line: None)
    return backup.Backup(target)


def _digest(folder: Folder) -> object:
    with psycopg.connect(folder.remembered()["DATABASE_OWNER_URL"]) as connection:
        return connection.execute(DIGEST).fetchone()


def test_a_restore_into_an_empty_folder_is_equal(original, saved, tmp_path):
    restored = Folder(tmp_path / "restored")
    try:
        backup.restore(restored, saved.root, saved.keys, tell=lambda line: None)
        assert _digest(restored) == _digest(original)
        assert (restored.root / "files/ab/scan").read_bytes() == b"sealed bytes"
        for name in backup.KEYS:
            assert restored.secrets[name] == original.secrets[name]
        with psycopg.connect(restored.remembered()["DATABASE_URL"]) as app:
            assert app.execute("SELECT count(*) FROM note").fetchone() == (0,)
    finally:
        control.reset(restored)


def test_the_keys_are_apart_and_nobody_elses(original, saved):
    inside = b"".join(path.read_bytes() for path in saved.root.iterdir())
    for name in backup.KEYS:
        assert original.secrets[name].encode() not in inside
    for path in (saved.keys, *saved.root.iterdir()):
        assert path.stat().st_mode & 0o077 == 0


def test_a_spoilt_backup_is_refused(saved, tmp_path):
    with (saved.root / backup.DUMP).open("ab") as dump:
        dump.write(b"x")
    with pytest.raises(StackError, match="isn't whole"):
        backup.restore(Folder(tmp_path / "new"), saved.root, saved.keys, tell=print)
    assert not (tmp_path / "new").exists()


def test_a_folder_in_use_is_refused(original, saved):
    with pytest.raises(StackError, match="isn't empty"):
        backup.restore(original, saved.root, saved.keys, tell=print)


def test_keys_that_lack_one_are_refused(saved, tmp_path):
    keys = envfile.read(saved.keys)
    keys.pop("ENCRYPTION_KEY")
    envfile.write(saved.keys, keys, heading="")
    with pytest.raises(StackError, match="lacks ENCRYPTION_KEY"):
        backup.restore(Folder(tmp_path / "new"), saved.root, saved.keys, tell=print)


def test_an_old_backup_isnt_overwritten(original, saved):
    with pytest.raises(StackError, match="is there already"):
        backup.save(original, saved.root, tell=print)
