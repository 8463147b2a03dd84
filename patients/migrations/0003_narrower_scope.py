"""A scope narrows what a person sees as well: to the patients that it names.

Without it, each statement on a patient's rows lists everyone whom the actor may see, and
what that costs grows with the actor's patients.
"""

from django.db import migrations

NARROWER = """
CREATE OR REPLACE FUNCTION clinicity_visible_patients() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.patient_id FROM patients_careteammember m
    JOIN accounts_user u ON u.id = m.user_id AND u.is_active
    WHERE m.user_id = current_setting('clinicity.actor')::uuid
      AND m.starts_at <= clock_timestamp()
      AND (m.ends_at IS NULL OR m.ends_at > clock_timestamp())
      AND current_setting('clinicity.scope') IN ('', 'all')
    UNION
    SELECT m.patient_id
    FROM unnest(string_to_array(nullif(current_setting('clinicity.scope'), 'all'), ',')::uuid[]) AS named (id)
    JOIN patients_careteammember m ON m.patient_id = named.id
    JOIN accounts_user u ON u.id = m.user_id AND u.is_active
    WHERE m.user_id = current_setting('clinicity.actor')::uuid
      AND m.starts_at <= clock_timestamp()
      AND (m.ends_at IS NULL OR m.ends_at > clock_timestamp())
    UNION
    SELECT p.id FROM patients_patient p
    WHERE p.user_id = current_setting('clinicity.actor')::uuid
    UNION
    SELECT unnest(string_to_array(current_setting('clinicity.scope'), ','))::uuid FROM accounts_user
    WHERE id = current_setting('clinicity.actor')::uuid AND role = 'service'
      AND current_setting('clinicity.scope') NOT IN ('', 'all')
$$;
"""
WIDER = """
CREATE OR REPLACE FUNCTION clinicity_visible_patients() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.patient_id FROM patients_careteammember m
    JOIN accounts_user u ON u.id = m.user_id AND u.is_active
    WHERE m.user_id = current_setting('clinicity.actor')::uuid
      AND m.starts_at <= clock_timestamp()
      AND (m.ends_at IS NULL OR m.ends_at > clock_timestamp())
    UNION
    SELECT p.id FROM patients_patient p
    WHERE p.user_id = current_setting('clinicity.actor')::uuid
    UNION
    SELECT unnest(string_to_array(current_setting('clinicity.scope'), ','))::uuid
    FROM accounts_user
    WHERE id = current_setting('clinicity.actor')::uuid AND role = 'service'
      AND current_setting('clinicity.scope') NOT IN ('', 'all')
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("patients", "0002_wider_readings")]
    operations = [migrations.RunSQL(NARROWER, WIDER)]
