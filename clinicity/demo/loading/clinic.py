"""The load: for each person a visible list of steps, each noted when it is done.

Each step is safe to run twice, so a load that was cut off goes on where it stopped.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from clinicity.accounts.models import User
from clinicity.common.actors import SYSTEM
from clinicity.common.exceptions import NotFound, Refused
from clinicity.demo.loading.chart import chart_add
from clinicity.demo.loading.documents import documents_add
from clinicity.demo.loading.readings import readings_add
from clinicity.demo.loading.rules import rules_add
from clinicity.demo.models import LoadedStep
from clinicity.demo.simulator import CAST, Life
from clinicity.demo.simulator.days import days_before
from clinicity.demo.simulator.lives import DAYS, ZONE, live
from clinicity.demo.simulator.people import Person
from clinicity.privacy.pseudonyms import keyed_hash
from patients import selectors
from patients.models import Patient
from patients.services import own_account_link
from twins.services import twin_generate_request

Tell = Callable[[str], None]
CLINIC = "clinic"


@dataclass(frozen=True)
class Load:
    """What each step works with."""

    life: Life
    team: Mapping[str, User]

    @property
    def treating(self) -> User:
        return self.team[self.life.person.team[0]]


Step = Callable[[Load], None]


def clinic_load(
    *, until: date, team: Mapping[str, User], tell: Tell, people: Sequence[Person] = CAST
) -> int:
    """Load what is missing and return how many steps that took.

    Refuses to write beside patients who are not simulated.
    """
    if selectors.unsimulated_count(SYSTEM):
        raise Refused("Patients who are not simulated live here: the demo stays out.")
    done = steps_done()
    until = next(iter(done.values()), until)
    rules = _rules_load(team, until) if (_mark(CLINIC), "rules") not in done else 0
    return rules + sum(_person_load(one, team, until, set(done), tell) for one in people)


@transaction.atomic
def _rules_load(team: Mapping[str, User], until: date) -> int:
    """Before any reading is there, so that the first ones are judged as well."""
    LoadedStep.objects.create(person=_mark(CLINIC), step="rules", until=until)
    return rules_add(team["alice"].actor)


def steps_done() -> dict[tuple[str, str], date]:
    """Every step that is loaded, with the clinic's today that it was loaded for."""
    rows = LoadedStep.objects.values_list("person", "step", "until")
    return {(person, step): until for person, step, until in rows}


def _mark(key: str) -> str:
    """Of whom a step is: the key itself is a first name, and the column is plain."""
    return keyed_hash(key, scope="demo.person")[:16]


def _person_load(
    person: Person,
    team: Mapping[str, User],
    until: date,
    done: set[tuple[str, str]],
    tell: Tell,
) -> int:
    missing = [name for name in STEPS if (_mark(person.key), name) not in done]
    if not missing:
        return 0
    started = time.monotonic()
    load = Load(live(person, days_before(until, count=DAYS, zone=ZONE)), team)
    for name in missing:
        _step_load(load, name)
    seconds = time.monotonic() - started
    tell(f"{person.full_name:20} {', '.join(missing)} ({seconds:.1f} s)")
    return len(missing)


def _step_load(load: Load, name: str) -> None:
    STEPS[name](load)
    LoadedStep.objects.create(
        person=_mark(load.life.person.key), step=name, until=load.life.days.until
    )


def _chart(load: Load) -> None:
    if find_patient(load) is None:
        chart_add(load.life, load.team)


def _readings(load: Load) -> None:
    readings_add(load.life, load.treating.actor, patient_of(load).id)


def _documents(load: Load) -> None:
    documents_add(load.life, load.treating.actor, patient_of(load).id)


def _twin(load: Load) -> None:
    twin_generate_request(by=load.treating.actor, patient_id=patient_of(load).id)


def _account(load: Load) -> None:
    """Of those people who sign in themselves."""
    account = load.team.get(load.life.person.key)
    if account:
        own_account_link(
            by=load.treating.actor, patient_id=patient_of(load).id, email=account.email
        )


def find_patient(load: Load) -> Patient | None:
    number = load.life.person.record_number
    found = selectors.patients_page(load.treating.actor, search=number).items
    return found[0] if found else None


def patient_of(load: Load) -> Patient:
    """The patient that the chart step made."""
    patient = find_patient(load)
    if patient is None:
        raise NotFound("The chart of this simulated person isn't loaded.")
    return patient


STEPS: dict[str, Step] = {
    "chart": _chart,
    "readings": _readings,
    "documents": _documents,
    "twin": _twin,
    "account": _account,
}
