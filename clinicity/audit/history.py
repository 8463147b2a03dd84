"""The field-level history beside the trail (django-auditlog): which fields changed.

Every model of a patient keeps it, by what its `class Privacy` declares: protected fields are
masked, keyed hashes of them left out. Models that are machines' work keep none, and say why.
"""

from auditlog.registry import auditlog
from django.apps import apps
from django.db.models import Model

from clinicity.common.middleware import request_id

# Its own history, or made again from others that have one.
WITHOUT: dict[str, str] = {
    "patients.ChartVersion": "is the history of the chart's rows",
    "patients.TimelineEventVersion": "is the history of the timeline's entries",
    "patients.QuestionnaireDraft": "is thrown away when the questionnaire is finished",
    "biometrics.IngestBatch": "the ledger is append-only",
    "biometrics.ReadingSegment": "is made from the ledger",
    "biometrics.Rollup": "is made from the ledger",
    "biometrics.LatestReading": "is made from the ledger",
    "biometrics.ImportRun": "counts what it reads; its rows of the ledger are its history",
    "biometrics.ImportUpload": "counts the parts of a file as they come",
    "documents.DocumentPage": "is made from its document",
    "documents.Chunk": "is made from its document",
    "alerts.RuleCheck": "counts the runs of the rules",
    "alerts.Alert": "its events are its history",
    "alerts.AlertEvent": "is append-only, and the history of alerts",
    "agents.Turn": "its events are its history",
    "agents.TurnEvent": "is append-only, and the history of a turn",
    "agents.AnswerSentence": "is append-only",
    "agents.Citation": "is append-only",
    "agents.NoteRevision": "is append-only, and the history of a note",
    "twins.TwinSnapshot": "never changes",
}
# Keyed hashes of protected values, and marks of how they were made.
HASHES = ("index", "search_tokens", "search_scheme", "token_hash")


def clinical_models() -> list[type[Model]]:
    """Patients, and every model that belongs to one."""
    patient = apps.get_model("patients.Patient")
    return [
        model
        for model in apps.get_models()
        if model is patient
        or any(field.related_model is patient for field in model._meta.concrete_fields)
    ]


def register_all() -> None:
    """Keep the history of each clinical model that isn't one itself."""
    for model in clinical_models():
        if model._meta.label not in WITHOUT:
            fields = [field.name for field in model._meta.concrete_fields]
            auditlog.register(
                model,
                mask_fields=list(model.Privacy.protected),  # type: ignore[attr-defined]
                exclude_fields=[name for name in fields if name.endswith(HASHES)],
            )


def cid() -> str | None:
    """An entry carries the id of its request, under which the trail says who it was."""
    return request_id.get() or None
