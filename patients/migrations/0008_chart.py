"""The chart under versions, visits as appointments, genetics, the safety plan.

A protected field is added without a default: what stands in old rows can't be sealed here.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import clinicity.common.ids
import clinicity.privacy.fields
from clinicity.common.rls import AppendOnly, SecurePatientItems, SecureTeamTable


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0007_questionnaires"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChartVersion",
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
                ("item", models.CharField(max_length=20)),
                ("row_id", models.UUIDField()),
                ("version", models.PositiveIntegerField()),
                ("act", models.CharField(max_length=20)),
                ("reason", clinicity.privacy.fields.EncryptedTextField(blank=True, default="")),
                ("state", clinicity.privacy.fields.EncryptedJSONField(default=dict)),
                ("changed_by", models.UUIDField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="GeneticResult",
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
                ("recorded_by", models.UUIDField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(null=True)),
                ("entered_in_error_at", models.DateTimeField(null=True)),
                ("entered_in_error_by", models.UUIDField(null=True)),
                ("gene", clinicity.privacy.fields.EncryptedCharField()),
                (
                    "diplotype",
                    clinicity.privacy.fields.EncryptedCharField(blank=True, default=""),
                ),
                ("phenotype", clinicity.privacy.fields.EncryptedCharField()),
                ("laboratory", clinicity.privacy.fields.EncryptedCharField()),
                ("method", clinicity.privacy.fields.EncryptedCharField(blank=True, default="")),
                ("tested_on", clinicity.privacy.fields.EncryptedDateField()),
                ("document_id", models.UUIDField(null=True)),
                ("note", clinicity.privacy.fields.EncryptedTextField(blank=True, default="")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SafetyPlan",
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
                ("steps", clinicity.privacy.fields.EncryptedJSONField(default=dict)),
                ("note", clinicity.privacy.fields.EncryptedTextField(blank=True, default="")),
                ("made_by", models.UUIDField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="allergy",
            name="changed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="allergy",
            name="clinical_status",
            field=models.CharField(
                choices=[
                    ("active", "active"),
                    ("remission", "in remission"),
                    ("resolved", "resolved"),
                ],
                default="active",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="allergy",
            name="criticality",
            field=models.CharField(
                choices=[("low", "low"), ("high", "high"), ("unable-to-assess", "not known")],
                default="unable-to-assess",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="allergy",
            name="entered_in_error_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="allergy",
            name="entered_in_error_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="allergy",
            name="note",
            field=clinicity.privacy.fields.EncryptedTextField(null=True),
        ),
        migrations.AlterField(
            model_name="allergy",
            name="note",
            field=clinicity.privacy.fields.EncryptedTextField(
                blank=True, default="", null=True
            ),
        ),
        migrations.AddField(
            model_name="allergy",
            name="onset_on",
            field=clinicity.privacy.fields.EncryptedDateField(null=True),
        ),
        migrations.AddField(
            model_name="allergy",
            name="verification_status",
            field=models.CharField(
                choices=[
                    ("confirmed", "confirmed"),
                    ("provisional", "provisional"),
                    ("differential", "differential"),
                    ("unconfirmed", "unconfirmed"),
                    ("refuted", "refuted"),
                ],
                default="confirmed",
                max_length=14,
            ),
        ),
        migrations.AddField(
            model_name="allergy",
            name="version",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="condition",
            name="abated_on",
            field=clinicity.privacy.fields.EncryptedDateField(null=True),
        ),
        migrations.AddField(
            model_name="condition",
            name="changed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="condition",
            name="clinical_status",
            field=models.CharField(
                choices=[
                    ("active", "active"),
                    ("remission", "in remission"),
                    ("resolved", "resolved"),
                ],
                default="active",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="condition",
            name="entered_in_error_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="condition",
            name="entered_in_error_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="condition",
            name="note",
            field=clinicity.privacy.fields.EncryptedTextField(null=True),
        ),
        migrations.AlterField(
            model_name="condition",
            name="note",
            field=clinicity.privacy.fields.EncryptedTextField(
                blank=True, default="", null=True
            ),
        ),
        migrations.AddField(
            model_name="condition",
            name="verification_status",
            field=models.CharField(
                choices=[
                    ("confirmed", "confirmed"),
                    ("provisional", "provisional"),
                    ("differential", "differential"),
                    ("unconfirmed", "unconfirmed"),
                    ("refuted", "refuted"),
                ],
                default="confirmed",
                max_length=14,
            ),
        ),
        migrations.AddField(
            model_name="condition",
            name="version",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="encounter",
            name="booked",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="encounter",
            name="changed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="encounter",
            name="entered_in_error_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="encounter",
            name="entered_in_error_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="encounter",
            name="participant_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="encounter",
            name="participants",
            field=clinicity.privacy.fields.EncryptedJSONField(null=True),
        ),
        migrations.AlterField(
            model_name="encounter",
            name="participants",
            field=clinicity.privacy.fields.EncryptedJSONField(default=list, null=True),
        ),
        migrations.AddField(
            model_name="encounter",
            name="place",
            field=clinicity.privacy.fields.EncryptedCharField(null=True),
        ),
        migrations.AlterField(
            model_name="encounter",
            name="place",
            field=clinicity.privacy.fields.EncryptedCharField(
                blank=True, default="", null=True
            ),
        ),
        migrations.AddField(
            model_name="encounter",
            name="sequence",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="encounter",
            name="status_reason",
            field=clinicity.privacy.fields.EncryptedTextField(null=True),
        ),
        migrations.AlterField(
            model_name="encounter",
            name="status_reason",
            field=clinicity.privacy.fields.EncryptedTextField(
                blank=True, default="", null=True
            ),
        ),
        migrations.AddField(
            model_name="encounter",
            name="uid_index",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="encounter",
            name="version",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="labresult",
            name="changed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="labresult",
            name="critical_high",
            field=models.DecimalField(decimal_places=5, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name="labresult",
            name="critical_low",
            field=models.DecimalField(decimal_places=5, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name="labresult",
            name="entered_in_error_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="labresult",
            name="entered_in_error_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="labresult",
            name="interpretation",
            field=clinicity.privacy.fields.EncryptedCharField(null=True),
        ),
        migrations.AlterField(
            model_name="labresult",
            name="interpretation",
            field=clinicity.privacy.fields.EncryptedCharField(
                blank=True, default="", null=True
            ),
        ),
        migrations.AddField(
            model_name="labresult",
            name="laboratory",
            field=clinicity.privacy.fields.EncryptedCharField(null=True),
        ),
        migrations.AlterField(
            model_name="labresult",
            name="laboratory",
            field=clinicity.privacy.fields.EncryptedCharField(
                blank=True, default="", null=True
            ),
        ),
        migrations.AddField(
            model_name="labresult",
            name="note",
            field=clinicity.privacy.fields.EncryptedTextField(null=True),
        ),
        migrations.AlterField(
            model_name="labresult",
            name="note",
            field=clinicity.privacy.fields.EncryptedTextField(
                blank=True, default="", null=True
            ),
        ),
        migrations.AddField(
            model_name="labresult",
            name="specimen",
            field=clinicity.privacy.fields.EncryptedCharField(null=True),
        ),
        migrations.AlterField(
            model_name="labresult",
            name="specimen",
            field=clinicity.privacy.fields.EncryptedCharField(
                blank=True, default="", null=True
            ),
        ),
        migrations.AddField(
            model_name="labresult",
            name="version",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="medication",
            name="changed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="medication",
            name="entered_in_error_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="medication",
            name="entered_in_error_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="medication",
            name="instructions",
            field=clinicity.privacy.fields.EncryptedTextField(null=True),
        ),
        migrations.AlterField(
            model_name="medication",
            name="instructions",
            field=clinicity.privacy.fields.EncryptedTextField(
                blank=True, default="", null=True
            ),
        ),
        migrations.AddField(
            model_name="medication",
            name="note",
            field=clinicity.privacy.fields.EncryptedTextField(null=True),
        ),
        migrations.AlterField(
            model_name="medication",
            name="note",
            field=clinicity.privacy.fields.EncryptedTextField(
                blank=True, default="", null=True
            ),
        ),
        migrations.AddField(
            model_name="medication",
            name="replaces_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="medication",
            name="status",
            field=models.CharField(
                choices=[
                    ("active", "active"),
                    ("intended", "intended"),
                    ("on-hold", "on hold"),
                    ("stopped", "stopped"),
                    ("completed", "completed"),
                ],
                default="active",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="medication",
            name="stop_reason",
            field=clinicity.privacy.fields.EncryptedTextField(null=True),
        ),
        migrations.AlterField(
            model_name="medication",
            name="stop_reason",
            field=clinicity.privacy.fields.EncryptedTextField(
                blank=True, default="", null=True
            ),
        ),
        migrations.AddField(
            model_name="medication",
            name="times",
            field=clinicity.privacy.fields.EncryptedJSONField(null=True),
        ),
        migrations.AlterField(
            model_name="medication",
            name="times",
            field=clinicity.privacy.fields.EncryptedJSONField(default=list, null=True),
        ),
        migrations.AddField(
            model_name="medication",
            name="version",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="medicationdose",
            name="version",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name="encounter",
            name="status",
            field=models.CharField(
                choices=[
                    ("proposed", "proposed"),
                    ("planned", "planned"),
                    ("arrived", "arrived"),
                    ("in_progress", "under way"),
                    ("finished", "finished"),
                    ("cancelled", "cancelled"),
                    ("noshow", "did not come"),
                ],
                default="planned",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="allergy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("entered_in_error_at__isnull", True),
                        ("entered_in_error_by__isnull", True),
                    ),
                    models.Q(
                        ("entered_in_error_at__isnull", False),
                        ("entered_in_error_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="allergy_error_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="condition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("entered_in_error_at__isnull", True),
                        ("entered_in_error_by__isnull", True),
                    ),
                    models.Q(
                        ("entered_in_error_at__isnull", False),
                        ("entered_in_error_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="condition_error_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="encounter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("entered_in_error_at__isnull", True),
                        ("entered_in_error_by__isnull", True),
                    ),
                    models.Q(
                        ("entered_in_error_at__isnull", False),
                        ("entered_in_error_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="encounter_error_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="encounter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("uid_index", ""), _negated=True),
                fields=("patient", "uid_index"),
                name="visit_once_a_uid",
            ),
        ),
        migrations.AddConstraint(
            model_name="encounter",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gte", models.F("starts_at"))),
                name="visit_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="labresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("entered_in_error_at__isnull", True),
                        ("entered_in_error_by__isnull", True),
                    ),
                    models.Q(
                        ("entered_in_error_at__isnull", False),
                        ("entered_in_error_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="labresult_error_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="medication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("entered_in_error_at__isnull", True),
                        ("entered_in_error_by__isnull", True),
                    ),
                    models.Q(
                        ("entered_in_error_at__isnull", False),
                        ("entered_in_error_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="medication_error_by_someone",
            ),
        ),
        migrations.AddField(
            model_name="chartversion",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.patient",
            ),
        ),
        migrations.AddField(
            model_name="geneticresult",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.patient",
            ),
        ),
        migrations.AddField(
            model_name="safetyplan",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.patient",
            ),
        ),
        migrations.AddConstraint(
            model_name="chartversion",
            constraint=models.UniqueConstraint(
                fields=("patient", "id"), name="chartversion_by_patient"
            ),
        ),
        migrations.AddConstraint(
            model_name="chartversion",
            constraint=models.UniqueConstraint(
                fields=("patient", "item", "row_id", "version"), name="chart_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="geneticresult",
            constraint=models.UniqueConstraint(
                fields=("patient", "id"), name="geneticresult_by_patient"
            ),
        ),
        migrations.AddConstraint(
            model_name="geneticresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("entered_in_error_at__isnull", True),
                        ("entered_in_error_by__isnull", True),
                    ),
                    models.Q(
                        ("entered_in_error_at__isnull", False),
                        ("entered_in_error_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="geneticresult_error_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="safetyplan",
            constraint=models.UniqueConstraint(
                fields=("patient", "id"), name="safetyplan_by_patient"
            ),
        ),
        migrations.AddConstraint(
            model_name="safetyplan",
            constraint=models.UniqueConstraint(
                fields=("patient", "version"), name="safety_plan_version"
            ),
        ),
        # What a row said before is read by those who treat; the row itself by its visibility.
        SecureTeamTable("patients_chartversion"),
        AppendOnly("patients_chartversion"),
        SecurePatientItems("patients_geneticresult"),
        SecurePatientItems("patients_safetyplan", "made_by"),
        AppendOnly("patients_safetyplan"),
    ]
