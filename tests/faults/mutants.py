"""Deliberately broken ways, to prove that a fault test sees a loss.

`application` answers before anything is committed, as a server does that keeps
samples in memory for later.
"""

import threading
from collections.abc import Sequence

from clinicity.asgi import application  # opens Django

# isort: split
from biometrics import group_commit

__all__ = ["application"]
LATER = 0.7
_store = group_commit.store_group


def answer_first(group: Sequence[group_commit.Knock]) -> list[group_commit.Answer]:
    threading.Timer(LATER, _store, [group]).start()
    return [group_commit.Answer(201, b"{}") for _ in group]


group_commit.store_group = answer_first
