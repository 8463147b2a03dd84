"""Pages of documents: lists with live progress, and the viewer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinicity.accounts.requests import actor_of
from clinicity.common.exceptions import Conflict, DomainError, NotFound
from documents import presenters, selectors, services
from documents.access import document_or_404
from documents.forms import UploadForm
from documents.models import Document
from documents.selectors import Passage
from documents.uploads import demand_announced_size
from patients.access import patient_or_404
from patients.models import Patient

PANEL_ROWS = 6


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Documents of all the actor's patients, newest first."""
    page = selectors.documents_page(actor_of(request), cursor=request.GET.get("cursor"))
    return render(request, "documents/list.html", {"page": page, "rows": _rows(page.items)})


@require_http_methods(["GET", "POST"])
def of_patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """One patient's documents, and the form that adds one."""
    patient = patient_or_404(request, patient_id)
    form = UploadForm()
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid() and _uploaded(request, patient, form):
            return redirect("documents:of_patient", patient_id)
    page = selectors.documents_page(
        actor_of(request), patient_id, cursor=request.GET.get("cursor")
    )
    context = {"patient": patient, "page": page, "rows": _rows(page.items), "form": form}
    status = 422 if form.errors else 200
    return render(request, "documents/patient.html", context, status=status)


@require_GET
def panel(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The newest few, as a panel of the patient's overview."""
    patient = patient_or_404(request, patient_id)
    page = selectors.documents_page(actor_of(request), patient_id, size=PANEL_ROWS)
    context = {"patient": patient, "rows": _rows(page.items)}
    return render(request, "documents/_panel.html", context)


@require_GET
def standing(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """How far a document is: the fragment that live pages ask for again."""
    try:
        progress = selectors.document_progress(actor_of(request), document_id)
    except NotFound as error:
        raise Http404(error.detail) from error
    context = {"standing": presenters.standing_of(progress)}
    return render(request, "documents/_standing.html", context)


@require_GET
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The viewer: one page's picture, and the cited passage lit on it."""
    row = document_or_404(request, document_id)
    passage = _passage(request, row)
    number = _number(request, row, passage)
    pages = selectors.document_pages(actor_of(request), document_id)
    read = {page.number: page for page in pages}
    context = {
        "document": row,
        "patient": patient_or_404(request, row.patient_id),
        "standing": presenters.standing_of_row(row),
        "number": number,
        "before": number - 1 if number > 1 else None,
        "after": number + 1 if number < row.page_count else None,
        "sheet": presenters.sheet_of(read[number], passage) if number in read else None,
        "passage": passage,
    }
    return render(request, "documents/document.html", context)


@require_GET
@cache_control(private=True, max_age=300)
def page_image(request: HttpRequest, document_id: UUID, number: int) -> HttpResponse:
    try:
        image = selectors.page_image(actor_of(request), document_id, number)
    except NotFound as error:
        raise Http404(error.detail) from error
    return HttpResponse(image, content_type="image/png")


@require_POST
def accept(request: HttpRequest, document_id: UUID) -> HttpResponse:
    document_or_404(request, document_id)
    try:
        services.document_accept(by=actor_of(request), document_id=document_id)
    except Conflict as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, _("Kept in this chart. It is being read on."))
    return redirect("documents:document", document_id)


@require_POST
def retry(request: HttpRequest, document_id: UUID) -> HttpResponse:
    document_or_404(request, document_id)
    try:
        services.document_retry(by=actor_of(request), document_id=document_id)
    except Conflict as refusal:
        messages.error(request, refusal.detail)
    return redirect("documents:document", document_id)


@require_POST
def delete(request: HttpRequest, document_id: UUID) -> HttpResponse:
    row = document_or_404(request, document_id)
    services.document_delete(by=actor_of(request), document_id=document_id)
    messages.success(request, _("The document and everything made of it were deleted."))
    return redirect("documents:of_patient", row.patient_id)


def _uploaded(request: HttpRequest, patient: Patient, form: UploadForm) -> Document | None:
    """The document taken in; None with the refusal on the form."""
    values = dict(form.cleaned_data)
    file = values.pop("file")
    try:
        demand_announced_size(request.META)
        return services.document_upload(
            by=actor_of(request), patient_id=patient.id, filename=file.name,
            content=file.read(), **values,
        )  # fmt: skip
    except DomainError as refusal:
        form.add_error("file", refusal.detail)
        return None


def _rows(documents: Any) -> list[dict[str, Any]]:
    return [{"document": row, "standing": presenters.standing_of_row(row)} for row in documents]


def _passage(request: HttpRequest, row: Document) -> Passage | None:
    """The passage that `?chunk=` cites, when it is one of this document."""
    try:
        passage = selectors.chunk_get(actor_of(request), UUID(request.GET.get("chunk", "")))
    except (ValueError, NotFound):
        return None
    return passage if passage.document_id == row.id else None


def _number(request: HttpRequest, row: Document, passage: Passage | None) -> int:
    asked = request.GET.get("page", "")
    wanted = int(asked) if asked.isdigit() else passage.page if passage else 1
    if not 1 <= wanted <= row.page_count:
        raise Http404("There is no such page.")
    return wanted
