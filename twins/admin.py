"""Twins in the admin: read only, by pseudonym, without their content."""

from django.contrib import admin

from clinicity.common.admin import ReadOnlyAdmin
from twins.models import TwinSnapshot


@admin.register(TwinSnapshot)
class TwinSnapshotAdmin(ReadOnlyAdmin[TwinSnapshot]):
    list_display = (
        "created_at", "patient", "ledger_position", "window_end", "figures", "abstentions",
    )  # fmt: skip
    list_select_related = ("patient",)
    fields = (
        "id", "created_at", "patient", "ledger_position", "features_version", "window_start",
        "window_end", "input_digest", "content_digest", "figures", "abstentions",
        "requested_by",
    )  # fmt: skip
    readonly_fields = fields
