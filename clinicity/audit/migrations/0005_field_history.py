"""The field-level history can be added to and not read, but by auditors and admins.

The app's role reads no column of it beyond the id that an insert gives back; a function of
the owner's gives the rows to an actor of the right role. Only the owner removes any.
"""

from django.db import migrations

READ = """
CREATE FUNCTION clinicity_field_history() RETURNS SETOF auditlog_logentry
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF (SELECT role FROM accounts_user
        WHERE id = current_setting('clinicity.actor')::uuid AND is_active)
        IN ('auditor', 'admin') THEN
        RETURN QUERY SELECT * FROM auditlog_logentry;
    END IF;
END $$;
REVOKE ALL ON FUNCTION clinicity_field_history() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clinicity_field_history() TO clinicity_app;
REVOKE ALL ON auditlog_logentry FROM clinicity_app;
GRANT INSERT, SELECT (id) ON auditlog_logentry TO clinicity_app;
"""
UNREAD = """
GRANT SELECT, INSERT, UPDATE, DELETE ON auditlog_logentry TO clinicity_app;
DROP FUNCTION clinicity_field_history();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_security_review"), ("auditlog", "0017_add_actor_email")]

    operations = [migrations.RunSQL(READ, UNREAD)]
