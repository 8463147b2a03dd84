"""Whom an actor reaches, as the SQL functions that row security's policies call.

`visible`: everyone of whom the actor may see anything; `team`: those for whom they work
(care team between its dates, break-glass, a service's scope); `treated`: those of them whom
they treat, not cover or coordinate. A scope narrows a person, and is all that a service has.
Records that were merged into one come with it.
"""

from collections.abc import Sequence

MEMBERS = """
SELECT m.patient_id FROM {source} m
WHERE m.user_id = me AND m.starts_at <= clock_timestamp() AND {until}{treats}{named}
"""
TEAM_UNTIL = "(m.ends_at IS NULL OR m.ends_at > clock_timestamp())"
GLASS_UNTIL = "m.ends_at > clock_timestamp()"
TREATS = " AND m.part = 'treats'"
ONLY_NAMED = " AND (named IS NULL OR m.patient_id = ANY(named))"
NAMED = " AND m.patient_id = ANY(named)"
SELF = """
SELECT p.id FROM patients_patient p
WHERE p.user_id = me AND (named IS NULL OR p.id = ANY(named))
"""
FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    me uuid := current_setting('clinicity.actor')::uuid;
    scope text := current_setting('clinicity.scope');
    part text;
    named uuid[];
BEGIN
    SELECT role INTO part FROM accounts_user WHERE id = me AND is_active;
    IF scope NOT IN ('', 'all') THEN
        named := string_to_array(scope, ',')::uuid[];
    END IF;
    IF part = 'service' THEN
        RETURN QUERY SELECT unnest(named)
            UNION SELECT a.merged_id FROM patients_patientalias a
            WHERE a.patient_id = ANY(named) AND a.undone_at IS NULL;
    ELSIF part IN ('clinician', 'coordinator') THEN
        IF named IS NULL THEN
            {all_of_mine}
        ELSE
            {named_of_mine}
        END IF;
    {others}
    END IF;
END
$$;
"""
WITH_MERGED = """RETURN QUERY
            WITH mine (id) AS ({mine})
            SELECT id FROM mine UNION SELECT a.merged_id FROM patients_patientalias a
            WHERE a.patient_id IN (SELECT id FROM mine) AND a.undone_at IS NULL;"""
PROXY = MEMBERS.format(source="patients_proxy", until=TEAM_UNTIL, treats="", named=ONLY_NAMED)
OTHERS = f"""ELSIF part = 'patient' THEN
        {WITH_MERGED.format(mine=SELF)}
    ELSIF part = 'proxy' THEN
        {WITH_MERGED.format(mine=PROXY)}"""


def _mine(*, treats: str, named: str) -> str:
    team = MEMBERS.format(
        source="patients_careteammember", until=TEAM_UNTIL, treats=treats, named=named
    )
    glass = MEMBERS.format(
        source="patients_breakglass", until=GLASS_UNTIL, treats="", named=named
    )
    return WITH_MERGED.format(mine=f"{team} UNION {glass}")


def _function(name: str, *, treats: str = "", others: str = "") -> str:
    return FUNCTION.format(
        name=name,
        all_of_mine=_mine(treats=treats, named=""),
        named_of_mine=_mine(treats=treats, named=NAMED),
        others=others,
    )


REACH = (
    _function("clinicity_visible_patients", others=OTHERS)
    + _function("clinicity_team_patients")
    + _function("clinicity_treated_patients", treats=TREATS)
)
ASIDE = """
CREATE FUNCTION clinicity_role() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT role FROM accounts_user
    WHERE id = current_setting('clinicity.actor')::uuid AND is_active
$$;

CREATE FUNCTION clinicity_serves_all() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT current_setting('clinicity.scope') = 'all' AND clinicity_role() = 'service'
$$;

-- The record that another one was merged into.
CREATE FUNCTION clinicity_survivor(wanted uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT patient_id FROM patients_patientalias WHERE merged_id = wanted AND undone_at IS NULL
$$;

-- Who answers to all of these blind indexes, whoever treats them: ids only. For the warning
-- of a second record, and for break-glass. One term alone finds nobody by a name.
CREATE FUNCTION clinicity_patients_matching(terms text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT id FROM patients_patient
    WHERE cardinality(terms) >= 2 AND search_index::text[] @> terms AND deleted_at IS NULL
    LIMIT 20
$$;
"""
GLASS = """
ALTER TABLE patients_breakglass ENABLE ROW LEVEL SECURITY;
CREATE POLICY patients_breakglass_read ON patients_breakglass FOR SELECT
    USING (user_id = (SELECT current_setting('clinicity.actor')::uuid)
           OR (SELECT clinicity_role()) IN ('admin', 'auditor')
           OR (SELECT clinicity_sees_all())
           OR patient_id IN (SELECT clinicity_visible_patients()));
CREATE POLICY patients_breakglass_open ON patients_breakglass FOR INSERT
    WITH CHECK (user_id = (SELECT current_setting('clinicity.actor')::uuid)
                AND (SELECT clinicity_role()) IN ('clinician', 'coordinator'));
CREATE POLICY patients_breakglass_close ON patients_breakglass FOR UPDATE
    USING (user_id = (SELECT current_setting('clinicity.actor')::uuid)
           OR (SELECT clinicity_role()) IN ('admin', 'auditor'));
"""
NO_GLASS = """
DROP POLICY patients_breakglass_read ON patients_breakglass;
DROP POLICY patients_breakglass_open ON patients_breakglass;
DROP POLICY patients_breakglass_close ON patients_breakglass;
ALTER TABLE patients_breakglass DISABLE ROW LEVEL SECURITY;
"""
DROP_ASIDE = """
DROP FUNCTION clinicity_patients_matching(text[]);
DROP FUNCTION clinicity_survivor(uuid);
DROP FUNCTION clinicity_serves_all();
DROP FUNCTION clinicity_role();
DROP FUNCTION clinicity_team_patients();
DROP FUNCTION clinicity_treated_patients();
"""
ITEMS: Sequence[tuple[str, str]] = (
    ("condition", "recorded_by"), ("allergy", "recorded_by"), ("medication", "recorded_by"),
    ("labresult", "recorded_by"), ("questionnaireresponse", "recorded_by"),
    ("encounter", "recorded_by"), ("timelineevent", "created_by"),
)  # fmt: skip
