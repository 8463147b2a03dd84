"""A clinic in which anything may happen in any order, and its model beside it.

After every step, for everyone: what row security lets through, and what the selectors
return, is what the model says. Time goes on by moving every date back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from clinicity.accounts.acting import Scope, acting_as
from clinicity.accounts.models import User
from clinicity.accounts.services import user_activate, user_deactivate
from clinicity.common import clock
from clinicity.common.actors import SYSTEM
from clinicity.common.exceptions import DomainError, NotFound, Refused
from patients import selectors, services
from patients.models import BreakGlass, Patient, Proxy
from tests.access.cast import person
from tests.access.model import Clinic, Item, Part

CAST = {
    "alice": "clinician", "bob": "clinician", "charlie": "clinician", "dora": "coordinator",
    "ada": "admin", "olga": "auditor", "rae": "researcher", "pat": "patient", "pia": "patient",
    "petra": "proxy", "paul": "proxy",
}  # fmt: skip
STAFF = ("alice", "bob", "charlie", "dora")
VISIBILITIES = ("author", "restricted", "team", "released")
PURPOSES = ("care", "monitoring", "research", "messaging")
TEAM = ("treats", "covers", "coordinates")
GLASS_MINUTES = 60
WHO, STAFFS = st.sampled_from(sorted(CAST)), st.sampled_from(STAFF)
RECORD, NUMBER = st.integers(0, 2), st.integers(0, 9)
LATER = st.sampled_from([None, 1, 3, 30])
RAW = """
SELECT (SELECT array_agg(id) FROM patients_patient),
       (SELECT array_agg(id) FROM patients_condition),
       (SELECT array_agg(id) FROM patients_timelineevent WHERE kind = 'note'),
       (SELECT array_agg(DISTINCT patient_id) FROM patients_consent)
"""


class AccessMachine(RuleBasedStateMachine):
    """Users by their names in the cast, patients and rows by number."""

    @initialize()
    def begin(self) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.users: dict[str, User] = {name: person(role) for name, role in CAST.items()}
        self.model = Clinic({self.users[name].id: role for name, role in CAST.items()})
        # The second comes of age in twelve days.
        today = clock.now().date() + timedelta(days=12)
        born = [date(1985, 7, 20), today.replace(year=today.year - 18), date(1950, 1, 1)]
        self.patients = [self._made(day) for day in born]
        self.rows = list(self.model.items)

    def teardown(self) -> None:
        if hasattr(self, "undo"):
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def _made(self, born: date) -> UUID:
        alice = self.users["alice"]
        patient = services.patient_create(
            by=alice.actor, first_name="A", last_name="B", date_of_birth=born
        )
        owner = {1985: "pat", 1950: ""}.get(born.year, "pia")
        with acting_as(alice.actor):
            Patient.objects.filter(id=patient.id).update(
                user_id=self.users[owner].id if owner else None
            )
        self.model.owners[patient.id] = self.users[owner].id if owner else UUID(int=0)
        self._joined("treats", alice.id, patient.id, None, None)
        for visibility in VISIBILITIES:
            self._row(services.condition_add, patient.id, visibility, code="F32.1")
        self._row(
            services.timeline_event_add, patient.id, "team", kind="note", title="x",
            occurred_at=clock.now(),
        )  # fmt: skip
        return patient.id

    def _row(
        self, add: Callable[..., Any], patient_id: UUID, visibility: str, **words: Any
    ) -> None:
        alice = self.users["alice"]
        row = add(by=alice.actor, patient_id=patient_id, **words)
        kind = "condition" if "code" in words else "timeline"
        services.item_visibility_set(
            by=alice.actor, patient_id=patient_id, kind=kind, item_id=row.id,
            visibility=visibility,
        )  # fmt: skip
        self.model.items[row.id] = Item(patient_id, alice.id, visibility)

    def _joined(
        self, kind: str, user: UUID, patient: UUID, begins: int | None, ends: int | None
    ) -> None:
        start = clock.now() + timedelta(days=begins or 0)
        end = clock.now() + timedelta(days=ends) if ends else None
        self.model.parts.append(Part(kind, user, patient, start, end))

    @contextmanager
    def _trying(self, allowed: bool) -> Iterator[list[bool]]:
        """A refusal changes nothing; a success is one of somebody who may."""
        done: list[bool] = []
        try:
            with transaction.atomic():
                yield done
        except DomainError:
            done.clear()
        assert allowed or not done, "this actor may not do that"

    def _works(self, name: str, patient: UUID) -> bool:
        return patient in self.model.works_for(self.users[name].id, clock.now())

    @rule(by=WHO, who=WHO, at=RECORD, part=st.sampled_from(TEAM), begins=LATER, ends=LATER)
    def add_member(
        self, by: str, who: str, at: int, part: str, begins: int | None, ends: int | None
    ) -> None:
        patient, user, now = self.patients[at], self.users[who].id, clock.now()
        with self._trying(self._works(by, patient) and who in STAFF) as done:
            services.care_team_member_add(
                by=self.users[by].actor, patient_id=patient, user_id=user, part=part,
                starts_at=now + timedelta(days=begins) if begins else None,
                ends_at=now + timedelta(days=ends) if ends else None,
            )  # fmt: skip
            done.append(True)
        if done:
            self._joined(part, user, patient, begins, ends)

    @rule(by=WHO, who=STAFFS, at=RECORD)
    def end_member(self, by: str, who: str, at: int) -> None:
        patient, user = self.patients[at], self.users[who].id
        with self._trying(self._works(by, patient)) as done:
            services.care_team_member_end(
                by=self.users[by].actor, patient_id=patient, user_id=user
            )
            done.append(True)
        if done:
            self.model.end(user, patient, TEAM, clock.now())

    @rule(by=STAFFS, giver=STAFFS, taker=STAFFS, at=RECORD)
    def hand_over(self, by: str, giver: str, taker: str, at: int) -> None:
        patient = self.patients[at]
        gives, takes = self.users[giver].id, self.users[taker].id
        with self._trying(self._works(by, patient)) as done:
            services.care_hand_over(
                by=self.users[by].actor, patient_ids=[patient], from_id=gives, to_id=takes
            )
            done.append(True)
        if done:
            self.model.hand_over(gives, takes, patient, clock.now())

    @rule(by=STAFFS, who=STAFFS, begins=LATER, ends=st.sampled_from([2, 5, 40]))
    def cover(self, by: str, who: str, begins: int | None, ends: int) -> None:
        now, me, colleague = clock.now(), self.users[by].id, self.users[who].id
        with self._trying(allowed=True) as done:
            services.care_cover(
                by=self.users[by].actor, colleague_id=colleague,
                starts_at=now + timedelta(days=begins or 0), ends_at=now + timedelta(days=ends),
            )  # fmt: skip
            done.append(True)
        if not done or me in self.model.inactive:
            return
        mine = {
            part.patient
            for part in self.model.parts
            if part.user == me and part.kind == "treats" and part.runs(now)
        }
        for patient in mine - self.model.deleted:
            self._joined("covers", colleague, patient, begins, ends)

    @rule(by=WHO, at=RECORD)
    def break_glass(self, by: str, at: int) -> None:
        patient, user = self.patients[at], self.users[by].id
        allowed = by in STAFF and user not in self.model.inactive
        with self._trying(allowed and patient not in self.model.deleted) as done:
            services.break_glass_open(
                by=self.users[by].actor, patient_id=patient, reason="Found unconscious here"
            )
            done.append(True)
        if done:
            end = clock.now() + timedelta(minutes=GLASS_MINUTES)
            self.model.parts.append(Part("glass", user, patient, clock.now(), end))

    @rule(by=STAFFS, at=RECORD)
    def end_glass(self, by: str, at: int) -> None:
        patient, user = self.patients[at], self.users[by]
        with acting_as(self.users["ada"].actor):
            rows = BreakGlass.objects.filter(patient_id=patient, user_id=user.id)
            found = list(rows.values_list("id", flat=True))
        with self._trying(allowed=True) as done:
            for glass_id in found:
                services.break_glass_end(by=user.actor, break_glass_id=glass_id)
            done.append(True)
        if done:
            self.model.end(user.id, patient, ("glass",), clock.now())

    @rule(by=WHO, who=st.sampled_from(["petra", "paul", "bob"]), at=RECORD,
          basis=st.sampled_from(["parent", "consent"]), ends=LATER)  # fmt: skip
    def add_proxy(self, by: str, who: str, at: int, basis: str, ends: int | None) -> None:
        patient, user, now = self.patients[at], self.users[who].id, clock.now()
        with self._trying(self._works(by, patient) and CAST[who] == "proxy") as done:
            proxy = services.proxy_add(
                by=self.users[by].actor, patient_id=patient, user_id=user, basis=basis,
                parts=["read"], ends_at=now + timedelta(days=ends) if ends else None,
            )  # fmt: skip
            done.append(True)
        if done:
            end = now + timedelta(days=ends) if ends else None
            if basis == "parent":
                assert at == 1, "an adult has no parent who acts for them"
                of_age = now + timedelta(days=13)
                assert proxy.ends_at is not None
                assert proxy.ends_at <= of_age
                end = min(end, proxy.ends_at) if end else proxy.ends_at
            self.model.parts.append(Part("proxy", user, patient, now, end))

    @rule(by=WHO, who=st.sampled_from(["petra", "paul"]), at=RECORD)
    def end_proxy(self, by: str, who: str, at: int) -> None:
        patient, user = self.patients[at], self.users[who].id
        with acting_as(SYSTEM, patient):
            rows = Proxy.objects.filter(patient_id=patient, user_id=user)
            found = list(rows.values_list("id", flat=True))
        with self._trying(self._works(by, patient)) as done:
            for proxy_id in found:
                services.proxy_end(
                    by=self.users[by].actor, patient_id=patient, proxy_id=proxy_id
                )
                done.append(True)
        if done:
            self.model.end(user, patient, ("proxy",), clock.now())

    @rule(by=WHO, at=RECORD, purpose=st.sampled_from(PURPOSES), given=st.booleans())
    def decide(self, by: str, at: int, purpose: str, given: bool) -> None:
        """Consent is asked by purpose, elsewhere: it opens and closes no record."""
        patient = self.patients[at]
        sees = patient in self.model.sees(self.users[by].id, clock.now())
        with self._trying(sees and by != "ada") as done:
            services.consent_record(
                by=self.users[by].actor, patient_id=patient, purpose=purpose, given=given,
                source="paper",
            )  # fmt: skip
            done.append(True)

    @rule(by=WHO, at=NUMBER, visibility=st.sampled_from(VISIBILITIES))
    def show(self, by: str, at: int, visibility: str) -> None:
        row_id = self.rows[at % len(self.rows)]
        item, user = self.model.items[row_id], self.users[by].id
        now = clock.now()
        allowed = row_id in self.model.items_of(user, now)
        treating = item.patient in self.model.treats(user, now)
        may = item.author == user or (treating and visibility != "author")
        with self._trying(allowed and may and self._works(by, item.patient)) as done:
            services.item_visibility_set(
                by=self.users[by].actor, patient_id=item.patient, item_id=row_id,
                kind="timeline" if at % 5 == 4 else "condition", visibility=visibility,
            )  # fmt: skip
            done.append(True)
        if done:
            item.visibility = visibility

    @rule(by=WHO, into=RECORD, old=RECORD)
    def merge(self, by: str, into: int, old: int) -> None:
        survivor, merged = self.patients[into], self.patients[old]
        sees = self.model.sees(self.users[by].id, clock.now())
        with self._trying({survivor, merged} <= sees and into != old) as done:
            services.patients_merge(
                by=self.users[by].actor, patient_id=survivor, merged_id=merged
            )
            done.append(True)
        if done:
            self.model.merged[merged] = survivor

    @rule(by=WHO, at=RECORD)
    def undo_merge(self, by: str, at: int) -> None:
        merged = self.patients[at]
        survivor = self.model.merged.get(merged)
        if survivor is None:
            return
        sees = survivor in self.model.sees(self.users[by].id, clock.now())
        (alias,) = [
            alias
            for alias in selectors.aliases(self.users["ada"].actor, survivor)
            if alias.merged_id == merged and alias.undone_at is None
        ] or [None]
        if alias is None:
            return
        with self._trying(sees) as done:
            services.patients_merge_undo(
                by=self.users[by].actor, patient_id=survivor, alias_id=alias.id
            )
            done.append(True)
        if done:
            del self.model.merged[merged]

    @rule(by=WHO, at=RECORD, back=st.booleans())
    def take_off(self, by: str, at: int, back: bool) -> None:
        patient, actor = self.patients[at], self.users[by].actor
        sees = patient in self.model.sees(actor.id, clock.now())
        act = services.patient_restore if back else services.patient_delete
        with self._trying(sees) as done:
            act(by=actor, patient_id=patient)
            done.append(True)
        if done:
            (self.model.deleted.discard if back else self.model.deleted.add)(patient)

    @rule(who=WHO, back=st.booleans())
    def deactivate(self, who: str, back: bool) -> None:
        user = self.users[who].id
        (user_activate if back else user_deactivate)(by=SYSTEM, user_id=user)
        (self.model.inactive.discard if back else self.model.inactive.add)(user)

    @rule(hours=st.sampled_from([2, 25, 24 * 4, 24 * 14]))
    def time_passes(self, hours: int) -> None:
        by = timedelta(hours=hours)
        self.model.shift(by)
        with acting_as(SYSTEM, Scope.ALL_PATIENTS):
            _moved_back("patients_careteammember", by)
            _moved_back("patients_proxy", by)
        with acting_as(self.users["ada"].actor):
            if self.users["ada"].id not in self.model.inactive:
                _moved_back("patients_breakglass", by)

    @invariant()
    def everybody_sees_what_they_may(self) -> None:
        if not hasattr(self, "rows"):
            return
        for name, user in self.users.items():
            self._row_security_agrees(name, user)
            self._selectors_agree(name, user)

    def _row_security_agrees(self, name: str, user: User) -> None:
        now = clock.now()
        sees, shown = self.model.sees(user.id, now), self.model.items_of(user.id, now)
        for scope in (None, *self.patients):
            reach = sees if scope is None else self.model.sees_of(user.id, scope, now)
            with acting_as(user.actor, scope), connection.cursor() as cursor:
                cursor.execute(RAW)
                people, conditions, events, consented = cursor.fetchone()
            found = set(conditions or ()) | set(events or ())
            may = {id for id in shown if self.model.items[id].patient in reach}
            assert set(people or ()) == reach, f"{name} and patients, scope {scope}"
            assert set(consented or ()) == reach, f"{name} and consents, scope {scope}"
            assert found == may, f"{name} and items, scope {scope}"

    def _selectors_agree(self, name: str, user: User) -> None:
        now, actor = clock.now(), user.actor
        sees = self.model.sees(user.id, now)
        listed = sees - self.model.deleted
        assert selectors.visible_patient_ids(actor, self.patients) == listed, name
        # Two that are one stand in the list once.
        once = {one for one in listed if self.model.merged.get(one) not in sees}
        assert self._listed(actor) == once, name
        for patient in self.patients:
            self._record_agrees(name, user, patient, listed)

    def _listed(self, actor: Any) -> set[UUID]:
        try:
            return {patient.id for patient in selectors.patients_page(actor).items}
        except Refused:
            return set()

    def _record_agrees(self, name: str, user: User, patient: UUID, listed: set[UUID]) -> None:
        survivor = self.model.merged.get(patient, patient)
        opens = survivor if survivor in listed else patient if patient in listed else None
        try:
            got = selectors.patient_get(user.actor, patient).id
        except (NotFound, Refused):
            got = None
        assert got == opens, f"{name} opens {patient}"
        found = {row.id for row in selectors.conditions(user.actor, patient)}
        records = self.model.sees_of(user.id, patient, clock.now()) & self.model.record(patient)
        may = {
            id
            for id in self.model.items_of(user.id, clock.now())
            if self.model.items[id].patient in records and id not in self._events()
        }
        assert found == may, f"{name} and the conditions of {patient}"

    def _events(self) -> set[UUID]:
        return set(self.rows[4::5])


def _moved_back(table: str, by: timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET starts_at = starts_at - %s, ends_at = ends_at - %s", [by, by]
        )
