"""The page of a table's columns: what each is, and the first rows as they would be read."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from biometrics import services
from biometrics.importers.table import TABLE, preview, sample
from biometrics.importers.table_mapping import TableMapping, suggest
from biometrics.models import ImportRun, ImportUpload
from biometrics.presenters import columns as presenters
from biometrics.presenters.rooms import room
from biometrics.uploads import opened
from biometrics.views.imports import upload_or_404
from clinicity.accounts.requests import actor_of
from clinicity.common.exceptions import DomainError, Invalid
from patients.access import patient_or_404


@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """A guess first; then as often as wanted a look at the rows; then the import."""
    upload = upload_or_404(request, upload_id)
    patient = patient_or_404(request, upload.patient_id)
    said = request.POST or request.GET
    zone = said.get("zone") or patient.time_zone
    with opened(upload.patient_id, upload.id, size=upload.size, name=upload.name) as path:
        rows = sample(path)
        mapping = _mapping(rows, request.POST)
        shown, refusal = _preview(path, mapping, zone)
    if request.POST.get("act") == "import" and not refusal:
        made, refusal = _request(request, upload, mapping, zone)
        if made:
            return redirect("biometrics:import", made.id)
    context = room(patient, "biometrics:imports") | {
        "upload": upload, "zone": zone, "dry_run": said.get("dry_run"),
        "columns": presenters.columns_of_table(rows, mapping), "mapping": mapping,
        "words": presenters.words_of_table(rows, mapping), "header": rows[0],
        "lines": presenters.preview_lines(shown), "refusal": refusal,
    }  # fmt: skip
    status = 422 if refusal and request.method == "POST" else 200
    page = "biometrics/import_columns.html"
    return render(request, page, context | presenters.choices(), status=status)


def _mapping(rows: list[list[str]], data: QueryDict) -> TableMapping:
    if not rows:
        raise Invalid("The file holds no table: there is no row in it.")
    if data:
        return presenters.mapping_of(rows[0], data.dict())  # type: ignore[arg-type]
    return suggest(rows[0], rows[1:])


def _preview(path: Path, mapping: TableMapping, zone: str) -> tuple[Any, str]:
    """The first rows, or the sentence that says what is missing."""
    try:
        options = services.ImportOptions(zone=zone).checked()
        return preview(path, mapping, options.for_importer().zone), ""
    except DomainError as refusal:
        return [], refusal.detail


def _request(
    request: HttpRequest, upload: ImportUpload, mapping: TableMapping, zone: str
) -> tuple[ImportRun | None, str]:
    options = services.ImportOptions(zone=zone, mapping=mapping.to_flat())
    try:
        run = services.import_request(
            by=actor_of(request), patient_id=upload.patient_id, upload_id=upload.id,
            importer=TABLE.code, options=options, dry_run=bool(request.POST.get("dry_run")),
        )  # fmt: skip
    except DomainError as refusal:
        return None, refusal.detail
    return run, ""
