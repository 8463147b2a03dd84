"""Imports in words: how far, how fast, what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from biometrics.importers import IMPORTERS
from biometrics.metrics import METRICS
from biometrics.models import ImportRun, ImportUpload
from biometrics.selectors import ImportProgress
from biometrics.services import Receipt

TONES = {"done": "ok", "failed": "critical", "running": "info", "paused": "medium"}
ICONS = {"done": "check", "failed": "warning", "running": "refresh", "cancelled": "close"}
# What a person may wish of an import in each state.
WISHES: Mapping[str, tuple[str, ...]] = {
    "queued": ("pause", "cancel"),
    "running": ("pause", "cancel"),
    "paused": ("resume", "cancel"),
    "failed": ("resume", "retry", "cancel"),
}
REASONS_SHOWN = 200


@dataclass(frozen=True)
class Standing:
    """How an import stands, for a badge and, until it is settled, a bar."""

    import_id: UUID
    label: str
    tone: str
    icon: str
    permille: int
    position: int
    pace: str
    is_running: bool
    settled: bool


def standing_of(progress: ImportProgress) -> Standing:
    state = ImportRun.State(progress.state)
    return Standing(
        progress.import_id, str(state.label), TONES.get(state, ""), ICONS.get(state, "clock"),
        round(progress.progress * 1000), progress.position, _pace(progress),
        state == ImportRun.State.RUNNING, progress.settled,
    )  # fmt: skip


def standing_of_row(run: ImportRun) -> Standing:
    """The same from a list's row, where the pace isn't asked for."""
    state = ImportRun.State(run.state)
    return Standing(
        run.id, str(state.label), TONES.get(state, ""), ICONS.get(state, "clock"),
        round(run.progress * 1000), run.position, "", state == ImportRun.State.RUNNING,
        not run.is_open,
    )  # fmt: skip


def history_of(runs: Sequence[ImportRun], names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    return [
        {
            "run": run,
            "title": title_of(run.importer),
            "standing": standing_of_row(run),
            "found": sum(count for count, *_rest in run.found.values()),
            "who": names.get(run.requested_by, ""),
        }
        for run in runs
    ]


def upload_line(upload: ImportUpload) -> dict[str, Any]:
    """A file on the way or waiting, with what it seems to be."""
    return {
        "upload": upload,
        "percent": 100 * upload.received // upload.size,
        "formats": [title_of(code) for code in upload.formats],
        "others": [title_of(code) for code in upload.formats[1:]],
    }


def receipt_page(
    run: ImportRun, progress: ImportProgress, batches: Sequence[Receipt], who: str
) -> dict[str, Any]:
    """Everything that one import came to."""
    reasons = list(run.reasons or ())
    return {
        "run": run,
        "title": title_of(run.importer),
        "standing": standing_of(progress),
        "wishes": WISHES.get(run.state, ()),
        "who": who,
        "found": [_found(metric, *figures) for metric, figures in sorted(run.found.items())],
        "samples": sum(count for count, *_rest in run.found.values()),
        "ignored": sorted(run.ignored.items(), key=lambda item: (-item[1], item[0])),
        "reasons": reasons[:REASONS_SHOWN],
        "reasons_left": run.rejected - min(len(reasons), REASONS_SHOWN),
        "batches": batches,
        "options": run.options or {},
    }


def title_of(code: str) -> str:
    return IMPORTERS[code].title if code in IMPORTERS else code


def _found(code: str, count: int, first_ms: int, last_ms: int) -> dict[str, Any]:
    metric = METRICS.get(code)
    return {
        "name": metric.name if metric else code,
        "code": code,
        "count": count,
        "first_at": datetime.fromtimestamp(first_ms / 1000, UTC),
        "last_at": datetime.fromtimestamp(last_ms / 1000, UTC),
    }


def _pace(progress: ImportProgress) -> str:
    """How fast, and how long still, once there is a rate."""
    if progress.seconds_left is None:
        return ""
    rate = _("%s a second") % f"{progress.records_per_second:,.0f}"
    minutes = round(progress.seconds_left / 60)
    if minutes < 1:
        return f"{rate} · {_('less than a minute left')}"
    left = ngettext("about %d minute left", "about %d minutes left", minutes) % minutes
    return f"{rate} · {left}"
