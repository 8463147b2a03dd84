"""What a sample costs to store (microseconds) as the database grows.

`patients_P` is the first day (1,440 minutes) of each of the newest patients of P;
`days_D` the next day of patients who have D days already. Each day goes through the
service: ledger, segments, rollups, latest value, audit and outbox, durable. `spread_…` is
the dearest step against the cheapest of its kind: 1.2 or less is the aim.
"""

import time
from collections.abc import Sequence
from uuid import UUID

from benchmarks.minutes import DAY, METRIC, minutes
from benchmarks.place import Cast, demand_ours, opened
from benchmarks.rounds import Report, Row, parser, row_of, tell
from clinicity.common.actors import Actor

ROUNDS = 5
PATIENTS, DAYS = (100, 1000, 10_000), (1, 30, 90, 365)
QUICK_PATIENTS, QUICK_DAYS = (100, 400, 1000), (1, 30, 90)
NEWEST, FOLLOWED = 20, 10  # patients that are timed in each round, by number and by days
WEEK = 7


def main() -> None:
    words = parser(__doc__ or "", rounds=ROUNDS)
    words.add_argument("--quick", action="store_true", help="to 1,000 patients and 90 days")
    given = words.parse_args()
    patients, days = (QUICK_PATIENTS, QUICK_DAYS) if given.quick else (PATIENTS, DAYS)
    with opened("scale"):
        report = _report(patients, days, given.rounds)
    tell(report, as_json=given.json)


def _report(patients: Sequence[int], days: Sequence[int], rounds: int) -> Report:
    clinic = Clinic()
    by_days = [_days(clinic, step, rounds) for step in days]
    by_patients = [_patients(clinic, step, rounds) for step in patients]
    spreads = {"spread_patients": _spread(by_patients), "spread_days": _spread(by_days)}
    return Report(
        "scale", "µs/sample", [*by_patients, *by_days], less_is_better=True, extra=spreads
    )


def _spread(rows: Sequence[Row]) -> float:
    medians = [row.median for row in rows]
    return round(max(medians) / min(medians), 3)


class Clinic:
    """A clinician's patients, and how many days each has."""

    def __init__(self) -> None:
        from tests.faults.people import clinician  # noqa: PLC0415  Django is open by now

        self.user = clinician()
        self.actor: Actor = self.user.actor
        self.patients: list[UUID] = []
        self.days: list[int] = []

    def grow(self, patients: int) -> None:
        from tests.faults.people import patient  # noqa: PLC0415

        for number in range(len(self.patients), patients):
            self.patients.append(patient(self.user, number).id)
            self.days.append(0)

    def store(self, person: int, days: int) -> None:
        """The next days of a person, in one batch."""
        from biometrics.services import columns_store  # noqa: PLC0415

        columns = minutes(person, self.days[person] * DAY, days * DAY)
        columns_store(
            by=self.actor, patient_id=self.patients[person], columns={METRIC: columns},
            source="benchmark",
        )  # fmt: skip
        self.days[person] += days

    def check(self, persons: Sequence[int]) -> None:
        """What was stored can be read back, whole."""
        patients = [self.patients[person] for person in persons]
        counts = [self.days[person] * DAY for person in persons]
        demand_ours(Cast(self.actor, "", patients, persons), counts)


def _patients(clinic: Clinic, step: int, rounds: int) -> Row:
    timed = NEWEST * rounds
    clinic.grow(step)
    for person in range(step - timed):
        if not clinic.days[person]:
            clinic.store(person, 1)
    starts = range(step - timed, step, NEWEST)
    figures = [_cost(clinic, range(first, first + NEWEST)) for first in starts]
    clinic.check(range(step - NEWEST, step))
    return row_of(f"patients_{step}", figures)


def _days(clinic: Clinic, step: int, rounds: int) -> Row:
    followed = range(FOLLOWED)
    clinic.grow(FOLLOWED)
    for person in followed:
        while clinic.days[person] < step:
            clinic.store(person, min(WEEK, step - clinic.days[person]))
    figures = [_cost(clinic, followed) for _ in range(rounds)]
    clinic.check(followed)
    return row_of(f"days_{step}", figures)


def _cost(clinic: Clinic, persons: Sequence[int]) -> float:
    """Microseconds a sample, of one day of each of these persons."""
    began = time.perf_counter()
    for person in persons:
        clinic.store(person, 1)
    return (time.perf_counter() - began) * 1e6 / (len(persons) * DAY)


if __name__ == "__main__":
    main()
