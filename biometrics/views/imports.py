"""Pages of imports: a patient's list, what to do with a file, one import's receipt."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from biometrics import selectors, services
from biometrics.import_forms import ImportForm
from biometrics.importers import IMPORTERS
from biometrics.importers.table import TABLE
from biometrics.models import ImportRun, ImportUpload
from biometrics.presenters import imports as presenters
from biometrics.presenters.rooms import room
from clinicity.accounts.requests import actor_of
from clinicity.accounts.selectors import names_of
from clinicity.common import clock
from clinicity.common.exceptions import Conflict, DomainError, NotFound
from patients.access import patient_or_404

WISHES = {
    "pause": services.import_pause,
    "resume": services.import_resume,
    "cancel": services.import_cancel,
    "retry": services.import_retry,
}
UPLOADED_ROWS = 10


@require_GET
def of_patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Drop a file, and see what was imported before."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    page = selectors.imports_page(actor, patient_id, cursor=request.GET.get("cursor"), size=20)
    names = names_of(run.requested_by for run in page.items)
    context = room(patient, "biometrics:imports") | {
        "page": page,
        "rows": presenters.history_of(page.items, names),
        "uploads": [
            presenters.upload_line(upload)
            for upload in selectors.uploads_waiting(actor, patient_id)[:UPLOADED_ROWS]
        ],
        "formats": list(IMPORTERS.values()),
    }
    return render(request, "biometrics/imports.html", context)


@require_http_methods(["GET", "POST"])
def prepare(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """What the file is, whose, and of which clock; then import it."""
    upload = upload_or_404(request, upload_id)
    patient = patient_or_404(request, upload.patient_id)
    form = ImportForm(request.POST or None, upload=upload, initial={"zone": patient.time_zone})
    if form.is_valid():
        if form.cleaned_data["importer"] == TABLE.code:
            return redirect(_columns_url(upload.id, form.cleaned_data))
        if run := requested(request, upload, form, mapping={}):
            return redirect("biometrics:import", run.id)
    context = room(patient, "biometrics:imports") | {
        "line": presenters.upload_line(upload),
        "upload": upload,
        "form": form,
        "zones": clock.zone_names(),
    }
    status = 422 if form.errors else 200
    return render(request, "biometrics/import_prepare.html", context, status=status)


@require_GET
def run(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """One import: how far it is, and its receipt."""
    actor = actor_of(request)
    try:
        row = selectors.import_get(actor, import_id)
    except NotFound as error:
        raise Http404(error.detail) from error
    progress = selectors.import_progress(actor, import_id, now=clock.now())
    who = names_of([row.requested_by]).get(row.requested_by, "")
    batches = selectors.import_batches(actor, row)
    context = presenters.receipt_page(row, progress, batches, who)
    context |= room(patient_or_404(request, row.patient_id), "biometrics:imports")
    return render(request, "biometrics/import.html", context)


@require_GET
def standing(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """How far an import is: the fragment that live pages ask for again.

    When it has settled, the page around it says something else: it is loaded anew.
    """
    try:
        progress = selectors.import_progress(actor_of(request), import_id, now=clock.now())
    except NotFound as error:
        raise Http404(error.detail) from error
    context = {"standing": presenters.standing_of(progress)}
    answer = render(request, "biometrics/_import_standing.html", context)
    if progress.settled:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def wish(request: HttpRequest, import_id: UUID, act: str) -> HttpResponse:
    """Pause, resume, cancel or try again."""
    if act not in WISHES:
        raise Http404("There is no such act.")
    try:
        WISHES[act](by=actor_of(request), run_id=import_id)
    except NotFound as error:
        raise Http404(error.detail) from error
    except Conflict as refusal:
        messages.error(request, refusal.detail)
    return redirect("biometrics:import", import_id)


@require_POST
def store(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Import a file that was only checked, as it was checked."""
    actor = actor_of(request)
    checked = selectors.import_get(actor, import_id)
    if not checked.dry_run or not checked.file_key:
        raise Http404("This import stored its readings already.")
    try:
        made = services.import_request(
            by=actor, patient_id=checked.patient_id, upload_id=UUID(checked.file_key),
            importer=checked.importer, options=services.ImportOptions(**checked.options),
        )  # fmt: skip
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        return redirect("biometrics:import", import_id)
    return redirect("biometrics:import", made.id)


@require_POST
def upload_delete(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    upload = upload_or_404(request, upload_id)
    try:
        services.upload_remove(by=actor_of(request), upload_id=upload_id)
    except Conflict as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, _("The file was removed."))
    return redirect("biometrics:imports", upload.patient_id)


def upload_or_404(request: HttpRequest, upload_id: UUID) -> ImportUpload:
    try:
        return selectors.upload_get(actor_of(request), upload_id)
    except NotFound as error:
        raise Http404(error.detail) from error


def requested(
    request: HttpRequest, upload: ImportUpload, form: ImportForm, *, mapping: dict[str, str]
) -> ImportRun | None:
    """The import asked for; None with the refusal on the form."""
    said = form.cleaned_data
    options = services.ImportOptions(
        zone=said["zone"], person=said.get("person", ""), mapping=mapping
    )
    try:
        return services.import_request(
            by=actor_of(request), patient_id=upload.patient_id, upload_id=upload.id,
            importer=said["importer"], options=options, dry_run=said["dry_run"],
        )  # fmt: skip
    except DomainError as refusal:
        form.add_error(_field_of(refusal, form), refusal.detail)
        return None


def _field_of(refusal: DomainError, form: ImportForm) -> str | None:
    """The field that a refusal is about; none where it is about the file."""
    if "people" in refusal.extra and "person" in form.fields:
        return "person"
    return "zone" if "time zone" in refusal.detail else None


def _columns_url(upload_id: UUID, said: dict[str, Any]) -> str:
    """The page of a table's columns, with what was said so far."""
    kept = urlencode({"zone": said["zone"]} | ({"dry_run": "on"} if said["dry_run"] else {}))
    return f"{reverse('biometrics:import_columns', args=[upload_id])}?{kept}"
