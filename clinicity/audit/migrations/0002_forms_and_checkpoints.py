"""Seals say their form; copies of the checkpoints; who may insert which columns."""

from django.db import migrations, models

from clinicity.common.rls import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="auditseal",
            name="form",
            field=models.PositiveSmallIntegerField(db_default=1),
        ),
        migrations.CreateModel(
            name="AuditCheckpoint",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("line", models.TextField()),
            ],
        ),
        AppendOnly("audit_auditcheckpoint"),
        migrations.RunSQL(
            # The app can't say at which position or in which transaction an event was.
            sql="""
            CREATE INDEX audit_by_xact ON audit_auditevent (xact);
            REVOKE INSERT ON audit_auditevent FROM clinicity_app;
            GRANT INSERT (id, created_at, actor_id, actor_role, act, subject, subject_id,
                patient_id, outcome, details, request_id) ON audit_auditevent TO clinicity_app;
            REVOKE ALL ON audit_auditcheckpoint FROM clinicity_app;
            GRANT SELECT ON audit_auditcheckpoint TO clinicity_app;
            GRANT SELECT, INSERT ON audit_auditcheckpoint TO clinicity_sealer;
            GRANT USAGE ON SEQUENCE audit_auditcheckpoint_id_seq TO clinicity_sealer;
            """,
            reverse_sql="""
            DROP INDEX audit_by_xact;
            GRANT INSERT ON audit_auditevent TO clinicity_app;
            """,
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["created_at"], name="audit_by_time"),
        ),
    ]
