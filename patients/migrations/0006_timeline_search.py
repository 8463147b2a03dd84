"""Blind full text on the timeline, and how its entries read before each change.

Rows of before have no tokens yet: `manage.py rebuild_search_index` makes them.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import clinicity.common.ids
import clinicity.privacy.fields
from clinicity.common.rls import AppendOnly, SecurePatientItems

# Whoever may not see an entry may not see how it read before either.
WITH_THEIR_EVENT = """
CREATE POLICY patients_timelineeventversion_with_event ON patients_timelineeventversion
    AS RESTRICTIVE FOR SELECT
    USING (EXISTS (SELECT 1 FROM patients_timelineevent e WHERE e.id = event_id))
"""
WITHOUT_IT = """
DROP POLICY patients_timelineeventversion_with_event ON patients_timelineeventversion
"""
# `&&` isn't leakproof: behind a policy PostgreSQL would open every entry of the patient
# instead of asking the index. So the index is asked as its owner, for ids of patients whom
# the actor sees; the rows themselves are then read under their policies.
HOLDING = """
CREATE FUNCTION clinicity_timeline_holding(tokens bigint[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public AS $$
    SELECT id FROM patients_timelineevent
    WHERE search_tokens && tokens
      AND ((SELECT clinicity_sees_all()) OR patient_id IN (SELECT clinicity_visible_patients()))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0005_contacts"),
    ]

    operations = [
        migrations.CreateModel(
            name="TimelineEventVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=clinicity.common.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("author", "only its author"),
                            ("restricted", "those who treat"),
                            ("team", "the care team"),
                            ("released", "the care team and the patient"),
                        ],
                        default="released",
                        max_length=10,
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("edit", "edited"),
                            ("undo", "took the last change back"),
                            ("delete", "removed"),
                            ("restore", "put back"),
                            ("follow", "followed the row that it tells of"),
                        ],
                        max_length=10,
                    ),
                ),
                ("changed_by", models.UUIDField()),
                ("created_by", models.UUIDField()),
                ("kind", models.CharField(max_length=40)),
                ("occurred_at", models.DateTimeField()),
                ("title", clinicity.privacy.fields.EncryptedCharField()),
                ("body", clinicity.privacy.fields.EncryptedTextField(blank=True, default="")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveIndex(
            model_name="timelineevent",
            name="timeline_newest",
        ),
        migrations.AddField(
            model_name="timelineevent",
            name="search_scheme",
            field=models.CharField(blank=True, default="", max_length=16),
        ),
        migrations.AddField(
            model_name="timelineevent",
            name="search_tokens",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="timelineevent",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["patient", "-occurred_at", "-id"],
                include=("kind", "created_by", "visibility"),
                name="timeline_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="timelineevent",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["patient", "kind", "-occurred_at", "-id"],
                name="timeline_by_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="timelineevent",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_tokens"], name="timeline_search"
            ),
        ),
        migrations.AddIndex(
            model_name="timelineevent",
            index=models.Index(fields=["search_scheme", "id"], name="timeline_stale"),
        ),
        migrations.AddField(
            model_name="timelineeventversion",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.timelineevent",
            ),
        ),
        migrations.AddField(
            model_name="timelineeventversion",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.patient",
            ),
        ),
        migrations.AddConstraint(
            model_name="timelineeventversion",
            constraint=models.UniqueConstraint(
                fields=("event", "version"), name="timeline_version_once"
            ),
        ),
        SecurePatientItems("patients_timelineeventversion", author="created_by"),
        migrations.RunSQL(WITH_THEIR_EVENT, WITHOUT_IT),
        AppendOnly("patients_timelineeventversion"),
        migrations.RunSQL(HOLDING, "DROP FUNCTION clinicity_timeline_holding(bigint[])"),
    ]
