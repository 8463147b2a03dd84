"""Any order of what happens to readings, against a plain dictionary in memory.

After every step everything that is kept of a patient must be what the dictionary says:
samples, receipts, hours, days, latest values, and each earlier state "as of" its row.
"""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import fmean, stdev
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from biometrics import selectors, services
from biometrics.features.blob import blob_from
from biometrics.features.columns import columns_of, packed
from biometrics.models import LatestReading, ReadingSegment, Rollup
from biometrics.services.corrections import Range
from biometrics.services.replay import Replay, ledger, replayed, segments_held
from biometrics.tests.plain_readings import Key, Model
from biometrics.verification import readings_verify
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.common.actors import WORKER
from clinicity.common.exceptions import Conflict, Invalid
from patients.models import Patient
from patients.services import patient_create
from patients.services.people import patient_zone_move

pytestmark = pytest.mark.django_db
METRICS = ("heart_rate", "rr_interval")
DEVICES = 3
# Around a change of clocks in Europe, and one in America; a day that follows; a far one.
PLACES = [
    datetime(2025, 10, 26, 0, tzinfo=UTC), datetime(2025, 11, 2, 5, tzinfo=UTC),
    datetime(2025, 10, 27, 22, tzinfo=UTC), datetime(2025, 11, 20, 12, tzinfo=UTC),
]  # fmt: skip
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "UTC")
ALL = datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC)

moment = st.builds(
    lambda place, minutes: place + timedelta(minutes=minutes),
    st.sampled_from(PLACES), st.sampled_from([0, 15, 30, 45, 60, 75, 120, 1380, -300, -1440]),
)  # fmt: skip
sample = st.tuples(moment, st.sampled_from([0, 60_000]), st.integers(-1, 1), st.integers(0, 3))
lane = st.tuples(st.sampled_from([None, 0, 1]), st.sampled_from(METRICS))
add = st.tuples(
    st.just("add"),
    st.dictionaries(lane, st.lists(sample, min_size=1, max_size=6), min_size=1, max_size=3),
)
# Of what was sent before: again, all of it.
again = st.tuples(st.just("again"), st.integers(0, 9))
span = st.tuples(moment, st.sampled_from([1, 60, 1440, 60 * 24 * 40]))
error = st.tuples(
    st.just("error"), st.sampled_from(METRICS), span, st.sampled_from(["any", 0, 1])
)
restore = st.tuples(st.just("restore"), st.integers(0, 9))
move = st.tuples(st.just("move"), moment, st.sampled_from(ZONES))
steps = st.lists(add | again | add | error | restore | move, min_size=1, max_size=7)


class Life:
    """One patient, and the model of them; each step is done to both."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.patient: Patient = patient_create(
            by=user.actor, first_name="Test", last_name="Person",
            date_of_birth=date(1990, 1, 1), time_zone="Europe/Berlin",
        )  # fmt: skip
        self.id = self.patient.id
        self.devices: dict[int | None, UUID | None] = {
            n: services.device_register(by=user.actor, patient_id=self.id, name=f"No {n}").id
            for n in (0, 1)
        } | {None: None}
        self.model = Model("Europe/Berlin")
        self.sent: list[dict[Any, Any]] = []
        self.errors: list[tuple[int, list[Key]]] = []

    def add(self, lanes: dict[Any, Any]) -> None:
        self.sent.append(lanes)
        made = {
            (self.devices[device], metric): columns_of(
                [round(row[0].timestamp() * 1000) for row in rows],
                [60.0 + row[3] for row in rows],
                duration_ms=[row[1] for row in rows], sequence=[row[2] for row in rows],
            )
            for (device, metric), rows in lanes.items()
        }  # fmt: skip
        receipt = services.lanes_store(
            by=self.user.actor, patient_id=self.id, lanes=made, source="test"
        )
        counts = self.model.add(made)
        assert [receipt.accepted, receipt.duplicate, receipt.corrected] == counts

    def again(self, place: int) -> None:
        if self.sent:
            self.add(self.sent[place % len(self.sent)])

    def error(self, metric: str, span: tuple[datetime, int], device: int | str) -> None:
        start, end = span[0], span[0] + timedelta(minutes=span[1])
        chosen = None if device == "any" else self.devices[device]  # type: ignore[index]
        named = self.model.named(metric, start, end, chosen)
        what = Range(metric, start, end, chosen)
        if not named:
            with pytest.raises(Invalid):
                self._mark(what)
            return
        receipt = self._mark(what)
        assert receipt.accepted == self.model.mark(named, void=True) == len(named)
        self.errors.append((receipt.position, named))

    def _mark(self, what: Range) -> services.Receipt:
        return services.readings_mark_error(
            by=self.user.actor, patient_id=self.id, what=what, reason="A test."
        )

    def restore(self, place: int) -> None:
        if not self.errors:
            return
        position, named = self.errors[place % len(self.errors)]
        restored: Callable[[], services.Receipt] = lambda: services.readings_restore(  # noqa: E731
            by=self.user.actor, patient_id=self.id, position=position
        )
        if not self.model.would_restore(named):
            with pytest.raises(Conflict):
                restored()
            return
        assert restored().accepted == self.model.mark(named, void=False)

    def move(self, since: datetime, zone: str) -> None:
        if since in self.model.moves:
            return
        patient_zone_move(by=self.user.actor, patient_id=self.id, zone=zone, since=since)
        self.model.moves[since] = zone
        services.rollups_rebuild(by=WORKER, patient_id=self.id)

    def check(self) -> None:
        """Everything that is kept, against the model."""
        with acting_as(WORKER, self.id):
            assert _valid(Replay(segments_held(self.id))) == self.model.valid()
        for metric in METRICS:
            if len(self.model.devices(metric)) == 1:  # of several, one speaks at a time
                found = selectors.readings_array(WORKER, self.id, metric, *ALL)
                pairs = zip(found.times_ms.tolist(), found.values.tolist(), strict=True)
                assert sorted(pairs) == self.model.pairs(metric)
                assert sorted(found.times_ms.tolist()) == found.times_ms.tolist()
        assert readings_verify(WORKER, self.id).faults == []
        self._check_rollups()
        self._check_latest()
        self._check_as_of()

    def _check_rollups(self) -> None:
        with acting_as(WORKER, self.id):
            rows = list(Rollup.objects.filter(patient_id=self.id))
        held = {(row.device_id, row.metric, str(row.period), row.start_at): row for row in rows}
        due = self.model.rollups()
        assert held.keys() == due.keys()
        for key, (local_date, values) in due.items():
            row = held[key]
            assert (row.local_date, row.count) == (local_date, len(values))
            assert (row.low, row.high) == (min(values), max(values))
            assert math.isclose(row.mean, fmean(values))
            sd = stdev(values) if len(values) > 1 else None
            assert row.sd == sd or math.isclose(row.sd, sd, abs_tol=1e-9)  # type: ignore[arg-type]

    def _check_latest(self) -> None:
        newest = {row.metric.code: row for row in selectors.latest(WORKER, self.id)}
        due = self.model.latest()
        assert newest.keys() == due.keys()
        for metric, (at, values) in due.items():
            assert round(newest[metric].measured_at.timestamp() * 1000) == at
            assert newest[metric].value in values  # of devices that measured at once, any

    def _check_as_of(self) -> None:
        for position, then in enumerate(self.model.history, 1):
            with acting_as(WORKER, self.id):
                replay = replayed(ledger(self.id, until=position))
            assert _valid(replay) == then

    def state(self) -> list[Any]:
        with acting_as(WORKER, self.id):
            return [
                sorted(
                    (str(row.device_id), row.metric, row.span_start_ms, row.count, packed(blob_from(row.samples).columns()))
                    for row in ReadingSegment.objects.filter(patient_id=self.id)
                ),
                sorted(map(str, _plain(Rollup, self.id))),  # figures to nine places
                sorted(
                    LatestReading.objects.filter(patient_id=self.id)
                    .values_list("metric", "measured_at")
                ),
            ]  # fmt: skip


def _valid(replay: Replay) -> dict[Key, float]:
    names = ("start_ms", "duration_ms", "sequence", "value")
    found: dict[Key, float] = {}
    for lane in replay.lanes:
        samples = replay.samples(lane).valid()
        for *identity, value in zip(
            *(getattr(samples, n).tolist() for n in names), strict=True
        ):
            found[*lane, *identity] = value  # type: ignore[index]
    return found


def _plain(table: Any, patient_id: UUID) -> list[Any]:
    left_out = {"id", "created_at", "patient"}
    names = [field.name for field in table._meta.fields if field.name not in left_out]
    rows = table.objects.filter(patient_id=patient_id).values_list(*names)
    return [
        [round(each, 9) if isinstance(each, float) else each for each in row] for row in rows
    ]


def live(user: User, story: Sequence[Any]) -> None:
    life = Life(user)
    for what, *how in story:
        getattr(life, what)(*how)
        life.check()
    before = life.state()
    services.readings_rebuild(by=WORKER, patient_id=life.id)
    assert life.state() == before
    life.check()


# Shrinking a story takes minutes: the story that failed is told as it came.
MANNERS = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate], database=None,
)  # fmt: skip


@settings(MANNERS, max_examples=12)
@given(steps)
def test_whatever_happens_is_what_a_dictionary_says(alice: User, story: Sequence[Any]) -> None:
    live(alice, story)


@pytest.mark.slow
@settings(MANNERS, max_examples=250)
@given(steps)
def test_whatever_happens_is_what_a_dictionary_says_often(
    alice: User, story: Sequence[Any]
) -> None:
    live(alice, story)


def test_hour_that_lies_in_two_days_belongs_to_the_day_that_it_begins_in(alice: User) -> None:
    """In Kathmandu days begin at 18:15 UTC."""
    begins = datetime(2025, 10, 27, 18, tzinfo=UTC)
    rows = [
        [(begins + timedelta(minutes=30), 0, -1, 1)],
        [(begins - timedelta(hours=3), 0, -1, 1)],
    ]
    live(
        alice,
        [("move", PLACES[0] - timedelta(days=3), "Asia/Kathmandu")]
        + [("add", {(None, "heart_rate"): each}) for each in rows],
    )


def test_zones_of_the_model_know_their_changes() -> None:
    """Else days over a change of clocks would not be tested."""
    model = Model("Europe/Berlin")
    begins = [model.day_start(date(2025, 10, day)) for day in (26, 27)]
    assert begins[1] - begins[0] == timedelta(hours=25)
    assert {ZoneInfo(zone) for zone in ZONES}
