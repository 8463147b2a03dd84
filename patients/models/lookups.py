"""`patient__record_of=id`: rows of a patient and of the records that were merged into them.

One array for the planner, so that an index led by the patient serves it.
"""

from typing import Any

from django.db import models

# For raw SQL as well: the id stands in it twice.
RECORDS = """ANY(ARRAY[{id}]::uuid[] || ARRAY(
    SELECT merged_id FROM patients_patientalias
    WHERE patient_id = {id} AND undone_at IS NULL))"""


@models.ForeignKey.register_lookup
class RecordOf(models.Lookup[Any]):
    lookup_name = "record_of"

    def get_prep_lookup(self) -> Any:
        return self.lhs.output_field.target_field.get_prep_value(self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, params = self.process_lhs(compiler, connection)
        rhs, value = self.process_rhs(compiler, connection)
        return f"{lhs} = {RECORDS.format(id=rhs)}", (*params, *value, *value)
