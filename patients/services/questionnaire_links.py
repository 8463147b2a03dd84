"""Filling in by link, without an account: a token, a birth date, one use.

1. Staff make a link for a request; its token is shown once and kept as a keyed hash only.
2. The token leads to the request; the birth date is the second factor, five tries.
3. Answers so far are kept sealed, so a lost connection loses nothing.
4. Sending them uses the link up.

Unknown, used, expired and revoked links get the same sentence.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from django.conf import settings

from clinicity.accounts import throttles
from clinicity.accounts.acting import Scope, acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import SYSTEM, Actor
from clinicity.common.exceptions import Conflict, DomainError, Invalid
from clinicity.privacy.pseudonyms import keyed_hash
from patients import instruments
from patients.models import (
    QuestionnaireLink,
    QuestionnaireRequest,
    QuestionnaireResponse,
)
from patients.permissions import demand_writer
from patients.selectors.questionnaire_wording import wording_languages
from patients.services.questionnaire_drafts import request_draft_keep
from patients.services.questionnaire_requests import (
    questionnaire_request_answer,
    request_locked,
)
from patients.services.questionnaires import Filled

SCOPE = "patients.questionnaire-link"
TOKEN_BYTES = 32
BIRTH_DATE_TRIES = 5
LINKS_BY_ADDRESS = throttles.Limit("questionnaire-link.address", 120, 900)


class LinkClosed(DomainError):
    type = "link-closed"
    title = "This link can't be used."
    status = HTTPStatus.NOT_FOUND


class WrongBirthDate(DomainError):
    type = "wrong-birth-date"
    title = "That isn't the date of birth that we have."
    status = HTTPStatus.FORBIDDEN


@dataclass(frozen=True)
class MadeLink:
    """A link as it is sent. This is the only time that its token is known."""

    link: QuestionnaireLink
    token: str


@dataclass(frozen=True)
class OpenLink:
    """Whose form a link opens: what the page needs and no more."""

    index: str
    patient_id: UUID
    request_id: UUID
    instrument: str
    expires_at: datetime


def questionnaire_link_make(*, by: Actor, request_id: UUID) -> MadeLink:
    """A link to one request's form; its older ones open nothing from now on."""
    demand_writer(by)
    now = clock.now()
    with acting_as(by):
        request = request_locked(request_id)
        _demand_sendable(request)
        _links_end(request, now)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        link = QuestionnaireLink(
            patient_id=request.patient_id, request=request, token_index=index_of(token),
            expires_at=now + timedelta(hours=settings.QUESTIONNAIRE_LINK_HOURS), made_by=by.id,
        )  # fmt: skip
        link.save(force_insert=True)
        _record(by, "questionnaire_link.make", link)
    return MadeLink(link, token)


def questionnaire_links_revoke(*, by: Actor, request_id: UUID) -> None:
    """The request stays; nobody opens it by a link that was sent before."""
    demand_writer(by)
    with acting_as(by):
        request = request_locked(request_id)
        _links_end(request, clock.now())
        audit.record(
            by=by, act="questionnaire_link.revoke", subject="questionnaire_request",
            subject_id=request.id, patient_id=request.patient_id,
        )  # fmt: skip


def index_of(token: str) -> str:
    return keyed_hash(token, scope=SCOPE)


def link_open(*, index: str, address: str) -> OpenLink:
    """Where a link leads, counted by the address that asks."""
    throttles.demand(LINKS_BY_ADDRESS, address)
    return link_at(index=index)


def link_at(*, index: str) -> OpenLink:
    """The same for who has opened it before: a session, or a call whose address was counted."""
    with acting_as(SYSTEM, Scope.ALL_PATIENTS):
        return _opened(_link(index))


def link_unlock(*, index: str, birth_date: date, address: str) -> OpenLink:
    """The second factor. The fifth wrong date closes the link."""
    opened = link_open(index=index, address=address)
    with acting_as(SYSTEM, opened.patient_id):
        link = _link(index, lock=True)
        right = link.patient.date_of_birth == birth_date
        if right:
            _record(SYSTEM, "questionnaire_link.open", link)
        else:
            _count_wrong(link)
    if not right:
        left = BIRTH_DATE_TRIES - link.birth_date_tries
        raise WrongBirthDate(
            f"Try again: {left} left."
            if left
            else "This link is closed now. Ask for a new one."
        )
    return opened


def link_draft_keep(*, index: str, answers: Sequence[int | None]) -> None:
    """Keep what is answered so far. Who calls has seen the birth date."""
    opened = link_at(index=index)
    request_draft_keep(
        by=SYSTEM, patient_id=opened.patient_id, request_id=opened.request_id, answers=answers
    )


def link_answer(
    *, index: str, answers: Sequence[int | None], language: str, wording_version: int | None
) -> QuestionnaireResponse:
    """Send the answers: the link is used up. Who calls has seen the birth date."""
    opened = link_at(index=index)
    filled = Filled(
        opened.instrument, answers, clock.now(), QuestionnaireResponse.Mode.LINK, language,
        wording_version,
    )  # fmt: skip
    with acting_as(SYSTEM, opened.patient_id):
        # The request before its link, as whoever takes it back locks them.
        request_locked(opened.request_id)
        link = _link(index, lock=True)
        link.used_at = clock.now()
        link.save(update_fields=["used_at"])
        row = questionnaire_request_answer(
            by=SYSTEM, request_id=opened.request_id, filled=filled,
            patient_id=opened.patient_id,
        )  # fmt: skip
        _record(SYSTEM, "questionnaire_link.answer", link)
    return row


def _demand_sendable(request: QuestionnaireRequest) -> None:
    instrument = instruments.instrument_of(request.instrument)
    if request.state in (request.State.ANSWERED, request.State.REVOKED):
        raise Conflict("This request is closed. Assign the questionnaire again.")
    if instrument.rated_by != "patient":
        raise Invalid(f"{instrument.name} is rated by a clinician, not by the patient.")
    if not wording_languages(instrument.code):
        raise Invalid(
            f"There is no wording of {instrument.name} that this clinic may use."
            " Load one before it is sent."
        )


def _links_end(request: QuestionnaireRequest, now: datetime) -> None:
    rows = QuestionnaireLink.objects.filter(request=request)
    rows.filter(used_at__isnull=True, revoked_at__isnull=True).update(revoked_at=now)


def _link(index: str, *, lock: bool = False) -> QuestionnaireLink:
    rows = QuestionnaireLink.objects.select_related("request", "patient")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    link = rows.filter(
        token_index=index, used_at__isnull=True, revoked_at__isnull=True,
        expires_at__gt=clock.now(), patient__deleted_at__isnull=True,
    ).first()  # fmt: skip
    if link is None or link.request.state in (
        QuestionnaireRequest.State.ANSWERED, QuestionnaireRequest.State.REVOKED,
    ):  # fmt: skip
        raise LinkClosed("It was used, has run out or was taken back. Ask for a new one.")
    return link


def _opened(link: QuestionnaireLink) -> OpenLink:
    return OpenLink(
        link.token_index, link.patient_id, link.request_id, link.request.instrument,
        link.expires_at,
    )  # fmt: skip


def _count_wrong(link: QuestionnaireLink) -> None:
    link.birth_date_tries += 1
    if link.birth_date_tries >= BIRTH_DATE_TRIES:
        link.revoked_at = clock.now()
    link.save(update_fields=["birth_date_tries", "revoked_at"])
    audit.record(
        by=SYSTEM, act="questionnaire_link.open", subject="questionnaire_link",
        subject_id=link.id, patient_id=link.patient_id, outcome="refused",
    )  # fmt: skip


def _record(by: Actor, act: str, link: QuestionnaireLink) -> None:
    audit.record(
        by=by, act=act, subject="questionnaire_link", subject_id=link.id,
        patient_id=link.patient_id,
    )  # fmt: skip
