"""Live pushes carry ids and numbers, never what a patient is called or said.

A channel layer delivers at most once, so a push is only a hint: the row is in
PostgreSQL under a growing number, and a client that was away asks for what came after.
"""

from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction


def push_after_commit(group: str, kind: str, **ids: str | int) -> None:
    """Send `{"type": kind, **ids}` to a group once the transaction has committed.

    Robust: what is committed stays done when the channel layer is away.
    """
    transaction.on_commit(lambda: push(group, kind, **ids), robust=True)


def push(group: str, kind: str, **ids: str | int) -> None:
    """Send now. The consumer's method is `kind` with dots as underscores."""
    async_to_sync(get_channel_layer().group_send)(group, {"type": kind, **ids})


def patient_group(patient_id: UUID) -> str:
    return f"patient.{patient_id}"


def user_group(user_id: UUID) -> str:
    return f"user.{user_id}"
