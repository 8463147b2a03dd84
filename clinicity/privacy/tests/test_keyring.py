import base64
import os
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pytest_django import Settings

from clinicity.privacy import keyring
from clinicity.privacy.models import DestroyedKey, SubjectKey

pytestmark = pytest.mark.django_db
AAD = b"clinicity|patients_patient|first_name|1"


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    keyring.forget()
    yield
    keyring.forget()


@pytest.fixture
def subject() -> UUID:
    id = uuid4()
    keyring.subject_key_create(id)
    return id


def raw_key(subject: UUID) -> bytes:
    return keyring.unwrapped(subject, bytes(SubjectKey.objects.get(subject_id=subject).wrapped))


def sealed_whole(subject: UUID, data: bytes, aad: bytes) -> bytes:
    """A blob of version 1, as it was sealed before tables had keys of their own."""
    raw, nonce = raw_key(subject), os.urandom(keyring.NONCE)
    head = keyring.WHOLE + keyring.DataKey(raw).id
    return head + nonce + AESGCM(raw).encrypt(nonce, data, aad)


def test_sealed_bytes_open_only_with_their_context(subject: UUID) -> None:
    blob = keyring.seal(subject, b"counts", aad=b"row 1")
    assert keyring.unseal(subject, blob, aad=b"row 1") == b"counts"
    with pytest.raises(keyring.Unreadable):
        keyring.unseal(subject, blob, aad=b"row 2")


def test_another_subjects_key_does_not_open(subject: UUID) -> None:
    other = uuid4()
    keyring.subject_key_create(other)
    blob = keyring.seal(subject, b"counts", aad=b"")
    with pytest.raises(keyring.Unreadable):
        keyring.unseal(other, blob, aad=b"")


def test_a_table_seals_by_hkdf_of_the_data_key(subject: UUID) -> None:
    blob = keyring.seal(subject, b"Zoe", aad=AAD)
    info = b"clinicity|table|patients_patient"
    derived = HKDF(SHA256(), 32, salt=None, info=info).derive(raw_key(subject))
    nonce, sealed = blob[keyring.HEAD : keyring.HEADER], blob[keyring.HEADER :]
    assert blob[:1] == keyring.VERSION
    assert AESGCM(derived).decrypt(nonce, sealed, AAD) == b"Zoe"


def test_a_leaked_key_of_one_table_opens_no_other(subject: UUID) -> None:
    other = AAD.replace(b"patients_patient", b"documents_page")
    nonce, sealed = (blob := keyring.seal(subject, b"x", aad=other))[9:21], blob[21:]
    leaked = keyring.DataKey(raw_key(subject)).cipher(b"patients_patient")
    with pytest.raises(InvalidTag):
        leaked.decrypt(nonce, sealed, other)


def test_blobs_of_before_still_open(subject: UUID) -> None:
    old = sealed_whole(subject, b"Zoe", AAD)
    assert keyring.unseal(subject, old, aad=AAD) == b"Zoe"
    assert not keyring.is_newest(subject, old[: keyring.HEAD])
    assert keyring.is_newest(subject, keyring.seal(subject, b"", aad=AAD)[: keyring.HEAD])


@pytest.mark.parametrize("blob", [b"", b"\x02", b"\x03" + bytes(40), bytes(9)])
def test_nonsense_raises_and_is_no_crash(subject: UUID, blob: bytes) -> None:
    with pytest.raises(keyring.Unreadable):
        keyring.unseal(subject, blob, aad=AAD)


def test_a_blob_cut_short_raises(subject: UUID) -> None:
    blob = keyring.seal(subject, b"counts", aad=AAD)
    for length in range(len(blob)):
        with pytest.raises(keyring.Unreadable):
            keyring.unseal(subject, blob[:length], aad=AAD)


def test_rotation_keeps_everything_readable(settings: Settings, subject: UUID) -> None:
    blob = keyring.seal(subject, b"counts", aad=b"")
    newest = base64.b64encode(os.urandom(32)).decode()
    settings.ENCRYPTION_KEY = f"{newest},{settings.ENCRYPTION_KEY}"
    keyring.forget()
    row = SubjectKey.objects.get(subject_id=subject)
    assert keyring.rewrap(row)
    assert not keyring.rewrap(row)
    settings.ENCRYPTION_KEY = newest
    keyring.forget()
    assert keyring.unseal(subject, blob, aad=b"") == b"counts"


def test_a_lost_master_key_is_told_and_not_taken_for_erasure(
    settings: Settings, subject: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    blob = keyring.seal(subject, b"counts", aad=b"")
    settings.ENCRYPTION_KEY = base64.b64encode(os.urandom(32)).decode()
    keyring.forget()
    heard: list[keyring.Failure] = []
    keyring.FAILED.append(heard.append)
    with pytest.raises(keyring.NoKey) as lost:
        keyring.unseal(subject, blob, aad=b"")
    keyring.FAILED.remove(heard.append)
    assert not isinstance(lost.value, keyring.Destroyed)
    assert lost.value.status == 503
    assert heard == [keyring.Failure(subject, "key-missing")]
    assert "keys.cant_open" in caplog.text
    assert str(subject) not in caplog.text
    with pytest.raises(keyring.NoKey):
        keyring.seal(subject, b"more", aad=b"")


def test_a_destroyed_key_says_so(subject: UUID) -> None:
    blob = keyring.seal(subject, b"counts", aad=b"")
    keyring.subject_key_destroy(subject)
    with pytest.raises(keyring.Destroyed) as erased:
        keyring.unseal(subject, blob, aad=b"")
    assert erased.value.status == 410
    assert not SubjectKey.objects.filter(subject_id=subject).exists()
    keyring.subject_key_destroy(subject)
    assert DestroyedKey.objects.filter(subject_id=subject).count() == 1


def test_preload_fetches_many_keys_in_one_query(django_assert_num_queries: object) -> None:
    subjects = [uuid4() for _ in range(5)]
    for subject in subjects:
        keyring.subject_key_create(subject)
    keyring.forget()
    with django_assert_num_queries(1):  # type: ignore[operator]
        keyring.preload(subjects)
        for subject in subjects:
            keyring.seal(subject, b"x", aad=b"")


def test_preload_of_one_lost_key_does_not_hide_the_others(subject: UUID) -> None:
    lost = uuid4()
    SubjectKey.objects.create(subject_id=lost, wrapped=os.urandom(68))
    keyring.preload([subject, lost])
    assert keyring.unseal(subject, keyring.seal(subject, b"x", aad=b""), aad=b"") == b"x"
    with pytest.raises(keyring.NoKey):
        keyring.seal(lost, b"x", aad=b"")
