"""A patient's graph is drawn for those who work for them, from what the whole team shares."""

from django.db import migrations

from clinicity.common.rls import SecureTeamTable


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_initial"), ("patients", "0004_access")]
    operations = [SecureTeamTable(f"knowledge_{name}") for name in ("graphnode", "graphedge")]
