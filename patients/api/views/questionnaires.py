"""Questionnaires over the API: parse, one domain call, answer."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.exceptions import Invalid
from clinicity.common.parsing import parsed
from patients import instruments, selectors, services
from patients.api import questionnaire_serializers as shapes
from patients.models import QuestionnaireResponse

CREATED = status.HTTP_201_CREATED


class DefinitionsView(IdempotentWrites):
    @extend_schema(responses=shapes.DefinitionsOutput)
    def get(self, request: Request) -> Response:
        """Every questionnaire: structure, scoring, sources, and in which languages it is asked."""
        actor_of(request)
        worded = selectors.asked_in_words()
        found = [
            {**_definition(one), "languages": worded.get(code, [])}
            for code, one in sorted(instruments.INSTRUMENTS.items())
        ]
        return Response(shapes.DefinitionsOutput({"items": found}).data)


class ResponsesView(IdempotentWrites):
    @extend_schema(parameters=[shapes.ResponsesQuery], responses=shapes.ResponsesOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        """Every set of answers, newest first, and what each instrument's change amounts to."""
        actor, wanted = actor_of(request), parsed(shapes.ResponsesQuery, request.query_params)
        patient = selectors.patient_get(actor, UUID(patient_id))
        code = wanted.get("instrument", "")
        rows = selectors.questionnaires_all(actor, patient.id, instrument=code)
        courses = [
            one
            for one in selectors.questionnaire_trajectories(actor, patient.id)
            if not code or one.instrument.code == code
        ]
        found = {"items": [_shown(row, patient.sex) for row in rows], "courses": courses}
        return Response(shapes.ResponsesOutput(found).data)

    @extend_schema(request=shapes.ResponseInput, responses={201: shapes.ResponseOutput})
    def post(self, request: Request, patient_id: str) -> Response:
        """Keep answers; the score, its band and the timeline follow."""
        data = parsed(shapes.ResponseInput, request.data)
        answers = answers_of(data, data["instrument"])
        actor, asked = actor_of(request), data.pop("request", None)
        filled = services.Filled(
            answers=answers, answered_at=data.pop("answered_at", None) or clock.now(),
            mode=_mode(actor.role), **data,
        )  # fmt: skip
        row = services.questionnaire_fill(
            by=actor, patient_id=UUID(patient_id), filled=filled, request_id=asked
        )
        sex = selectors.patient_get(actor, row.patient_id).sex
        return Response(shapes.ResponseOutput(_shown(row, sex)).data, status=CREATED)


class ResponseView(IdempotentWrites):
    @extend_schema(responses=shapes.ResponseOutput)
    def get(self, request: Request, patient_id: str, response_id: str) -> Response:
        actor = actor_of(request)
        row = selectors.questionnaire_get(actor, UUID(patient_id), UUID(response_id))
        patient = selectors.patient_get(actor, UUID(patient_id))
        return Response(shapes.ResponseOutput(_shown(row, patient.sex)).data)


class AmendView(IdempotentWrites):
    @extend_schema(request=shapes.AnswersAmendInput, responses={201: shapes.ResponseOutput})
    def post(self, request: Request, patient_id: str, response_id: str) -> Response:
        """A corrected version in the place of this one, which stays."""
        actor, data = actor_of(request), parsed(shapes.AnswersAmendInput, request.data)
        old = selectors.questionnaire_get(actor, UUID(patient_id), UUID(response_id))
        answers = answers_of(data, old.instrument)
        row = services.response_amend(by=actor, response_id=old.id, answers=answers, **data)
        return Response(shapes.ResponseOutput(_shown(row)).data, status=CREATED)


class ErrorView(IdempotentWrites):
    @extend_schema(request=shapes.ReasonInput, responses=shapes.ResponseOutput)
    def post(self, request: Request, patient_id: str, response_id: str) -> Response:
        """Entered in error: it counts nowhere until that is undone."""
        actor, data = actor_of(request), parsed(shapes.ReasonInput, request.data)
        old = selectors.questionnaire_get(actor, UUID(patient_id), UUID(response_id))
        row = services.response_error_mark(by=actor, response_id=old.id, **data)
        return Response(shapes.ResponseOutput(_shown(row)).data)

    @extend_schema(responses=shapes.ResponseOutput)
    def delete(self, request: Request, patient_id: str, response_id: str) -> Response:
        """It was right after all."""
        actor = actor_of(request)
        old = selectors.questionnaire_get(actor, UUID(patient_id), UUID(response_id))
        row = services.response_error_undo(by=actor, response_id=old.id)
        return Response(shapes.ResponseOutput(_shown(row)).data)


def answers_of(data: dict[str, Any], instrument: str) -> list[int | None]:
    """The answers of a body, in either of its two forms; takes them out of it."""
    listed, by_link = data.pop("answers", None), data.pop("by_link", None)
    if (listed is None) == (by_link is None):
        raise Invalid("Give either answers or by_link.")
    if by_link is not None:
        return instruments.from_links(instrument, by_link)
    return list(listed or [])


def _mode(role: str) -> str:
    mode = QuestionnaireResponse.Mode
    return mode.PATIENT if role in ("patient", "proxy") else mode.STAFF


def _shown(row: QuestionnaireResponse, sex: str = "") -> Mapping[str, Any]:
    found = instruments.assess(row.instrument, row.answers, sex=sex)
    names = {*shapes.ResponseOutput().fields, "corrects_id"} - {"assessment", "corrects"}
    values = {name: getattr(row, name) for name in names}
    return values | {"assessment": found}


def _definition(one: instruments.Instrument) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)} | {
        "minimum": one.minimum, "maximum": one.maximum,
    }  # fmt: skip
