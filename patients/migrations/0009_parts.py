"""Earlier versions and doses are seen by whoever sees the row that they belong to."""

from django.db import migrations

from clinicity.common.rls import SecureParts, SecureVersions

ROWS = {
    "condition": "patients_condition",
    "allergy": "patients_allergy",
    "medication": "patients_medication",
    "lab": "patients_labresult",
    "genetic": "patients_geneticresult",
    "encounter": "patients_encounter",
}


class Migration(migrations.Migration):
    dependencies = [("patients", "0008_chart")]
    operations = [
        SecureVersions("patients_chartversion", "item", ROWS),
        SecureParts("patients_medicationdose", "patients_medication", "medication_id"),
    ]
