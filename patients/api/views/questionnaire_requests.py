"""Asking for questionnaires over the API, and answering one by link."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common.actors import SYSTEM
from clinicity.common.exceptions import NotFound
from clinicity.common.parsing import parsed
from patients import instruments, selectors, services
from patients.api import questionnaire_serializers as shapes
from patients.api.views.questionnaires import answers_of
from patients.instruments import Wording
from patients.questionnaire_forms import sheet
from patients.services.questionnaire_links import OpenLink

CREATED = status.HTTP_201_CREATED


class RequestsView(IdempotentWrites):
    @extend_schema(responses=shapes.RequestsOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        """What the patient was asked for, newest first, and what is asked again."""
        actor, id = actor_of(request), UUID(patient_id)
        selectors.patient_get(actor, id)
        found = {
            "items": selectors.questionnaire_requests(actor, id),
            "schedules": selectors.questionnaire_schedules(actor, id),
        }
        return Response(shapes.RequestsOutput(found).data)

    @extend_schema(request=shapes.AssignInput, responses={201: shapes.RepeatOutput})
    def post(self, request: Request, patient_id: str) -> Response:
        """Ask for a questionnaire once, or every so many days."""
        data = parsed(shapes.AssignInput, request.data)
        row = services.questionnaire_assign(
            by=actor_of(request), patient_id=UUID(patient_id), **data
        )
        return Response(shapes.RepeatOutput(row).data, status=CREATED)


class ScheduleView(IdempotentWrites):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, patient_id: str, schedule_id: str) -> Response:
        """Ask no more."""
        actor = actor_of(request)
        selectors.patient_get(actor, UUID(patient_id))
        services.questionnaire_schedule_end(by=actor, schedule_id=UUID(schedule_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RequestView(IdempotentWrites):
    @extend_schema(responses={200: shapes.RequestOutput})
    def delete(self, request: Request, patient_id: str, request_id: str) -> Response:
        """Take a request back; its links open nothing any more."""
        actor, id = _asked(request, patient_id, request_id)
        row = services.questionnaire_request_revoke(by=actor, request_id=id)
        return Response(shapes.RequestOutput(row).data)


class RequestLinkView(APIView):
    """Never replayed from a store: the token is told once."""

    @extend_schema(request=None, responses={201: shapes.LinkOutput})
    def post(self, request: Request, patient_id: str, request_id: str) -> Response:
        """A link to hand to the patient; older ones of this request end."""
        actor, id = _asked(request, patient_id, request_id)
        made = services.questionnaire_link_make(by=actor, request_id=id)
        path = reverse("questionnaires:enter", args=[made.token])
        found = {
            "token": made.token,
            "url": request.build_absolute_uri(path),
            "expires_at": made.link.expires_at,
        }
        return _private(Response(shapes.LinkOutput(found).data, status=CREATED))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, patient_id: str, request_id: str) -> Response:
        """The request stays; its links end."""
        actor, id = _asked(request, patient_id, request_id)
        services.questionnaire_links_revoke(by=actor, request_id=id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class _ByLink(APIView):
    """Without an account: the token and the birth date say who asks."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def opened(self, request: Request, data: dict[str, Any]) -> OpenLink:
        return services.link_unlock(
            index=services.index_of(data["token"]), birth_date=data["date_of_birth"],
            address=_address(request),
        )  # fmt: skip


class LinkFormView(_ByLink):
    @extend_schema(auth=[], request=shapes.LinkInput, responses=shapes.LinkFormOutput)
    def post(self, request: Request) -> Response:
        """The form that a link opens, and the answers kept so far."""
        data = parsed(shapes.LinkInput, request.data)
        opened = self.opened(request, data)
        wording = _wording(opened, data["language"])
        kept = selectors.draft_answers(SYSTEM, opened.patient_id, request_id=opened.request_id)
        definition = instruments.instrument_of(opened.instrument)
        shown = sheet(definition, wording, kept)
        found = {
            "title": shown.title, "instructions": shown.instructions,
            "language": shown.language, "wording_version": shown.wording_version,
            "languages": selectors.wording_languages(opened.instrument),
            "questions": [
                {
                    "link": one.link, "number": one.number, "text": one.text,
                    "optional": one.optional,
                    "choices": [{"value": c.value, "label": c.label} for c in one.choices],
                }
                for one in shown.questions
            ],
            "answers": kept or [None] * len(definition.items),
            **_help(),
        }  # fmt: skip
        return _private(Response(shapes.LinkFormOutput(found).data))


class LinkDraftView(_ByLink):
    @extend_schema(auth=[], request=shapes.LinkAnswersInput, responses=shapes.LinkSentOutput)
    def post(self, request: Request) -> Response:
        """Keep the answers so far."""
        data = parsed(shapes.LinkAnswersInput, request.data)
        opened = self.opened(request, data)
        answers = answers_of(data, opened.instrument)
        services.link_draft_keep(index=opened.index, answers=answers)
        return _sent(opened.instrument, answers, "draft")


class LinkAnswerView(_ByLink):
    @extend_schema(
        auth=[], request=shapes.LinkAnswersInput, responses={201: shapes.LinkSentOutput}
    )
    def post(self, request: Request) -> Response:
        """Send the answers: the link is used up."""
        data = parsed(shapes.LinkAnswersInput, request.data)
        opened = self.opened(request, data)
        wording = _wording(opened, data["language"])
        answers = answers_of(data, opened.instrument)
        services.link_answer(
            index=opened.index, answers=answers, language=wording.language,
            wording_version=wording.version,
        )  # fmt: skip
        return _sent(opened.instrument, answers, "answers", CREATED)


def _asked(request: Request, patient_id: str, request_id: str) -> tuple[Any, UUID]:
    """Who asks, and the request's id; not there when it is another patient's."""
    actor = actor_of(request)
    row = selectors.questionnaire_request_get(actor, UUID(request_id))
    if row.patient_id != UUID(patient_id):
        raise NotFound("There is no such request.")
    return actor, row.id


def _wording(opened: OpenLink, language: str) -> Wording:
    wording = selectors.wording_of(opened.instrument, language)
    if wording is None:
        raise services.LinkClosed("These questions can't be shown now. Ask the clinic.")
    return wording


def _sent(
    instrument: str, answers: list[int | None], kept: str, code: int = status.HTTP_200_OK
) -> Response:
    urgent = bool(instruments.assess(instrument, answers).self_harm)
    found = {"kept": kept, "urgent": urgent, **_help()}
    return _private(Response(shapes.LinkSentOutput(found).data, status=code))


def _help() -> dict[str, Any]:
    return {"help_numbers": settings.HELP_NUMBERS, "help_hours": settings.HELP_HOURS}


def _private(response: Response) -> Response:
    response["Cache-Control"] = "no-store"
    return response


def _address(request: Request) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
