"""Who may see which patient, as SQL that the first migration carries out.

Decided by one function, `clinicity_visible_patients()`: care-team membership by its
dates, and for a service the one patient that it names. Migrations 0002 and 0003 replaced it:
a scope may name several, and narrows what a person sees.
"""

from django.db.migrations import RunSQL

from clinicity.common.rls import SecurePatientTable

FUNCTIONS = """
CREATE FUNCTION clinicity_sees_all() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (
        SELECT 1 FROM accounts_user
        WHERE id = current_setting('clinicity.actor')::uuid AND is_active
          AND (role = 'admin'
               OR (role = 'service' AND current_setting('clinicity.scope') = 'all'))
    )
$$;

CREATE FUNCTION clinicity_visible_patients() RETURNS SETOF uuid
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
    SELECT current_setting('clinicity.scope')::uuid FROM accounts_user
    WHERE id = current_setting('clinicity.actor')::uuid AND role = 'service'
      AND current_setting('clinicity.scope') NOT IN ('', 'all')
$$;

-- A patient without any team yet takes their first member: who makes them, treats them.
CREATE FUNCTION clinicity_has_team(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM patients_careteammember WHERE patient_id = wanted)
        OR EXISTS (SELECT 1 FROM patients_patient WHERE id = wanted)
$$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION clinicity_has_team(uuid);
DROP FUNCTION clinicity_visible_patients();
DROP FUNCTION clinicity_sees_all();
"""
FIRST_MEMBER = """
CREATE POLICY patients_careteammember_first ON patients_careteammember FOR INSERT
    WITH CHECK (user_id = (SELECT current_setting('clinicity.actor')::uuid)
                AND NOT clinicity_has_team(patient_id))
"""
RECORDS = (
    "allergy", "careteammember", "condition", "encounter", "labresult", "medication",
    "medicationdose", "questionnaireresponse", "timelineevent",
)  # fmt: skip

ROW_SECURITY = [
    RunSQL(FUNCTIONS, DROP_FUNCTIONS),
    SecurePatientTable("patients_patient", column="id"),
    *[SecurePatientTable(f"patients_{name}") for name in RECORDS],
    RunSQL(
        FIRST_MEMBER,
        "DROP POLICY patients_careteammember_first ON patients_careteammember",
    ),
]
