"""Protected fields: what sealing costs beside the published package and plain columns.

Microseconds, less is better. `clinicity` are our fields as the application uses them: a key
for each patient and table, the row's identity bound in, forgery detected. `published` is
django-encrypted-model-fields as it is on PyPI (Fernet: AES-128 and HMAC under one key, bound
to nothing); `plain` are columns that anybody reads; `aesgcm` is the limit: AES-256-GCM of
OpenSSL on ready bytes, under one key that is at hand. All give back the same values.

`_encrypt` and `_decrypt` are one value of 24 letters; `_segment` and `_segment_read` a packed
day of minutes; `_list` 50 rows with six fields each through Django, opened and read;
`_search` one person by whole name among all (`--people`): by blind index, by an index on the
plain column, and where nothing can be searched by opening every row. `clinicity_page` is the
whole list of patients as the page asks for it, with access decided and the read on record;
`_list` of ours is under row security too.
"""

import os
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.place import Cast, cast, opened, owner
from benchmarks.rounds import OURS, Report, parser, row_of, tell

ROUNDS, PEOPLE, LISTED, TIMES = 21, 1_000, 50, 500
VALUE, DAY = "A name of twenty-four le", os.urandom(1_500)
NAMES = ("first_name", "last_name", "preferred_name", "sex", "record_number", "place")
SUFFIXES = ("_encrypt", "_decrypt", "_segment", "_segment_read", "_list", "_search")
TABLE = "CREATE TABLE {name} (id uuid PRIMARY KEY, {columns}); GRANT ALL ON {name} TO PUBLIC"
Way = Callable[[], Any]


def main() -> None:
    given = _options()
    with opened("fields"):
        people = cast(given.people)
        values, segments = _single(people.patients[0]), _segments(people.patients[0])
        rows = _rows(people)
        for same in (values, segments, rows):
            _demand_equal(same)
        ways = {name: (way, TIMES) for name, way in {**values, **segments}.items()}
        ways |= {name: (way, 3) for name, way in rows.items()}
        report = _timed(ways, given.rounds)
    tell(report, as_json=given.json)


def _options() -> Any:
    made = parser(__doc__ or "", rounds=ROUNDS)
    made.add_argument("--people", type=int, default=PEOPLE)
    return made.parse_args()


def _single(patient_id: UUID) -> dict[str, Way]:
    """One value: sealed, and opened again."""
    from encrypted_model_fields import fields as published  # noqa: PLC0415  Django is open by now

    from clinicity.privacy.fields import Ciphertext  # noqa: PLC0415
    from patients.models import Patient  # noqa: PLC0415

    row, field = Patient(id=patient_id), Patient._meta.get_field("first_name")
    sealed: Ciphertext = field.seal(row, VALUE)
    theirs = published.encrypt_str(VALUE).decode()
    key, nonce, aad = AESGCM(os.urandom(32)), os.urandom(12), field.aad_of(patient_id)
    raw = key.encrypt(nonce, VALUE.encode(), aad)
    return {
        f"{OURS}_encrypt": lambda: field.seal(row, VALUE).blob,
        "published_encrypt": lambda: published.encrypt_str(VALUE).decode(),
        "aesgcm_encrypt": lambda: key.encrypt(os.urandom(12), VALUE.encode(), aad),
        f"{OURS}_decrypt": lambda: field.open(row, sealed),
        "published_decrypt": lambda: published.decrypt_str(theirs),
        "aesgcm_decrypt": lambda: key.decrypt(nonce, raw, aad).decode(),
    }


def _segments(patient_id: UUID) -> dict[str, Way]:
    """A day of readings: no detour over text."""
    from biometrics.models import ReadingSegment  # noqa: PLC0415

    field, id = ReadingSegment._meta.get_field("samples"), uuid4()
    sealed = field.seal_value(patient_id, id, DAY)
    key, nonce, aad = AESGCM(os.urandom(32)), os.urandom(12), field.aad_of(id)
    raw = key.encrypt(nonce, DAY, aad)
    return {
        f"{OURS}_segment": lambda: field.seal_value(patient_id, id, DAY),
        "aesgcm_segment": lambda: key.encrypt(os.urandom(12), DAY, aad),
        f"{OURS}_segment_read": lambda: field.open_value(patient_id, id, sealed),
        "aesgcm_segment_read": lambda: key.decrypt(nonce, raw, aad),
    }


def _rows(people: Cast) -> dict[str, Way]:
    """Fifty rows, and one row by name, in three tables of the same people."""
    from clinicity.accounts.acting import acting_as  # noqa: PLC0415
    from patients import selectors  # noqa: PLC0415
    from patients.blind import index_of  # noqa: PLC0415
    from patients.models import Patient  # noqa: PLC0415

    published, plain = _peers(people)
    wanted = _names_of(people, 0)[1]

    def ours(rows: Any) -> list[tuple[str, ...]]:
        from clinicity.privacy import keyring  # noqa: PLC0415

        with acting_as(people.actor):
            found = list(rows)
            keyring.preload(row.id for row in found)
            return [_read(row) for row in found]

    def scan() -> list[tuple[str, ...]]:
        return [_read(row) for row in published.objects.all() if row.last_name == wanted]

    newest = Patient.objects.order_by("-id")
    return {
        f"{OURS}_list": lambda: ours(newest[:LISTED]),
        "published_list": lambda: [
            _read(r) for r in published.objects.order_by("-id")[:LISTED]
        ],
        "plain_list": lambda: [_read(row) for row in plain.objects.order_by("-id")[:LISTED]],
        f"{OURS}_page": lambda: [
            _read(row) for row in selectors.patients_page(people.actor, size=LISTED).items
        ],
        f"{OURS}_search": lambda: ours(
            newest.filter(search_index__contains=[index_of(wanted)])
        ),
        "published_search": scan,
        "plain_search": lambda: [_read(r) for r in plain.objects.filter(last_name=wanted)],
    }


def _read(row: Any) -> tuple[str, ...]:
    return tuple(getattr(row, name) for name in NAMES[:5])


def _names_of(people: Cast, number: int) -> tuple[str, ...]:
    from clinicity.accounts.acting import acting_as  # noqa: PLC0415
    from patients.models import Patient  # noqa: PLC0415

    with acting_as(people.actor):
        return _read(Patient.objects.get(id=people.patients[number]))


def _peers(people: Cast) -> tuple[Any, Any]:
    """The same people in a table of the published fields, and in one of plain columns."""
    from django.db import models  # noqa: PLC0415
    from encrypted_model_fields.fields import EncryptedCharField  # noqa: PLC0415

    from clinicity.accounts.acting import acting_as  # noqa: PLC0415
    from patients.models import Patient  # noqa: PLC0415

    made = []
    for name, kind in (("published", EncryptedCharField), ("plain", models.CharField)):
        with owner() as connection:
            columns = ", ".join(f"{column} text" for column in NAMES)
            connection.execute(TABLE.format(name=f"bench_{name}", columns=columns))
            if name == "plain":
                connection.execute("CREATE INDEX ON bench_plain (last_name)")
        made.append(_model(name, kind))
    with acting_as(people.actor):
        rows = [(row.id, _read(row)) for row in Patient.objects.all()]
    for model in made:
        for id, values in rows:
            model.objects.create(id=id, **dict(zip(NAMES, (*values, "Leeds"), strict=True)))
    return made[0], made[1]


def _model(name: str, kind: Any) -> Any:
    from django.db import models  # noqa: PLC0415

    meta = type("Meta", (), {"app_label": "benchmarks", "managed": False,
                             "db_table": f"bench_{name}"})  # fmt: skip
    body: dict[str, Any] = {column: kind(max_length=200) for column in NAMES}
    body |= {"id": models.UUIDField(primary_key=True), "Meta": meta, "__module__": __name__}
    return type(f"Bench{name.title()}", (models.Model,), body)


def _demand_equal(ways: Mapping[str, Way]) -> None:
    """Whoever opens gives the same; a sealed value is no plain one."""
    for suffix in ("_decrypt", "_segment_read", "_list", "_search"):
        given = {name: way() for name, way in ways.items() if name.endswith(suffix)}
        if len({repr(value) for value in given.values()}) > 1:
            raise AssertionError(f"{', '.join(given)} give different values.")
    for name, way in ways.items():
        if name.endswith("_encrypt") and VALUE in str(way()):
            raise AssertionError(f"{name} encrypts nothing.")


def _timed(ways: Mapping[str, tuple[Way, int]], rounds: int) -> Report:
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name in sorted(ways, reverse=bool(number % 2)):
            way, repeat = ways[name]
            began = time.perf_counter()
            for _ in range(repeat):
                way()
            spent = (time.perf_counter() - began) / repeat * 1e6
            if number:  # the first only warms up
                times[name].append(spent)
    rows = [row_of(name, each) for name, each in times.items()]
    return Report("fields", "µs", rows, suffixes=SUFFIXES, less_is_better=True)


if __name__ == "__main__":
    main()
