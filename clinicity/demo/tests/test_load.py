"""The load goes through services, once, and never beside real people."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from django.conf import LazySettings

from alerts.selectors import alerts_page
from biometrics.selectors import readings_array
from clinicity.accounts.models import User
from clinicity.accounts.services import Credentials, sign_in
from clinicity.common.actors import SYSTEM
from clinicity.common.exceptions import NotFound, Refused
from clinicity.demo.loading import chart, clinic, rules
from clinicity.demo.loading.accounts import accounts_ensure, password_of
from clinicity.demo.simulator import Life, simulate
from clinicity.demo.simulator.cast import IRIS
from clinicity.demo.simulator.lives import ZONE
from conftest import DrainJobs
from documents.selectors import documents_page
from patients import selectors
from patients.models import MedicationDose, Patient
from patients.services import patient_create

UNTIL = date(2026, 11, 23)
PASSWORD = "a password for demonstration"


@pytest.fixture
def team(db: None) -> Mapping[str, User]:
    return accounts_ensure(PASSWORD)


@pytest.fixture
def charts_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clinic, "_rules_load", lambda team, until: 0)
    monkeypatch.setattr(clinic, "STEPS", {"chart": clinic.STEPS["chart"]})


def load(team: Mapping[str, User], until: date = UNTIL) -> int:
    return clinic.clinic_load(until=until, team=team, tell=lambda _: None, people=[IRIS])


def the_patient(user: User) -> Patient:
    return selectors.patients_page(user.actor, search=IRIS.record_number).items[0]


def test_a_chart_is_loaded_as_it_was_simulated(
    team: Mapping[str, User], charts_only: None
) -> None:
    assert load(team) == 1
    alice = team["alice"].actor
    patient = the_patient(team["alice"])
    assert patient.full_name == "Iris Samplewood"
    assert patient.simulated
    newest = selectors.lab_results(alice, patient.id)[0]
    assert (newest.name, float(newest.value)) == ("Lithium level", 0.46)
    visits = selectors.encounters(alice, patient.id)
    assert [visit.status for visit in visits] == ["planned", "finished", "finished"]
    doses = selectors.doses(alice, patient.id, visits[1].starts_at, visits[0].starts_at)
    assert [d.status for d in doses].count(MedicationDose.Status.MISSED) == 2


def test_a_second_load_changes_nothing(team: Mapping[str, User], charts_only: None) -> None:
    load(team)
    assert load(team) == 0
    assert len(selectors.patients_page(SYSTEM).items) == 1


def test_a_load_that_goes_on_another_day_keeps_the_first_day(
    team: Mapping[str, User], charts_only: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(team)
    seen: list[date] = []
    monkeypatch.setitem(clinic.STEPS, "later", lambda load: seen.append(load.life.days.until))
    assert load(team, until=date(2026, 12, 1)) == 1
    assert seen == [UNTIL]


def test_a_chart_that_is_cut_off_leaves_nothing_and_is_loaded_again(
    team: Mapping[str, User], charts_only: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(**_: object) -> None:
        raise RuntimeError("cut off")

    with monkeypatch.context() as patch:
        patch.setattr(chart.services, "encounter_add", cut_off)
        with pytest.raises(RuntimeError, match="cut off"):
            load(team)
    assert selectors.patients_page(SYSTEM).items == []
    assert load(team) == 1


def test_nothing_is_loaded_beside_people_who_are_not_simulated(
    team: Mapping[str, User], settings: LazySettings
) -> None:
    settings.DEMO = False
    patient_create(
        by=team["alice"].actor, first_name="Real", last_name="Person",
        date_of_birth=date(1990, 1, 1), simulated=False,
    )  # fmt: skip
    with pytest.raises(Refused):
        load(team)


def test_the_team_decides_who_sees_the_patient(
    team: Mapping[str, User], charts_only: None
) -> None:
    load(team)
    patient = the_patient(team["bob"])
    with pytest.raises(NotFound):
        selectors.patient_get(team["charlie"].actor, patient.id)


def test_the_password_is_made_once_and_kept_private(tmp_path: Path) -> None:
    password = password_of(tmp_path)
    assert password_of(tmp_path) == password
    assert (tmp_path / "demo.env").stat().st_mode & 0o077 == 0


def test_demo_accounts_sign_in(team: Mapping[str, User]) -> None:
    user = sign_in(Credentials("alice@clinicity.example", PASSWORD, "127.0.0.1"))
    assert user.id == team["alice"].id


def test_readings_are_stored_as_they_were_simulated(
    team: Mapping[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = {name: clinic.STEPS[name] for name in ("chart", "readings")}
    monkeypatch.setattr(clinic, "STEPS", steps)
    load(team)
    life = next(simulate(UNTIL, people=(IRIS,)))
    alice, patient = team["alice"].actor, the_patient(team["alice"])
    for metric, samples in life.samples.items():
        found = readings_array(alice, patient.id, metric, *whole(life))
        assert np.array_equal(found.times_ms, samples.times)
        assert np.array_equal(found.values, samples.values)


def whole(life: Life) -> tuple[datetime, datetime]:
    return life.days.at(life.days.count, 0), life.days.at(0, 0)


def test_the_misfiled_letter_is_held_and_the_others_are_read(
    team: Mapping[str, User], monkeypatch: pytest.MonkeyPatch, drain_jobs: DrainJobs
) -> None:
    steps = {name: clinic.STEPS[name] for name in ("chart", "documents")}
    monkeypatch.setattr(clinic, "STEPS", steps)
    load(team)
    drain_jobs()
    patient = the_patient(team["alice"])
    page = documents_page(team["alice"].actor, patient.id)
    states = {document.filename: document.state for document in page.items}
    assert states.pop("heart-clinic-letter.pdf") == "held"
    assert set(states.values()) == {"ready"}


def test_short_nights_raise_an_alert(
    team: Mapping[str, User], monkeypatch: pytest.MonkeyPatch, drain_jobs: DrainJobs
) -> None:
    steps = {name: clinic.STEPS[name] for name in ("chart", "readings")}
    monkeypatch.setattr(clinic, "STEPS", steps)
    load(team, until=datetime.now(ZONE).date())
    drain_jobs()
    found = alerts_page(team["alice"].actor)
    assert [alert.rule.name for alert in found.items] == [rules.RULES[0]["name"]]
