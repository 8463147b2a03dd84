"""The one way by which rows of a person go for good, as SQL functions.

The app role may not delete from append-only tables, and no trigger lets it. What it may do is
call `clinicity_forget`, which deletes the rows of one patient from one table, as the owner,
while an order of removal stands that covers the table. Nothing else sets the switch that the
triggers look at, and the audit trail's tables know no switch.
"""

from importlib import import_module

# What outlives the person: the tombstone and who decided what, when.
KEPT = ("patients_consent", "patients_removal", "patients_removalstep",
        "patients_deletionreport", "patients_legalhold", "patients_patientalias", "common_job")  # fmt: skip
_KEEP = import_module("patients.migrations.0007_questionnaires").KEEP
# The function alone, as 0007 made it: its trigger stands.
KEEP_ANSWERS = _KEEP[: _KEEP.index("CREATE TRIGGER")].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
LET_GO = """BEGIN
    IF clinicity_forgets(TG_RELID, TG_OP) THEN
        RETURN OLD;
    END IF;
"""
KEEP_OR_FORGET = KEEP_ANSWERS.replace("BEGIN\n", LET_GO, 1)
REFUSE = """
CREATE OR REPLACE FUNCTION clinicity_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF clinicity_forgets(TG_RELID, TG_OP) THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND current_setting('clinicity.reseal', true) <> '' THEN
        IF clinicity_reseals(TG_RELID, to_jsonb(OLD), to_jsonb(NEW)) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""
REFUSE_AS_BEFORE = """
CREATE OR REPLACE FUNCTION clinicity_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('clinicity.reseal', true) <> '' THEN
        IF clinicity_reseals(TG_RELID, to_jsonb(OLD), to_jsonb(NEW)) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""
FORGETS = """
-- Whether a trigger lets a row go: only inside clinicity_forget, which runs as the owner.
CREATE FUNCTION clinicity_forgets(place oid, act text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public AS $$
    SELECT act = 'DELETE'
        AND current_setting('clinicity.forgetting', true) = 'yes'
        AND (SELECT relname NOT LIKE 'audit\\_%' AND pg_get_userbyid(relowner) = current_user
             FROM pg_class WHERE oid = place)
$$;
"""
FORGET = f"""
CREATE FUNCTION clinicity_may_forget(subject uuid, place regclass) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT clinicity_role() = 'service'
        AND subject IN (SELECT clinicity_visible_patients())
        AND place::text <> ALL (ARRAY{list(KEPT)}) AND place::text NOT LIKE 'audit\\_%'
        AND EXISTS (
            SELECT 1 FROM patients_removal r
            WHERE subject = ANY (r.subjects) AND r.finished_at IS NULL
              AND r.cancelled_at IS NULL
              AND (r.kind <> 'withdrawal'
                   OR (r.purpose = 'care' AND place::text LIKE 'twins\\_%')))
$$;

CREATE FUNCTION clinicity_forget(subject uuid, place regclass) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    gone bigint;
BEGIN
    IF NOT clinicity_may_forget(subject, place) THEN
        RAISE EXCEPTION 'no standing order removes rows of % from %', subject, place
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- The field-level history of a row goes with it: it keeps what plain columns held before.
    EXECUTE format(
        'DELETE FROM auditlog_logentry l USING django_content_type c WHERE c.id = l.content_type_id
         AND c.app_label || ''_'' || c.model = %L AND l.object_pk IN
             (SELECT id::text FROM %s WHERE patient_id = $1)', place::text, place
    ) USING subject;
    PERFORM set_config('clinicity.forgetting', 'yes', true);
    EXECUTE format('DELETE FROM %s WHERE patient_id = $1', place) USING subject;
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('clinicity.forgetting', '', true);
    RETURN gone;
END
$$;

-- The same for rows that hang on rows of the patient and don't name them.
CREATE FUNCTION clinicity_forget_parts(
    subject uuid, place regclass, parent regclass, link name
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    gone bigint;
BEGIN
    IF NOT clinicity_may_forget(subject, parent) OR NOT clinicity_may_forget(subject, place) THEN
        RAISE EXCEPTION 'no standing order removes rows of % from %', subject, place
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('clinicity.forgetting', 'yes', true);
    EXECUTE format(
        'DELETE FROM %s WHERE %I IN (SELECT id FROM %s WHERE patient_id = $1)',
        place, link, parent
    ) USING subject;
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('clinicity.forgetting', '', true);
    RETURN gone;
END
$$;

-- What is left of the person's own row: the id, so that it is never used again.
CREATE FUNCTION clinicity_entomb(subject uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT clinicity_may_forget(subject, 'patients_patient'::regclass) THEN
        RAISE EXCEPTION 'no standing order erases %', subject
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE patients_patient SET first_name = '', last_name = '', preferred_name = '',
        date_of_birth = '', sex = '', record_number = '', search_index = '{{}}',
        time_zone = 'UTC', user_id = NULL, consents = '{{}}'
    WHERE id = subject AND erased_at IS NOT NULL;
    UPDATE patients_legalhold SET reason = '', lifted_why = '' WHERE patient_id = subject;
    DELETE FROM auditlog_logentry l
        WHERE l.object_pk = subject::text OR l.changes::text LIKE '%' || subject || '%';
END
$$;
"""  # noqa: S608  (constants only)
DROP = """
DROP FUNCTION clinicity_entomb(uuid);
DROP FUNCTION clinicity_forget_parts(uuid, regclass, regclass, name);
DROP FUNCTION clinicity_forget(uuid, regclass);
DROP FUNCTION clinicity_may_forget(uuid, regclass);
"""
