"""Secrets of second factors, which django-allauth keeps sealed in its own table, for a
rotation of keys: those that an older key sealed are sealed anew."""

import base64
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction

from clinicity.accounts.adapters import AAD
from clinicity.privacy import keyring
from clinicity.privacy.resealing import OWNER, Pass

# Under which names allauth keeps what it seals.
SEALED = ("secret", "seed")


def reseal(subject_id: UUID) -> Pass:
    """One pass; what somebody is changing is left to the next."""
    if subject_id != keyring.SYSTEM:
        return Pass()
    with transaction.atomic(using=OWNER):
        rows = Authenticator.objects.using(OWNER).order_by("id")
        old = [row for row in rows if _old(row)]
        free = list(rows.select_for_update(skip_locked=True).filter(id__in=[r.id for r in old]))
        done = Pass(busy=len(old) - len(free))
        for row in free:
            done += _reseal(row)
    return done


def stale(subject_id: UUID) -> int:
    if subject_id != keyring.SYSTEM:
        return 0
    return sum(bool(_old(row)) for row in Authenticator.objects.using(OWNER).all())


def _reseal(row: Any) -> Pass:
    try:
        row.data |= {name: _renewed(row.data[name]) for name in _old(row)}
    except keyring.CantOpen:
        return Pass(unreadable={keyring.SYSTEM: 1})
    row.save(using=OWNER, update_fields=["data"])
    return Pass(resealed=1)


def _old(row: Any) -> list[str]:
    """Which of a row's secrets an older key sealed."""
    names = [name for name in SEALED if isinstance(row.data.get(name), str)]
    heads = {name: base64.b64decode(row.data[name])[: keyring.HEAD] for name in names}
    return [name for name in names if not keyring.is_newest(keyring.SYSTEM, heads[name])]


def _renewed(sealed: str) -> str:
    opened = keyring.unseal(keyring.SYSTEM, base64.b64decode(sealed), aad=AAD)
    return base64.b64encode(keyring.seal(keyring.SYSTEM, opened, aad=AAD)).decode()
