"""Forms of the chart. What is right, the services decide; here text becomes values."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.clinical import pharmacogenetics
from patients.models import Allergy, Encounter, LabResult, Medication, MedicationDose
from patients.models.chart import ClinicalStatus, VerificationStatus
from patients.models.safety import STEPS

AREA = forms.Textarea({"rows": 2})


def day(**more: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **more)


def moment(**more: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"), **more
    )


def text(most: int, **more: Any) -> forms.CharField:
    return forms.CharField(max_length=most, **more)


def area(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=4_000, required=False, widget=AREA)


def listed(most: int, name: str, **more: Any) -> forms.CharField:
    """A field that offers the entries of the page's list of that name."""
    widget = forms.TextInput({"list": name, "autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(max_length=most, widget=widget, **more)


class ItemForm(forms.Form):
    """A row's fields; with `version`, the one that they were read from."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def values(self) -> dict[str, Any]:
        """The fields as the services take them, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class ConditionForm(ItemForm):
    code = listed(10, "icd10", label=_("ICD-10-CM code"), help_text=_("For example F32.1."))
    display = text(
        200, label=_("What it is called"), required=False,
        help_text=_("Left empty, the code’s own title."),
    )  # fmt: skip
    clinical_status = forms.ChoiceField(
        label=_("State"), choices=ClinicalStatus.choices, initial="active"
    )
    verification_status = forms.ChoiceField(
        label=_("Certainty"), choices=VerificationStatus.choices, initial="confirmed"
    )
    onset_on = day(label=_("Since"), required=False)
    abated_on = day(label=_("Until"), required=False)
    note = area(_("Note"))


class AllergyForm(ItemForm):
    substance = listed(200, "drugs", label=_("Allergy to"))
    reaction = text(200, label=_("What happens"), required=False)
    severity = text(20, label=_("How severe"), required=False)
    criticality = forms.ChoiceField(
        label=_("Danger at the next contact"), choices=Allergy.Criticality.choices,
        initial="unable-to-assess",
    )  # fmt: skip
    clinical_status = forms.ChoiceField(
        label=_("State"), choices=ClinicalStatus.choices, initial="active"
    )
    verification_status = forms.ChoiceField(
        label=_("Certainty"), choices=VerificationStatus.choices, initial="confirmed"
    )
    onset_on = day(label=_("Since"), required=False)
    note = area(_("Note"))


class MedicationForm(ItemForm):
    name = listed(
        200, "drugs", label=_("Drug"),
        help_text=_("A name that no table knows is kept, and marked as unchecked."),
    )  # fmt: skip
    rxnorm = text(
        20,
        label=_("RxNorm code"),
        required=False,
        help_text=_("Left empty, looked up by name."),
    )
    dose = forms.DecimalField(label=_("Dose"), min_value=0, max_digits=10, decimal_places=3)
    unit = text(20, label=_("Unit"), initial="mg")
    times_per_day = forms.IntegerField(
        label=_("Times a day"), min_value=1, max_value=24, initial=1
    )
    times = text(
        160,
        label=_("At"),
        required=False,
        help_text=_("Times of the day, such as 08:00 21:00."),
    )
    started_on = day(label=_("Since"))
    ended_on = day(label=_("Until"), required=False)
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("by its dates")), *Medication.Status.choices],
    )
    instructions = area(_("Instructions"))
    note = area(_("Note"))

    def clean_times(self) -> list[str]:
        return str(self.cleaned_data["times"]).replace(",", " ").split()

    def values(self) -> dict[str, Any]:
        values = super().values()
        return (
            values if values["status"] else {k: v for k, v in values.items() if k != "status"}
        )


class LabForm(ItemForm):
    loinc = listed(12, "loinc", label=_("LOINC code"), help_text=_("For example 14334-7."))
    name = text(200, label=_("What it measures"), required=False)
    value = forms.DecimalField(label=_("Value"), max_digits=14, decimal_places=5)
    unit = text(20, label=_("Unit"), help_text=_("UCUM, such as mmol/L."))
    specimen_at = moment(label=_("Specimen taken"))
    low = forms.DecimalField(label=_("Range from"), required=False)
    high = forms.DecimalField(label=_("Range to"), required=False)
    critical_low = forms.DecimalField(label=_("Critical below"), required=False)
    critical_high = forms.DecimalField(label=_("Critical above"), required=False)
    interpretation = forms.ChoiceField(
        label=_("The laboratory’s own mark"), choices=LabResult.Flag.choices, required=False
    )
    specimen = text(40, label=_("Specimen"), required=False)
    laboratory = text(120, label=_("Laboratory"), required=False)
    note = area(_("Note"))


PHENOTYPES = (*pharmacogenetics.METABOLIZERS, *pharmacogenetics.CARRIERS)


class GeneticForm(ItemForm):
    gene = forms.ChoiceField(
        label=_("Gene"), choices=[(gene, gene) for gene in pharmacogenetics.GENES]
    )
    diplotype = text(
        60, label=_("Alleles"), required=False,
        help_text=_("As reported, for example *1/*4, or *15:02/*40:01 for HLA."),
    )  # fmt: skip
    phenotype = forms.ChoiceField(
        label=_("Phenotype, as reported"), choices=[(name, name) for name in PHENOTYPES]
    )
    laboratory = text(120, label=_("Laboratory"))
    method = text(200, label=_("Method"), required=False)
    tested_on = day(label=_("Tested on"))
    note = area(_("Note"))


class VisitForm(ItemForm):
    """Times are in the patient's zone: validate it under that."""

    kind = text(40, label=_("Kind of visit"))
    starts_at = moment(label=_("From"))
    ends_at = moment(label=_("Until"))
    reason = area(_("Reason"))
    place = text(200, label=_("Place"), required=False)
    participants = forms.CharField(
        label=_("Who takes part"), required=False, max_length=2_000, widget=AREA,
        help_text=_("One name a line."),
    )  # fmt: skip

    def clean_participants(self) -> list[dict[str, str]]:
        lines = str(self.cleaned_data["participants"]).splitlines()
        return [{"name": line.strip()} for line in lines if line.strip()]


class NewVisitForm(VisitForm):
    status = forms.ChoiceField(
        label=_("State"), choices=Encounter.Status.choices, initial=Encounter.Status.PLANNED
    )


class StopForm(ItemForm):
    ended_on = day(label=_("Last day"))
    reason = text(500, label=_("Why"), required=False)


class DoseChangeForm(ItemForm):
    dose = forms.DecimalField(label=_("New dose"), min_value=0, max_digits=10, decimal_places=3)
    times_per_day = forms.IntegerField(label=_("Times a day"), min_value=1, max_value=24)
    from_on = day(label=_("From"))
    reason = text(500, label=_("Why"), required=False)


class DoseForm(forms.Form):
    """A dose that was due; in the patient's zone."""

    due_at = moment(label=_("Was due"))
    status = forms.ChoiceField(label=_("Became"), choices=MedicationDose.Status.choices)


class StatusForm(ItemForm):
    status = forms.ChoiceField(label=_("Becomes"))
    reason = text(500, label=_("Why"), required=False)

    def __init__(self, *args: Any, offered: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["status"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  narrows the type
        field.choices = offered


class ErrorForm(ItemForm):
    reason = text(500, label=_("What is wrong with it"), required=False)


class ImportForm(forms.Form):
    file = forms.FileField(label=_("Calendar (.ics) or table (.csv)"))


class SafetyPlanForm(forms.Form):
    """The six steps, a line each; after a bar, a telephone number."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    LABELS: ClassVar = {
        "warning_signs": (_("1. Signs that a crisis may be coming"),
                          _("Thoughts, images, moods, situations, behaviour.")),
        "coping": (_("2. What I can do on my own"),
                   _("Things that take my mind off it, without anyone else.")),
        "distraction": (_("3. People and places that take my mind off it"),
                        _("Write a number after a bar: Ana, swimming club | 020 7946 0000")),
        "people": (_("4. People whom I can ask for help"),
                   _("Family or friends, each with a number after a bar.")),
        "professionals": (_("5. Professionals and services to call"),
                          _("Clinicians, crisis line, emergency; each with a number after a bar.")),
        "means_safety": (_("6. Making my surroundings safe"),
                         _("What is put out of reach, by whom, and who knows.")),
    }  # fmt: skip
    note = area(_("Note for the team"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in STEPS:
            label, hint = self.LABELS[name]
            self.fields[name] = forms.CharField(
                label=label, help_text=hint, required=False, max_length=10_000,
                widget=forms.Textarea({"rows": 3}),
            )  # fmt: skip
        self.order_fields(["version", *STEPS, "note"])

    def steps(self) -> dict[str, list[dict[str, str]]]:
        return {name: _lines(str(self.cleaned_data[name])) for name in STEPS}


def _lines(block: str) -> list[dict[str, str]]:
    parted = [line.partition("|") for line in block.splitlines() if line.strip()]
    return [{"text": words.strip(), "phone": phone.strip()} for words, _bar, phone in parted]


def plan_initial(steps: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    """A plan's steps as the text of the form."""
    return {
        name: "\n".join(
            f"{item['text']} | {item['phone']}" if item["phone"] else item["text"]
            for item in steps.get(name, [])
        )
        for name in STEPS
    }
