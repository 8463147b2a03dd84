import base64
import os
from uuid import uuid4

import pytest
from pytest_django import Settings

from clinicity.privacy import keyring
from clinicity.privacy.models import SubjectKey

pytestmark = pytest.mark.django_db


def test_sealed_bytes_open_only_with_their_context() -> None:
    subject = uuid4()
    keyring.subject_key_create(subject)
    blob = keyring.seal(subject, b"counts", aad=b"row 1")
    assert keyring.unseal(subject, blob, aad=b"row 1") == b"counts"
    with pytest.raises(keyring.Unreadable):
        keyring.unseal(subject, blob, aad=b"row 2")


def test_another_subjects_key_does_not_open() -> None:
    mine, other = uuid4(), uuid4()
    keyring.subject_key_create(mine)
    keyring.subject_key_create(other)
    blob = keyring.seal(mine, b"counts", aad=b"")
    with pytest.raises(keyring.Unreadable):
        keyring.unseal(other, blob, aad=b"")


def test_rotation_keeps_everything_readable(settings: Settings) -> None:
    subject = uuid4()
    keyring.subject_key_create(subject)
    blob = keyring.seal(subject, b"counts", aad=b"")
    newest = base64.b64encode(os.urandom(32)).decode()
    settings.ENCRYPTION_KEY, oldest = (
        f"{newest},{settings.ENCRYPTION_KEY}",
        settings.ENCRYPTION_KEY,
    )
    keyring.forget()
    row = SubjectKey.objects.get(subject_id=subject)
    assert keyring.rewrap(row)
    assert not keyring.rewrap(row)
    settings.ENCRYPTION_KEY = newest
    keyring.forget()
    assert keyring.unseal(subject, blob, aad=b"") == b"counts"
    settings.ENCRYPTION_KEY = oldest
    keyring.forget()


def test_preload_fetches_many_keys_in_one_query(django_assert_num_queries: object) -> None:
    subjects = [uuid4() for _ in range(5)]
    for subject in subjects:
        keyring.subject_key_create(subject)
    keyring.forget()
    with django_assert_num_queries(1):  # type: ignore[operator]
        keyring.preload(subjects)
        for subject in subjects:
            keyring.seal(subject, b"x", aad=b"")
