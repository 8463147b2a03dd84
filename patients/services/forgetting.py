"""The stores of this app that a removal goes through, and how any app's tables are emptied."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from clinicity.accounts.acting import acting_as
from clinicity.accounts.erasure import account_erase, answers_count, answers_forget
from clinicity.common import redis_keys
from clinicity.common.actors import Actor
from clinicity.privacy.pseudonyms import pseudonym
from patients.models import Patient, TimelineEvent
from patients.services.removal import LAST, Plan, Store, removal_carry_out
from patients.services.timeline_index import timeline_index_forget

# What a person's erasure leaves: who decided what, when, and that somebody was here.
KEPT_TABLES = frozenset(
    f"patients_{name}"
    for name in ("patient", "consent", "removal", "removalstep", "deletionreport", "legalhold",
                 "patientalias")
)  # fmt: skip


def patients_forget(*, by: Actor, patient_id: UUID, removal_id: UUID) -> None:
    """Go through this app's stores, once every other app is through."""
    removal_carry_out(by=by, patient_id=patient_id, removal_id=removal_id, part=LAST, plan=PLAN)


def tables(app: str) -> list[str]:
    """Every table of an app whose rows name a patient and don't outlive them."""
    found = [
        model._meta.db_table
        for model in apps.get_app_config(app).get_models()
        if any(field.column == "patient_id" for field in model._meta.concrete_fields)
    ]
    return sorted(set(found) - KEPT_TABLES)


def rows_store(app: str) -> Store:
    """All rows of an app's tables about a patient, gone in one transaction."""
    places = tables(app)
    return Store(
        "rows",
        lambda by, subject: rows_count(by=by, subject=subject, places=places),
        lambda by, subject: rows_forget(by=by, subject=subject, places=places),
    )


def rows_count(*, by: Actor, subject: UUID, places: Sequence[str]) -> Mapping[str, int]:
    with acting_as(by, subject), connection.cursor() as cursor:
        return {place: _count(cursor, place, subject) for place in places}


def rows_forget(*, by: Actor, subject: UUID, places: Sequence[str]) -> None:
    """Through the database's own function: append-only tables let no row go otherwise."""
    with acting_as(by, subject), connection.cursor() as cursor:
        for place in places:
            cursor.execute("SELECT clinicity_forget(%s, %s)", [subject, place])


def queryset_store(name: str, *querysets: type[models.Model], **wanted: object) -> Store:
    """Rows that the app may delete by itself, children first."""

    def count(by: Actor, subject: UUID) -> Mapping[str, int]:
        with acting_as(by, subject):
            return {
                model._meta.model_name or "": _mine(model, subject, wanted).count()
                for model in querysets
            }

    def remove(by: Actor, subject: UUID) -> None:
        with acting_as(by, subject):
            for model in querysets:
                _mine(model, subject, wanted).delete()

    return Store(name, count, remove)


def redis_store() -> Store:
    """Keys in Redis that name the patient by id or pseudonym."""
    return Store(
        "redis",
        lambda by, subject: {"keys": len(redis_keys.naming(markers(subject)))},
        lambda by, subject: redis_keys.remove(markers(subject)),
    )


def markers(subject: UUID) -> list[str]:
    """What a patient is called where no name may go."""
    return [str(subject), pseudonym(subject)]


def _mine(
    model: type[models.Model], subject: UUID, wanted: Mapping[str, object]
) -> models.QuerySet[models.Model]:
    return model._default_manager.filter(patient_id=subject, **wanted)


def _count(cursor: object, place: str, subject: UUID) -> int:
    cursor.execute(  # type: ignore[attr-defined]
        f"SELECT count(*) FROM {place} WHERE patient_id = %s",  # noqa: S608  (a model's table)
        [subject],
    )
    return int(cursor.fetchone()[0])  # type: ignore[attr-defined]


def _tokens_count(by: Actor, subject: UUID) -> Mapping[str, int]:
    with acting_as(by, subject):
        rows = TimelineEvent.objects.filter(patient_id=subject).exclude(search_tokens=[])
        return {"entries": rows.count()}


def _tokens_forget(by: Actor, subject: UUID) -> None:
    timeline_index_forget(by=by, patient_id=subject)


def _account_count(by: Actor, subject: UUID) -> Mapping[str, int]:
    with acting_as(by, subject):
        return {"accounts": Patient.objects.filter(id=subject, user__isnull=False).count()}


def _account_erase(by: Actor, subject: UUID) -> None:
    """The person's own sign-in: a proxy's is another person's."""
    with acting_as(by, subject):
        rows = Patient.objects.filter(id=subject)
        for user_id in rows.filter(user__isnull=False).values_list("user_id", flat=True):
            account_erase(by=by, user_id=user_id)
        rows.update(user=None)


def _name_count(by: Actor, subject: UUID) -> Mapping[str, int]:
    with acting_as(by, subject), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM patients_patient WHERE id = %s"
            " AND (first_name <> '' OR cardinality(search_index) > 0)",
            [subject],
        )
        return {"demographics": int(cursor.fetchone()[0])}


def _name_forget(by: Actor, subject: UUID) -> None:
    with acting_as(by, subject), connection.cursor() as cursor:
        cursor.execute("SELECT clinicity_entomb(%s)", [subject])


def _answers_count(by: Actor, subject: UUID) -> Mapping[str, int]:
    return {"answers": answers_count(str(subject))}


def _answers_forget(by: Actor, subject: UUID) -> None:
    answers_forget(str(subject))


TOKENS = Store("search", _tokens_count, _tokens_forget)
PLAN: Plan = {
    "care": (TOKENS, redis_store()),
    "erasure": (
        rows_store("patients"),
        Store("account", _account_count, _account_erase),
        Store("name", _name_count, _name_forget),
        Store("answers", _answers_count, _answers_forget),
        redis_store(),
    ),
}
