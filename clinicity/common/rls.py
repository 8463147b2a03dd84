"""Row-level security as migration operations: the second wall behind selectors.

Every table that holds patients' data gets its policy in the migration that makes it:

    operations = [CreateModel(...), SecurePatientTable("biometrics_device")]

Policies call `current_setting('clinicity.actor')` without a default, so that a
query outside `acting_as` raises instead of returning nothing. The functions are
wrapped in sub-selects, which PostgreSQL evaluates once a query and not once a row.
"""

from django.db.migrations import RunSQL

VISIBLE = "(SELECT clinicity_sees_all()) OR {column} IN (SELECT clinicity_visible_patients())"


class SecurePatientTable(RunSQL):
    """Rows of `table` are seen and written only by actors who may see the patient."""

    def __init__(self, table: str, column: str = "patient_id") -> None:
        condition = VISIBLE.format(column=column)
        super().__init__(
            sql=f"""
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            CREATE POLICY {table}_by_patient ON {table}
                USING ({condition}) WITH CHECK ({condition});
            """,
            reverse_sql=f"""
            DROP POLICY {table}_by_patient ON {table};
            ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
            """,
        )
        self._table, self._column = table, column

    def deconstruct(self):  # type: ignore[no-untyped-def]
        return self.__class__.__qualname__, [self._table, self._column], {}


class AppendOnly(RunSQL):
    """The app role may insert and read rows of `table`, and nothing else."""

    def __init__(self, table: str) -> None:
        super().__init__(
            sql=f"""
            REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM clinicity_app;
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION clinicity_refuse_change();
            CREATE TRIGGER {table}_keep_all BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION clinicity_refuse_change();
            """,
            reverse_sql=f"""
            DROP TRIGGER {table}_append_only ON {table};
            DROP TRIGGER {table}_keep_all ON {table};
            """,
        )
        self._table = table

    def deconstruct(self):  # type: ignore[no-untyped-def]
        return self.__class__.__qualname__, [self._table], {}
