"""A pairing code leads to its patient before anybody is known to act for them."""

from django.db import migrations

# Row security hides codes from who acts for no patient yet. This tells one thing only:
# whose patient a code is for, to who knows the code, while it can still be used.
FUNCTION = """
CREATE FUNCTION clinicity_patient_of_pairing_code(wanted text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.patient_id FROM biometrics_pairingcode c
    JOIN patients_patient p ON p.id = c.patient_id AND p.deleted_at IS NULL
    WHERE c.code_index = wanted AND c.used_at IS NULL AND c.expires_at > clock_timestamp()
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("biometrics", "0002_wider_readings")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION clinicity_patient_of_pairing_code(text)")
    ]
