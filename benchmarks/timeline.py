"""Reading a timeline of 10,000 entries: first page, a kind, a search, figures.

Milliseconds: a ratio below 1 means that we are faster. `clinicity` checks access, decrypts,
writes an audit event, and finds words by blind tokens; `tsvector` is the limit: one table of
plain columns with a `tsvector` of the words and the fitting indexes, read over a bare
connection by its owner without any check. Both give the same entries. `_page` is the newest
50, `_kind` the newest 50 of one kind, `_common` 20 hits of a word that a tenth of the entries
hold, `_rare` of one that three hold, `_phrase` of two words side by side, `_none` of a word
that none holds, `_summary` the counts of kinds by month. `_html` are whole pages.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from psycopg import Connection

from benchmarks.place import Cast, cast, opened, owner
from benchmarks.rounds import OURS, Report, parser, row_of, tell

ROUNDS, ENTRIES, LARGEST_PAGE = 31, 10_000, 150_000
KINDS = ("note", "lab", "encounter", "medication", "questionnaire", "alert", "document")
VOCABULARY = """
sleep waking mood energy appetite anxiety walking pharmacy dosage tremor nausea headache sister
garden therapist telephone breakfast rehearsal bicycle weather concert letter shopping kitchen
""".split()
START = datetime(2016, 1, 1, tzinfo=UTC)
RARE, RARE_AT = "xylophone", frozenset({70, 4_000, 9_900})
COMMON, PHRASE, NONE = "bicycles", "early waking", "submarine"
PEER = "tsvector"
TABLE = f"""
CREATE TABLE {PEER} (
    id uuid PRIMARY KEY, patient_id uuid NOT NULL, kind text NOT NULL,
    occurred_at timestamptz NOT NULL, title text NOT NULL, body text NOT NULL,
    words tsvector GENERATED ALWAYS AS (to_tsvector('english', title || ' ' || body)) STORED
);
CREATE INDEX ON {PEER} (patient_id, occurred_at DESC, id DESC);
CREATE INDEX ON {PEER} (patient_id, kind, occurred_at DESC, id DESC);
CREATE INDEX ON {PEER} USING gin (words);
"""
COPIED = "id, kind, occurred_at, title, body"
NEWEST = "ORDER BY occurred_at DESC, id DESC LIMIT"
Reader = Callable[[], Any]


def main() -> None:
    given = _options()
    with opened("timeline"):
        people = cast(2)
        _fill(people, given.entries)
        with owner() as connection:
            _copy(people, connection)
            readers = _ours(people) | _theirs(people.patients[0], connection) | _pages(people)
            _demand_equal(readers)
            report = _timed(readers, given.rounds)
    tell(report, as_json=given.json)


def _options() -> Any:
    made = parser(__doc__ or "", rounds=ROUNDS)
    made.add_argument("--entries", type=int, default=ENTRIES)
    return made.parse_args()


def _fill(people: Cast, entries: int) -> None:
    from clinicity.accounts.acting import acting_as  # noqa: PLC0415  Django is open by now
    from patients.services import timeline_event_add  # noqa: PLC0415

    for patient_id in people.patients:
        with acting_as(people.actor, patient_id):
            for number in range(entries):
                title, body = _words(number)
                timeline_event_add(
                    by=people.actor, patient_id=patient_id, kind=KINDS[number % len(KINDS)],
                    title=title, body=body, occurred_at=START + timedelta(hours=number * 9),
                )  # fmt: skip


def _words(number: int) -> tuple[str, str]:
    dice = random.Random(number)  # noqa: S311  the same sentences each time
    body = " ".join(dice.choices(VOCABULARY, k=24))
    body = body.replace("bicycle", "bicycle" if number % 10 == 0 else "train")
    if number % 50 == 0:
        body += " and early waking again"
    return f"Entry {number}", body + (f" {RARE}" if number in RARE_AT else "")


def _copy(people: Cast, connection: Connection) -> None:
    from clinicity.accounts.acting import acting_as  # noqa: PLC0415
    from patients.models import TimelineEvent  # noqa: PLC0415

    connection.execute(TABLE)
    for patient_id in people.patients:
        with acting_as(people.actor, patient_id):
            rows = list(TimelineEvent.objects.filter(patient_id=patient_id))
        into = f"COPY {PEER} (id, patient_id, kind, occurred_at, title, body) FROM STDIN"
        with connection.cursor().copy(into) as copy:
            for row in rows:
                copy.write_row(
                    (row.id, patient_id, row.kind, row.occurred_at, row.title, row.body)
                )
    for table in (PEER, "patients_timelineevent"):
        connection.execute(f"VACUUM ANALYZE {table}")


def _ours(people: Cast) -> dict[str, Reader]:
    from patients import selectors  # noqa: PLC0415
    from patients.selectors import Wanted  # noqa: PLC0415

    actor, patient_id = people.actor, people.patients[0]

    def read(wanted: Wanted) -> Sequence[UUID]:
        page = selectors.timeline_list(actor, patient_id, wanted)
        return [row.id for row in page.items if row.title and row.body]  # opened, both

    def find(text: str) -> Sequence[UUID]:
        page = selectors.timeline_search(actor, patient_id, Wanted(text=text), size=20)
        return [hit.event.id for hit in page.items]

    def count() -> dict[str, int]:
        return selectors.timeline_summary(actor, patient_id).by_kind

    return {
        f"{OURS}_page": lambda: read(Wanted()),
        f"{OURS}_kind": lambda: read(Wanted(kinds=frozenset({"lab"}))),
        f"{OURS}_common": lambda: find(COMMON),
        f"{OURS}_rare": lambda: find(RARE),
        f"{OURS}_phrase": lambda: find(f'"{PHRASE}"'),
        f"{OURS}_none": lambda: find(NONE),
        f"{OURS}_summary": count,
    }


def _pages(people: Cast) -> dict[str, Reader]:
    """The same as whole pages, rendered in process: session, banner, counts and all."""
    from django.test import Client  # noqa: PLC0415

    from clinicity.accounts.models import User  # noqa: PLC0415

    client = Client()
    client.force_login(User.objects.get(id=people.actor.id))

    def read(query: str) -> int:
        answer = client.get(f"/patients/{people.patients[0]}/timeline/{query}")
        return answer.status_code * (len(answer.content) < LARGEST_PAGE)

    asked = {
        "page": "",
        "kind": "?kind=lab",
        "common": f"?find={COMMON}",
        "rare": f"?find={RARE}",
    }
    return {f"{OURS}_{name}_html": partial(read, query) for name, query in asked.items()}


def _theirs(patient_id: UUID, connection: Connection) -> dict[str, Reader]:
    rows = f"SELECT {COPIED} FROM {PEER} WHERE patient_id = %s"  # noqa: S608  constants only

    def read(where: str, size: int, *given: str) -> Sequence[UUID]:
        found = connection.execute(f"{rows} {where} {NEWEST} {size}", [patient_id, *given])
        return [row[0] for row in found.fetchall()]

    def find(function: str, text: str) -> Sequence[UUID]:
        return read(f"AND words @@ {function}('english', %s)", 20, text)

    def count() -> dict[str, int]:
        found = connection.execute(
            f"SELECT kind, date_trunc('month', occurred_at), count(*) FROM {PEER}"  # noqa: S608  constants only
            " WHERE patient_id = %s GROUP BY 1, 2",
            [patient_id],
        )
        counts: dict[str, int] = {}
        for kind, _, many in found:
            counts[kind] = counts.get(kind, 0) + many
        return counts

    return {
        f"{PEER}_page": lambda: read("", 50),
        f"{PEER}_kind": lambda: read("AND kind = %s", 50, "lab"),
        f"{PEER}_common": lambda: find("plainto_tsquery", COMMON),
        f"{PEER}_rare": lambda: find("plainto_tsquery", RARE),
        f"{PEER}_phrase": lambda: find("phraseto_tsquery", PHRASE),
        f"{PEER}_none": lambda: find("plainto_tsquery", NONE),
        f"{PEER}_summary": count,
    }


def _demand_equal(readers: Mapping[str, Reader]) -> None:
    for name, reader in readers.items():
        ours = readers[OURS + name.removeprefix(PEER)] if name.startswith(PEER) else reader
        if ours() != reader():
            raise AssertionError(f"{name} gives other entries than we do.")


def _timed(readers: Mapping[str, Reader], rounds: int) -> Report:
    times: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, reader in readers.items():
            began = time.perf_counter()
            reader()
            times[name].append((time.perf_counter() - began) * 1000)
    rows = [row_of(name, each) for name, each in times.items()]
    suffixes = sorted({name[name.index("_") :] for name in readers})
    return Report("timeline", "ms", rows, suffixes=suffixes, less_is_better=True)


if __name__ == "__main__":
    main()
