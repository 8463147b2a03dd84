"""The ledger lets a redaction through, and from here on the erasure of the whole person."""

from importlib import import_module

from django.db import migrations

REDACTION = import_module("biometrics.migrations.0002_wider_readings").REDACTION
# The function alone: its trigger stands.
BEFORE = REDACTION[
    REDACTION.index("CREATE FUNCTION") : REDACTION.index("DROP TRIGGER")
].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
FORGETS = """BEGIN
    IF clinicity_forgets(TG_RELID, TG_OP) THEN
        RETURN OLD;
    END IF;
"""


class Migration(migrations.Migration):
    dependencies = [("biometrics", "0005_leaner_leaves"), ("patients", "0010_removal")]

    operations = [migrations.RunSQL(BEFORE.replace("BEGIN\n", FORGETS, 1), BEFORE)]
