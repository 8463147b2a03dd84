"""Handing over and covering: whoever takes a part has all of it, and no moment earlier."""

from datetime import timedelta

import pytest

from clinicity.accounts.models import User
from clinicity.common import clock
from patients import selectors
from patients.models import CareTeamMember, Patient
from patients.services import care_cover, care_hand_over, care_team_member_add

pytestmark = pytest.mark.django_db


def parts_of(user: User, by: User, patient: Patient) -> list[CareTeamMember]:
    return [row for row in selectors.care_team(by.actor, patient.id) if row.user_id == user.id]


def test_a_part_that_has_not_begun_is_handed_over_as_it_is(
    alice: User, bob: User, charlie: User, patient: Patient
) -> None:
    later = clock.now() + timedelta(days=7)
    care_team_member_add(
        by=alice.actor, patient_id=patient.id, user_id=bob.id, part="coordinates",
        starts_at=later,
    )  # fmt: skip
    care_hand_over(by=alice.actor, patient_ids=[patient.id], from_id=bob.id, to_id=charlie.id)
    begins = {row.part: row.starts_at for row in parts_of(charlie, alice, patient)}
    assert begins["coordinates"] == later
    assert begins["covers"] <= clock.now()


def test_who_takes_over_for_good_stays_when_their_shorter_part_ends(
    alice: User, charlie: User, patient: Patient
) -> None:
    soon = clock.now() + timedelta(days=1)
    care_team_member_add(
        by=alice.actor, patient_id=patient.id, user_id=charlie.id, ends_at=soon
    )
    care_hand_over(by=alice.actor, patient_ids=[patient.id], from_id=alice.id, to_id=charlie.id)
    assert None in {row.ends_at for row in parts_of(charlie, charlie, patient)}


def test_a_cover_of_a_week_is_a_week_beside_a_day_of_it(
    alice: User, charlie: User, patient: Patient
) -> None:
    now = clock.now()
    day, week = now + timedelta(days=1), now + timedelta(days=7)
    for ends_at, new in ((day, 1), (week, 1), (week, 0)):
        added = care_cover(
            by=alice.actor, colleague_id=charlie.id, starts_at=now, ends_at=ends_at
        )
        assert added == new
    assert max(row.ends_at for row in parts_of(charlie, alice, patient)) == week
