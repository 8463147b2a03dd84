"""Patients in the admin: by pseudonym, found by whole name through the blind index."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinicity.common.admin import ReadOnlyAdmin
from patients.models import CareTeamMember, Patient
from patients.services.people import index_of


@admin.register(Patient)
class PatientAdmin(ReadOnlyAdmin[Patient]):
    list_display = ("__str__", "created_at", "time_zone", "simulated", "deleted_at")
    list_filter = ("simulated",)
    search_fields = ("search_index",)
    search_help_text = _("A whole name, record number or date of birth (1985-07-20).")
    fields = ("id", "created_at", "time_zone", "simulated", "version", "deleted_at")
    readonly_fields = fields

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
