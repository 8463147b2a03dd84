"""Pages about the data itself: what arrived, what was measured when, one receipt."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from biometrics.presenters import calendar
from biometrics.presenters import receipts as receipt_presenters
from biometrics.selectors.coverage import coverage
from biometrics.selectors.receipts import ledger_page, ledger_row
from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from patients.access import patient_or_404

SPANS = {"30": 30, "90": 90, "365": 365}
RECEIPTS = 10


@require_GET
def data(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Coverage by day, gaps, devices with their last sync, and receipts."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    found = coverage(
        actor, patient_id, days=SPANS.get(request.GET.get("days", ""), 365),
        last=clock.now().astimezone(ZoneInfo(patient.time_zone)).date(),
    )  # fmt: skip
    rows = ledger_page(actor, patient_id, cursor=request.GET.get("cursor"), size=RECEIPTS)
    context = calendar.data_page(patient, found, rows, request.GET.get("metric", ""))
    return render(request, "biometrics/data.html", context)


@require_GET
def receipt(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """One row of the ledger."""
    row = ledger_row(actor_of(request), batch_id)
    patient = patient_or_404(request, row.batch.patient_id)
    context = receipt_presenters.receipt_page(patient, row)
    return render(request, "biometrics/receipt.html", context)
