"""Deliberately broken ways, to prove that a fault test sees a loss.

`application` answers before anything is committed, as a server does that keeps
samples in memory for later.
"""

import threading
from collections.abc import Sequence

from biometrics import door
from clinicity.asgi import application

__all__ = ["application"]
LATER = 0.7
_store = door.store_group


def answer_first(group: Sequence[door.Knock]) -> list[door.Answer]:
    threading.Timer(LATER, _store, [group]).start()
    return [door.Answer(201, b"{}") for _ in group]


door.store_group = answer_first
