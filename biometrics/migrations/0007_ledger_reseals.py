"""The ledger lets a second change through: a row that its owner seals anew for a new key."""

from django.db import migrations

LETS_THROUGH = """
CREATE OR REPLACE FUNCTION clinicity_redaction_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF clinicity_forgets(TG_RELID, TG_OP) THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND current_setting('clinicity.reseal', true) <> '' THEN
        IF clinicity_reseals(TG_RELID, to_jsonb(OLD), to_jsonb(NEW)) THEN
            RETURN NEW;
        END IF;
    END IF;
    IF TG_OP = 'UPDATE'
       AND to_jsonb(NEW) - ARRAY['payload', 'reasons', 'redacted_at', 'redacted_digest']
         = to_jsonb(OLD) - ARRAY['payload', 'reasons', 'redacted_at', 'redacted_digest']
       AND NEW.redacted_at IS NOT NULL AND NEW.redacted_digest <> ''
       AND (OLD.redacted_at IS NULL OR NEW.redacted_at > OLD.redacted_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the ledger is append-only';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("biometrics", "0006_forgetting"),
        ("privacy", "0002_key_rotation"),
    ]

    operations = [migrations.RunSQL(LETS_THROUGH, migrations.RunSQL.noop)]
