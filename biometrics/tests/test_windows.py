"""Windows of a chart, and who speaks where several devices measured."""

from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest

from biometrics.features.columns import columns_of
from biometrics.models import DevicePrecedence
from biometrics.selectors import windows
from biometrics.selectors.rollups import periods_page
from biometrics.selectors.summaries import daily_summaries
from biometrics.selectors.windows import Look, Window, window
from biometrics.tests.measured import END, MINUTE, START, START_MS, measure, store
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.common.exceptions import Invalid
from patients.models import Patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def devices(alice: User, patient: Patient) -> tuple[UUID, UUID]:
    return measure(alice, patient)


def look(alice: User, patient: Patient, metric: str, **more: object) -> Window:
    return window(alice.actor, patient.id, metric, START, END, Look(**more))  # type: ignore[arg-type]


def test_points_know_their_device_among_several(
    alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    for number, device in enumerate(devices):
        times = START_MS + np.arange(60, dtype=np.int64) * 10 * MINUTE + number * MINUTE
        store(alice, patient, device, light=columns_of(times, np.full(60, float(number))))
    found = look(alice, patient, "light")
    names = [found.devices[place][1] for place in found.device if place is not None]
    assert names == [
        "Watch" if value == 0 else "Band" for value in found.values if value is not None
    ]


def test_a_minute_is_a_sum_of_steps_and_a_mean_of_beats(
    alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    seconds = START_MS + np.arange(4, dtype=np.int64) * 20_000
    store(
        alice, patient, None, floors=columns_of(seconds, [1, 2, 3, 4]),
        spo2=columns_of(seconds, [96, 97, 98, 90]),
    )  # fmt: skip
    assert look(alice, patient, "floors", resolution="minute").values == [6.0, 4.0]
    assert look(alice, patient, "spo2", resolution="minute").values == [97.0, 90.0]


def test_too_many_points_are_refused_in_words(
    alice: User, patient: Patient, devices: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "MOST", 1000)
    with pytest.raises(Invalid, match="1296 points"):
        look(alice, patient, "heart_rate", resolution="raw")


def test_a_day_without_data_is_a_gap_between_days(
    alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    found = look(alice, patient, "heart_rate", resolution="day")
    assert len(found.gaps) == 1
    assert found.values.count(None) == 1
    assert found.low[found.values.index(None)] is None
    assert max(value for value in found.high if value is not None) == 400.0


def test_single_states_carry_their_ends(
    alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    found = look(alice, patient, "sleep_stage", resolution="raw")
    assert found.ends_ms[0] == found.times_ms[0] + 90 * MINUTE
    assert look(alice, patient, "heart_rate").ends_ms == []


def test_the_patients_own_order_says_which_device_speaks(
    alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    with acting_as(alice.actor):
        DevicePrecedence.objects.create(
            patient_id=patient.id, metric="steps", devices=[devices[1], devices[0]]
        )
    days = periods_page(alice.actor, patient.id, "steps", START, END).items
    assert [day.figure.value for day in days[:3]] == [6960.0, 6960.0, 7200.0]
    assert [day.device_id for day in days[:3]] == [devices[1], devices[1], devices[0]]


def test_a_usual_day_of_steps_is_a_sum_and_of_sleep_minutes(
    alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    found = daily_summaries(alice.actor, patient.id, days=10, now=END - timedelta(hours=1))
    by_code = {part.metric.code: part for part in found}
    assert (by_code["steps"].mean, by_code["steps"].days) == (7200.0, 9)
    assert by_code["steps"].newest.value == 7200.0
    assert by_code["sleep_stage"].minutes == {1: 3 * 90 / 4, 2: 3 * 30 / 4}
