"""A row of the ledger in words."""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from biometrics.metrics import METRICS
from biometrics.models import IngestBatch
from biometrics.presenters.rooms import room
from biometrics.selectors.receipts import LedgerRow
from patients.models import Patient

SHOWN_REASONS = 200
SOURCES = {"api": gettext_lazy("the API"), "simulator": gettext_lazy("the simulator")}


def receipt_page(patient: Patient, row: LedgerRow) -> dict[str, Any]:
    """One receipt: the counts, what it holds, who sent it, and each refusal."""
    batch = row.batch
    return room(patient, "biometrics:data") | {
        "batch": batch,
        "sender": row.sender or _("a device or service"),
        "source": source_words(batch),
        "counts": _counts(row),
        "metrics": [METRICS[code].name if code in METRICS else code for code in batch.metrics],
        "first_at": _moment(batch.first_ms),
        "last_at": _moment(batch.last_ms),
        "reasons": row.reasons[:SHOWN_REASONS],
        "more_reasons": max(0, len(row.reasons) - SHOWN_REASONS),
    }


def source_words(batch: IngestBatch) -> str:
    """Through what the readings came."""
    return str(SOURCES.get(batch.source, batch.source.replace("_", " ")))


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
