"""What must be absent, by what was removed: one list of looks for each purpose."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from clinicity.workbench.deletion import stores, tables
from clinicity.workbench.deletion.subject import Left, Subject

Look = Callable[[Subject], Iterable[Left]]
CONVERSATIONS = ("chatsession", "turn", "answersentence", "citation", "turnevent")
# An entry that somebody changed since is found by its words again.
CHANGED = """EXISTS (SELECT 1 FROM patients_timelineeventversion v
    WHERE v.event_id = patients_timelineevent.id AND v.created_at >= %s)"""
OPEN_RUNS = "state IN ('queued', 'running', 'paused')"


def derived_rows(subject: Subject) -> Iterator[Left]:
    """Twins, graph and conversations; tokens of what was written before the withdrawal."""
    for table in (*tables.of_app("twins"), *tables.of_app("knowledge")):
        yield from tables.rows(table, subject)
    for name in CONVERSATIONS:
        yield from tables.rows(f"agents_{name}", subject)
    yield from tables.rows(
        "patients_timelineevent", subject,
        f"cardinality(search_tokens) > 0 AND created_at < %s AND NOT {CHANGED}",
        subject.report.since, subject.report.since,
    )  # fmt: skip


def collection(subject: Subject) -> Iterator[Left]:
    """What would bring readings in, what came in after all, and twins made since."""
    made, since = subject.report.created_at, subject.withdrawn_at
    yield from tables.rows(
        "biometrics_pairingcode", subject, "used_at IS NULL AND expires_at > now()"
    )
    yield from tables.rows("biometrics_importrun", subject, OPEN_RUNS)
    yield from tables.rows("biometrics_importupload", subject, "removed_at IS NULL")
    yield from tables.rows(
        "biometrics_ingestbatch", subject, "kind = 'add' AND created_at > %s", since
    )
    yield from tables.rows("twins_twinsnapshot", subject, "created_at > %s", made)
    yield from tables.rows("alerts_rulecheck", subject)
    yield from tables.rows(
        "common_job", subject, "name = 'twins.tasks.generate' AND state = 'queued'"
    )
    yield from stores.files(subject, "imports")


def outside(subject: Subject) -> Iterator[Left]:
    """Answers of models outside, and calls of them since."""
    yield from tables.rows("agents_turn", subject, "engine <> 'extractive'")
    yield from tables.rows(
        "audit_auditevent", subject,
        "act = 'model.call' AND outcome = 'ok' AND details->>'external' = 'true'"
        " AND created_at > %s",
        subject.withdrawn_at,
    )  # fmt: skip


PLANS: Mapping[str, Sequence[Look]] = {
    "care": (derived_rows, stores.vectors, stores.graph, stores.redis),
    "monitoring": (collection,),
    "external_llm": (outside,),
    "research": (stores.copies,),
    "training": (stores.copies,),
    "messaging": (stores.copies,),
    "erasure": (
        tables.everything, stores.vectors, stores.graph, stores.files, stores.redis,
        stores.answers,
    ),
}  # fmt: skip
