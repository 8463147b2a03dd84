"""A row of the ledger in words."""

from datetime import UTC, datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from biometrics.metrics import METRICS
from biometrics.presenters.readings import tabs
from biometrics.selectors.receipts import LedgerRow
from patients.models import Patient

SHOWN_REASONS = 200
SOURCES = {"api": gettext_lazy("the API"), "simulator": gettext_lazy("the simulator")}


def receipt_page(patient: Patient, row: LedgerRow) -> dict[str, Any]:
    """One receipt: the counts, what it holds, who sent it, and each refusal."""
    batch = row.batch
    return {
        "patient": patient,
        "tabs": tabs(patient, ""),
        "batch": batch,
        "sender": row.sender or _("a device or service"),
        "source": SOURCES.get(batch.source, batch.source.replace("_", " ")),
        "counts": _counts(row),
        "metrics": [METRICS[code].name if code in METRICS else code for code in batch.metrics],
        "first_at": _moment(batch.first_ms),
        "last_at": _moment(batch.last_ms),
        "reasons": row.reasons[:SHOWN_REASONS],
        "more_reasons": max(0, len(row.reasons) - SHOWN_REASONS),
        "import_href": _import_href(batch.import_run_id),
    }


def _counts(row: LedgerRow) -> list[dict[str, Any]]:
    batch = row.batch
    return [
        {"label": _("Accepted"), "count": batch.accepted, "note": _("new and stored")},
        {
            "label": _("Duplicate"), "count": batch.duplicate,
            "note": _("already there with the same value"),
        },
        {
            "label": _("Corrected"), "count": batch.corrected,
            "note": _("already there, replaced by a new value"),
        },
        {"label": _("Rejected"), "count": batch.rejected, "note": _("not stored, see below")},
        {
            "label": _("Doubtful"), "count": batch.implausible,
            "note": _("stored, outside what is plausible"),
        },
    ]  # fmt: skip


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def _import_href(run_id: object) -> str:
    if run_id is None:
        return ""
    try:
        return reverse("biometrics:import", args=[run_id])
    except NoReverseMatch:
        return ""
