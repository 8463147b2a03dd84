"""Shapes of the chart, near FHIR's names: Condition, AllergyIntolerance, MedicationStatement,
Observation."""

from datetime import date
from typing import Any, cast

from rest_framework import serializers

from patients.clinical import icd10, loinc
from patients.models import Allergy, Condition, LabResult, Medication, MedicationDose
from patients.models.chart import ClinicalStatus, VerificationStatus
from patients.selectors import is_unchecked

TEXT = 4_000


def note() -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, max_length=TEXT)


def words(most: int, *, needed: bool = False) -> serializers.CharField:
    return serializers.CharField(required=needed, allow_blank=not needed, max_length=most)


class ListQuery(serializers.Serializer[object]):
    cursor = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200, default=50)
    with_errors = serializers.BooleanField(
        required=False, default=False, help_text="Also rows that were entered in error."
    )


class ItemOutput(serializers.Serializer[object]):
    """What every row of the chart says of itself."""

    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    version = serializers.IntegerField()
    visibility = serializers.CharField()
    recorded_by = serializers.UUIDField()
    created_at = serializers.DateTimeField(help_text="When it was entered.")
    changed_at = serializers.DateTimeField(allow_null=True)
    entered_in_error_at = serializers.DateTimeField(allow_null=True)


class ItemChange(serializers.Serializer[object]):
    version = serializers.IntegerField(
        required=False, help_text="Refused with 409 when the row has another version by now."
    )


class ErrorInput(ItemChange):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class VersionOutput(serializers.Serializer[object]):
    version = serializers.IntegerField()
    state = serializers.DictField()
    act = serializers.CharField(help_text="What ended this version.")
    reason = serializers.CharField(allow_blank=True)
    ended_by = serializers.UUIDField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class RowHistoryOutput(serializers.Serializer[object]):
    items = VersionOutput(many=True)


class ConditionInput(serializers.Serializer[object]):
    code = serializers.CharField(max_length=10, help_text="ICD-10-CM, such as F32.1.")
    display = words(200)
    onset_on = serializers.DateField(required=False, allow_null=True)
    abated_on = serializers.DateField(required=False, allow_null=True)
    clinical_status = serializers.ChoiceField(choices=ClinicalStatus.choices, required=False)
    verification_status = serializers.ChoiceField(
        choices=VerificationStatus.choices, required=False
    )
    note = note()


class ConditionChanges(ConditionInput, ItemChange):
    code = serializers.CharField(max_length=10, required=False)


class ConditionOutput(ItemOutput):
    code = serializers.CharField()
    code_system = serializers.SerializerMethodField()
    chapter = serializers.SerializerMethodField()
    display = serializers.CharField()
    onset_on = serializers.DateField(allow_null=True)
    abated_on = serializers.DateField(allow_null=True)
    clinical_status = serializers.CharField()
    verification_status = serializers.CharField()
    note = serializers.CharField(allow_null=True)

    def get_code_system(self, row: Any) -> str:
        return "http://hl7.org/fhir/sid/icd-10-cm"

    def get_chapter(self, row: Any) -> str:
        return icd10.chapter_of(cast("Condition", row).code)


class AllergyInput(serializers.Serializer[object]):
    substance = serializers.CharField(max_length=200)
    reaction = words(200)
    severity = words(20)
    criticality = serializers.ChoiceField(choices=Allergy.Criticality.choices, required=False)
    clinical_status = serializers.ChoiceField(choices=ClinicalStatus.choices, required=False)
    verification_status = serializers.ChoiceField(
        choices=VerificationStatus.choices, required=False
    )
    onset_on = serializers.DateField(required=False, allow_null=True)
    note = note()


class AllergyChanges(AllergyInput, ItemChange):
    substance = serializers.CharField(max_length=200, required=False)


class AllergyOutput(ItemOutput):
    substance = serializers.CharField()
    reaction = serializers.CharField()
    severity = serializers.CharField()
    criticality = serializers.CharField()
    clinical_status = serializers.CharField()
    verification_status = serializers.CharField()
    onset_on = serializers.DateField(allow_null=True)
    note = serializers.CharField(allow_null=True)


class MedicationInput(serializers.Serializer[object]):
    name = serializers.CharField(max_length=200)
    rxnorm = serializers.CharField(
        required=False, allow_blank=True, max_length=20,
        help_text="RxCUI; looked up by name where it isn't given.",
    )  # fmt: skip
    dose = serializers.DecimalField(max_digits=10, decimal_places=3)
    unit = serializers.CharField(max_length=20)
    times_per_day = serializers.IntegerField(min_value=1, max_value=24, default=1)
    times = serializers.ListField(
        child=serializers.CharField(max_length=5), required=False, max_length=24,
        help_text="By the patient's own clock, such as 08:00.",
    )  # fmt: skip
    started_on = serializers.DateField()
    ended_on = serializers.DateField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=Medication.Status.choices, required=False)
    instructions = note()
    note = note()


class MedicationChanges(MedicationInput, ItemChange):
    name = serializers.CharField(max_length=200, required=False)
    dose = serializers.DecimalField(max_digits=10, decimal_places=3, required=False)
    unit = serializers.CharField(max_length=20, required=False)
    times_per_day = serializers.IntegerField(min_value=1, max_value=24, required=False)
    started_on = serializers.DateField(required=False)


class MedicationOutput(ItemOutput):
    name = serializers.CharField()
    rxnorm = serializers.CharField()
    unchecked = serializers.SerializerMethodField(
        help_text="True where no table knows the drug: interactions can't be checked."
    )
    dose = serializers.DecimalField(max_digits=10, decimal_places=3)
    unit = serializers.CharField()
    times_per_day = serializers.IntegerField()
    times = serializers.ListField(child=serializers.CharField(), allow_null=True)
    started_on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)
    status = serializers.CharField()
    instructions = serializers.CharField(allow_null=True)
    stop_reason = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    replaces_id = serializers.UUIDField(allow_null=True)

    def get_unchecked(self, row: Any) -> bool:
        return is_unchecked(cast("Medication", row))


class StopInput(ErrorInput):
    ended_on = serializers.DateField(required=False, allow_null=True)


class DoseChangeInput(ErrorInput):
    dose = serializers.DecimalField(max_digits=10, decimal_places=3)
    unit = serializers.CharField(max_length=20, required=False)
    times_per_day = serializers.IntegerField(min_value=1, max_value=24, required=False)
    times = serializers.ListField(
        child=serializers.CharField(max_length=5), required=False, max_length=24
    )
    from_on = serializers.DateField(required=False, allow_null=True)


class DoseInput(serializers.Serializer[object]):
    due_at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=MedicationDose.Status.choices)


class DosesInput(serializers.Serializer[object]):
    doses = serializers.ListField(child=DoseInput(), allow_empty=False, max_length=5_000)


class DosesNoted(serializers.Serializer[object]):
    noted = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="How many were new or corrected.")


class DoseOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    due_at = serializers.DateTimeField()
    status = serializers.CharField()
    version = serializers.IntegerField()
    recorded_by = serializers.UUIDField()


class DosePageOutput(serializers.Serializer[object]):
    items = DoseOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PeriodQuery(serializers.Serializer[object]):
    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)
    days = serializers.IntegerField(required=False, min_value=1, max_value=3_660, default=30)

    def validate_last(self, day: date) -> date:
        return max(day, date(1900, 1, 1))


class AdherenceOutput(serializers.Serializer[object]):
    first = serializers.DateField()
    last = serializers.DateField()
    expected = serializers.IntegerField(help_text="Doses that were due by the plan.")
    noted = serializers.IntegerField(help_text="n: doses of which somebody noted what became.")
    taken = serializers.IntegerField()
    missed = serializers.IntegerField()
    not_noted = serializers.IntegerField()
    share = serializers.FloatField(
        allow_null=True, help_text="Taken of noted; null without any noted dose."
    )


class LabInput(serializers.Serializer[object]):
    loinc = serializers.CharField(max_length=12)
    name = words(200)
    value = serializers.DecimalField(max_digits=14, decimal_places=5)
    unit = serializers.CharField(max_length=20, help_text="UCUM, such as mmol/L.")
    low = serializers.DecimalField(
        max_digits=14, decimal_places=5, required=False, allow_null=True
    )
    high = serializers.DecimalField(
        max_digits=14, decimal_places=5, required=False, allow_null=True
    )
    critical_low = serializers.DecimalField(
        max_digits=14, decimal_places=5, required=False, allow_null=True
    )
    critical_high = serializers.DecimalField(
        max_digits=14, decimal_places=5, required=False, allow_null=True
    )
    interpretation = serializers.ChoiceField(
        choices=LabResult.Flag.choices, required=False, allow_blank=True
    )
    specimen = words(40)
    specimen_at = serializers.DateTimeField()
    laboratory = words(120)
    note = note()


class LabChanges(LabInput, ItemChange):
    loinc = serializers.CharField(max_length=12, required=False)
    value = serializers.DecimalField(max_digits=14, decimal_places=5, required=False)
    unit = serializers.CharField(max_length=20, required=False)
    specimen_at = serializers.DateTimeField(required=False)


class LabOutput(ItemOutput):
    loinc = serializers.CharField()
    analyte = serializers.SerializerMethodField()
    name = serializers.CharField()
    value = serializers.DecimalField(max_digits=14, decimal_places=5)
    unit = serializers.CharField()
    low = serializers.DecimalField(max_digits=14, decimal_places=5, allow_null=True)
    high = serializers.DecimalField(max_digits=14, decimal_places=5, allow_null=True)
    critical_low = serializers.DecimalField(max_digits=14, decimal_places=5, allow_null=True)
    critical_high = serializers.DecimalField(max_digits=14, decimal_places=5, allow_null=True)
    interpretation = serializers.CharField(allow_null=True)
    flag = serializers.CharField(
        allow_blank=True,
        help_text="N, L, H, LL, HH or A: only what the laboratory itself says.",
    )
    specimen = serializers.CharField(allow_null=True)
    specimen_at = serializers.DateTimeField()
    laboratory = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)

    def get_analyte(self, row: Any) -> str:
        known = loinc.analyte_of(cast("LabResult", row).loinc)
        return known.key if known else ""


class LabQuery(ListQuery):
    loinc = serializers.CharField(required=False, default="")


class TrendPointOutput(serializers.Serializer[object]):
    id = serializers.UUIDField(source="row.id")
    specimen_at = serializers.DateTimeField(source="row.specimen_at")
    value = serializers.FloatField()
    given = serializers.DecimalField(source="row.value", max_digits=14, decimal_places=5)
    given_unit = serializers.CharField(source="row.unit")
    flag = serializers.CharField(source="row.flag")


class TrendOutput(serializers.Serializer[object]):
    analyte = serializers.CharField(source="analyte.key")
    name = serializers.CharField(source="analyte.name")
    unit = serializers.CharField()
    points = TrendPointOutput(many=True)
    unconverted = serializers.SerializerMethodField(
        help_text="Ids of results whose unit has no known conversion."
    )

    def get_unconverted(self, trend: Any) -> list[str]:
        return [str(row.id) for row in trend.unconverted]


class TrendsOutput(serializers.Serializer[object]):
    items = TrendOutput(many=True)


class CodeOutput(serializers.Serializer[object]):
    code = serializers.CharField()
    display = serializers.CharField(source="title")


class CodesOutput(serializers.Serializer[object]):
    items = CodeOutput(many=True)


class DrugOutput(serializers.Serializer[object]):
    name = serializers.CharField()
    rxnorm = serializers.CharField(source="rxcui")
    names = serializers.ListField(child=serializers.CharField())


class DrugsOutput(serializers.Serializer[object]):
    items = DrugOutput(many=True)


class SearchQuery(serializers.Serializer[object]):
    q = serializers.CharField(min_length=1, max_length=60)
