"""Deliberately broken servers, to prove that a fault test sees what it looks for.

Each is a factory for uvicorn: `tests.faults.mutants:NAME`. A promise is broken in one
place, and the rest stays as it is.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from clinicity.asgi import application  # opens Django

# isort: split
from django.db import connection

from biometrics import admission, door, group_commit, streams, unpacking, waiting
from biometrics.group_commit import Answer, Knock
from clinicity.accounts import idempotency, throttles
from clinicity.common import jobs
from clinicity.common.models import Job

LATER = 0.7


def answers_first() -> Any:
    """Before anything is committed, as a server that keeps samples in memory for later."""
    store = group_commit.store_group

    def store_now(group: Sequence[Knock]) -> None:
        store(group)
        connection.close()  # the thread's own

    def stored_later(group: Sequence[Knock]) -> list[Answer]:
        threading.Timer(LATER, store_now, [group]).start()
        return [Answer(201, b"{}") for _ in group]

    group_commit.store_group = stored_later  # type: ignore[assignment]
    return application


def knows_no_keys() -> Any:
    """A request that is sent again is a new one."""
    Knock.claimed = property(lambda _: None)  # type: ignore[assignment]
    return application


def never_refuses() -> Any:
    """What can't be stored now is acknowledged all the same."""
    honest = group_commit.problem_answer

    def polite(refusal: Any) -> Answer:
        answer = honest(refusal)
        return Answer(201, b"{}") if answer.status in (429, 503) else answer

    for module in (group_commit, door, waiting):
        module.problem_answer = polite  # type: ignore[attr-defined]
    return application


def knows_no_limits() -> Any:
    """Takes in whatever a body stands for."""
    admission.LARGEST_BODY = admission.MOST_BYTES = 2**40
    streams.LONGEST_LINE = streams.PART_BYTES = 2**40
    unpacking.GZIP_AT_ONCE = 0
    return application


def waits_for_valkey() -> Any:
    """Counting tries comes before storing, however long it takes."""
    throttles._quick_client = throttles._client
    return application


def hopes_for_the_running() -> Any:
    """A job that runs already is taken for one that will see what was just stored."""

    def known(declared: jobs.Work, patient_ids: Sequence[UUID]) -> dict[UUID | None, Job]:
        rows = Job.objects.filter(name=declared.name, patient_id__in=patient_ids)
        return {job.patient_id: job for job in rows}

    jobs._waiting_already = known
    return application


def runs_ahead() -> Any:
    """Says of a stream that more is stored than is."""
    honest = group_commit._progress

    def ahead(knock: Knock, actor_id: Any) -> list[idempotency.Kept]:
        return [replace(kept, body=_more(kept.body)) for kept in honest(knock, actor_id)]

    group_commit._progress = ahead
    return application


def _more(body: str) -> str:
    import json

    return json.dumps({"lines": json.loads(body)["lines"] + 500})
