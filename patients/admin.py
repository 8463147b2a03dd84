"""Patients in the admin: listed by pseudonym, found by whole name, changed by services."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from clinicity.accounts.requests import actor_of
from clinicity.common.admin import ReadOnlyAdmin
from patients import selectors, services
from patients.blind import index_of
from patients.forms import PatientAdminForm
from patients.models import (
    Allergy,
    CareTeamMember,
    ChartVersion,
    Condition,
    Encounter,
    GeneticResult,
    LabResult,
    Medication,
    Patient,
    PatientRecord,
    SafetyPlan,
)


@admin.register(Patient)
class PatientAdmin(ReadOnlyAdmin[Patient]):
    form = PatientAdminForm
    actions = ("take_off_the_list", "put_back")
    list_display = ("__str__", "created_at", "time_zone", "simulated", "deleted_at")
    list_filter = ("simulated",)
    search_fields = ("search_index",)
    search_help_text = _("A whole name, record number or date of birth (1985-07-20).")
    fields = (*PatientAdminForm.Meta.fields, "id", "created_at", "simulated", "deleted_at")
    readonly_fields: ClassVar = ("id", "created_at", "simulated", "deleted_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Opening a person's page is reading them: it goes on record."""
        selectors.patient_get(actor_of(request), UUID(object_id))
        return super().change_view(request, object_id, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Patient, form: Any, change: Any) -> None:
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data}
            services.patient_edit(by=actor_of(request), patient_id=obj.id, changes=changes)
        else:
            obj.id = services.patient_create(by=actor_of(request), **form.cleaned_data).id

    @admin.action(description=_("Take off the list (can be undone)"))
    def take_off_the_list(self, request: HttpRequest, chosen: QuerySet[Patient]) -> None:
        for patient in chosen.filter(deleted_at__isnull=True):
            services.patient_delete(by=actor_of(request), patient_id=patient.id)

    @admin.action(description=_("Put back on the list"))
    def put_back(self, request: HttpRequest, chosen: QuerySet[Patient]) -> None:
        for patient in chosen.filter(deleted_at__isnull=False):
            services.patient_restore(by=actor_of(request), patient_id=patient.id)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Patient], search_term: str
    ) -> tuple[QuerySet[Patient], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(search_index__contains=[index_of(search_term)]), False


@admin.register(CareTeamMember)
class CareTeamMemberAdmin(ReadOnlyAdmin[CareTeamMember]):
    list_display = ("patient", "user", "part", "starts_at", "ends_at")
    list_filter = ("part",)
    list_select_related = ("patient", "user")


# The chart: which rows there are, of whom, since when; never what they say.
STATE = ("patient", "created_at", "version", "entered_in_error_at")
ENTRIES: dict[type[PatientRecord], tuple[str, ...]] = {
    Condition: (*STATE, "clinical_status"),
    Allergy: (*STATE, "criticality"),
    Medication: (*STATE, "status", "started_on", "ended_on"),
    LabResult: (*STATE, "loinc", "specimen_at"),
    GeneticResult: STATE,
    Encounter: (*STATE, "status", "starts_at"),
    SafetyPlan: ("patient", "created_at", "version"),
    ChartVersion: ("patient", "created_at", "item", "version", "act"),
}


class EntryAdmin(ReadOnlyAdmin[Any]):
    """Rows of the chart by the patient's pseudonym; their contents stay sealed here."""

    list_select_related = ("patient",)
    list_display_links = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).order_by("-created_at")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_view_permission(request)


for entry, columns in ENTRIES.items():
    admin.site.register(
        entry, type(f"{entry.__name__}Admin", (EntryAdmin,), {"list_display": columns})
    )
