"""Encounters and appointments over the API: one list under FHIR's two names."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.exceptions import Invalid
from clinicity.common.pages import Page
from clinicity.common.parsing import parsed
from patients import selectors, services
from patients.api import clinical_serializers as shapes
from patients.api.views.items import ItemsView, documented, page_shape, views_of
from patients.chart_feeds import feed_of
from patients.clinical import calendars, feeds, visits
from patients.models import Encounter


def encounter_add(**data: Any) -> Encounter:
    ahead = data["starts_at"] > clock.now()
    usual = Encounter.Status.PLANNED if ahead else Encounter.Status.FINISHED
    return services.encounter_add(**{"status": usual, **data})


def appointment_add(**data: Any) -> Encounter:
    return services.encounter_add(
        **{"status": Encounter.Status.PLANNED, "booked": True, **data}
    )


ENCOUNTERS = views_of(
    Encounter, encounter_add, shapes.VisitInput, shapes.VisitChanges, shapes.EncounterOutput,
    query=shapes.VisitQuery,
)  # fmt: skip


class VisitsView(ItemsView):
    """Visits by when they are; `booked_only` where the list is that of appointments."""

    model = Encounter
    input = shapes.VisitInput
    output = shapes.EncounterOutput
    query = shapes.VisitQuery
    booked_only = False
    add = staticmethod(encounter_add)

    def page(self, request: Request, patient_id: UUID, query: dict[str, Any]) -> Page[Any]:
        query["size"] = query.pop("limit")
        query["status"] = visits.from_fhir(query.get("status", ""))
        return selectors.visits_page(
            actor_of(request), patient_id, booked_only=self.booked_only, **query
        )


class AppointmentsView(VisitsView):
    booked_only = True
    add = staticmethod(appointment_add)


for view, name in ((VisitsView, "Encounter"), (AppointmentsView, "Appointment")):
    documented(
        view,
        get={
            "parameters": [shapes.VisitQuery],
            "responses": page_shape(name, shapes.EncounterOutput),
        },
        post={"request": shapes.VisitInput, "responses": {201: shapes.EncounterOutput}},
    )


class VisitStatusView(IdempotentWrites):
    @extend_schema(request=shapes.StatusInput, responses=shapes.EncounterOutput)
    def post(self, request: Request, patient_id: str, row_id: str) -> Response:
        """Moves a visit along its states; FHIR's words are understood."""
        row = services.encounter_set_status(
            by=actor_of(request), patient_id=UUID(patient_id), encounter_id=UUID(row_id),
            **parsed(shapes.StatusInput, request.data),
        )  # fmt: skip
        return Response(shapes.EncounterOutput(row).data)


class AppointmentImportView(IdempotentWrites):
    parser_classes = (MultiPartParser, FormParser, JSONParser)

    @extend_schema(
        parameters=[shapes.ImportQuery],
        request={
            "multipart/form-data": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
            },
            "application/json": {
                "type": "object",
                "properties": {"text": {"type": "string"}},
            },
        },
        responses=shapes.ImportReportOutput,
    )
    def post(self, request: Request, patient_id: str) -> Response:
        """Takes in an .ics calendar or a CSV table; `dry_run=true` only looks ahead."""
        raw = _file_of(request)
        query = parsed(shapes.ImportQuery, request.query_params)
        act = (
            services.appointments_preview if query["dry_run"] else services.appointments_import
        )
        report = act(by=actor_of(request), patient_id=UUID(patient_id), raw=raw)
        return Response(shapes.ImportReportOutput(report).data)


class OwnCalendarView(IdempotentWrites):
    @extend_schema(responses={(200, "text/calendar"): OpenApiTypes.BINARY})
    def get(self, request: Request) -> HttpResponse:
        """The actor's own appointments as .ics, without names or reasons."""
        now = clock.now()
        rows = selectors.own_calendar(actor_of(request), now=now)
        entries = feed_of(rows, base=request.build_absolute_uri("/"))
        answer = HttpResponse(feeds.feed(entries, now=now), content_type="text/calendar")
        answer["Content-Disposition"] = 'attachment; filename="appointments.ics"'
        return answer


def _file_of(request: Request) -> bytes:
    """The uploaded file, or the text of a JSON body."""
    uploaded = request.FILES.get("file")
    if uploaded is not None:
        if (uploaded.size or 0) > calendars.LARGEST:
            raise Invalid("The file is too large.", errors={"file": ["At most 2 MiB."]})
        return bytes(uploaded.read())
    data = request.data if isinstance(request.data, dict) else {}
    text = data.get("text")
    if not isinstance(text, str):
        raise Invalid("A file is needed.", errors={"file": ["Choose an .ics or CSV file."]})
    return text.encode()
