"""Row-level security as migration operations: the second wall behind selectors.

Every table that holds patients' data gets its policy in the migration that makes it:

    operations = [CreateModel(...), SecurePatientTable("biometrics_device")]

Policies call `current_setting('clinicity.actor')` without a default, so that a
query outside `acting_as` raises instead of returning nothing. The functions are
wrapped in sub-selects, which PostgreSQL evaluates once a query and not once a row.
"""

from collections.abc import Mapping

from django.db.migrations import RunSQL

VISIBLE = "(SELECT clinicity_sees_all()) OR {column} IN (SELECT clinicity_visible_patients())"

# Of an item: who sees the patient sees what is released; the rest only those who work for them.
ITEM_VISIBLE = """(SELECT clinicity_serves_all())
    OR (visibility = 'released' AND ({everyone}))
    OR (visibility = 'team' AND ({team}))
    OR (visibility = 'restricted' AND {column} IN (SELECT clinicity_treated_patients()))
    OR (visibility = 'author' AND {column} IN (SELECT clinicity_team_patients())
        AND ({author} = (SELECT current_setting('clinicity.actor')::uuid)
             OR (SELECT clinicity_role()) = 'service'))"""
TEAM = "(SELECT clinicity_sees_all()) OR {column} IN (SELECT clinicity_team_patients())"


class SecurePatientTable(RunSQL):
    """Rows of `table` are seen and written only by actors who may see the patient."""

    visible = VISIBLE

    def __init__(self, table: str, column: str = "patient_id") -> None:
        condition = self.visible.format(column=column)
        super().__init__(
            sql=f"""
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            DROP POLICY IF EXISTS {table}_by_patient ON {table};
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


class SecureTeamTable(SecurePatientTable):
    """Rows that only those see who work for the patient: not the patient, not a proxy."""

    visible = TEAM


class SecurePatientItems(RunSQL):
    """Rows of `table` are seen by their `visibility`; `author` is the column of who wrote them.

    Replaces the table's policy by patient. Undone, it is that policy again.
    """

    def __init__(self, table: str, author: str = "recorded_by") -> None:
        everyone, team = VISIBLE.format(column="patient_id"), TEAM.format(column="patient_id")
        items = ITEM_VISIBLE.format(
            column="patient_id", author=author, everyone=everyone, team=team
        )
        super().__init__(sql=_policy(table, items), reverse_sql=_policy(table, everyone))
        self._table, self._author = table, author

    def deconstruct(self):  # type: ignore[no-untyped-def]
        return self.__class__.__qualname__, [self._table, self._author], {}


class SecureParts(RunSQL):
    """Rows of `table` are seen by whoever sees the row of `parent` that `column` names."""

    def __init__(self, table: str, parent: str, column: str) -> None:
        everyone = VISIBLE.format(column="patient_id")
        seen = f"EXISTS (SELECT 1 FROM {parent} p WHERE p.id = {table}.{column})"  # noqa: S608  migrations' own names
        super().__init__(
            sql=_policy(table, f"({everyone}) AND {seen}"), reverse_sql=_policy(table, everyone)
        )
        self._args = [table, parent, column]

    def deconstruct(self):  # type: ignore[no-untyped-def]
        return self.__class__.__qualname__, self._args, {}


class SecureVersions(RunSQL):
    """Earlier versions in `table` are seen by those of the team who see the row itself.

    `column` names the kind of row and `row_id` the row; `parents` its table by kind.
    """

    def __init__(self, table: str, column: str, parents: Mapping[str, str]) -> None:
        team = TEAM.format(column="patient_id")
        seen = " ".join(
            f"WHEN '{kind}' THEN EXISTS (SELECT 1 FROM {parent} p WHERE p.id = {table}.row_id)"  # noqa: S608  migrations' own names
            for kind, parent in parents.items()
        )
        super().__init__(
            sql=_policy(table, f"({team}) AND CASE {column} {seen} ELSE false END"),
            reverse_sql=_policy(table, team),
        )
        self._args = [table, column, dict(parents)]

    def deconstruct(self):  # type: ignore[no-untyped-def]
        return self.__class__.__qualname__, self._args, {}


def _policy(table: str, condition: str) -> str:
    return f"""
    ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
    DROP POLICY IF EXISTS {table}_by_patient ON {table};
    CREATE POLICY {table}_by_patient ON {table}
        USING ({condition}) WITH CHECK ({condition});
    """


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
