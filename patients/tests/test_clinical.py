"""Tables and rules of medicine: what they know, what they refuse, what they say of themselves."""

import csv
import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from patients.clinical import drugs, icd10, interactions, loinc, monitoring, units, visits
from patients.clinical import pharmacogenetics as pgx
from patients.clinical.adherence import adherence
from patients.clinical.interactions import Taken
from patients.clinical.monitoring import Course, Result, schedule

TODAY = date(2026, 11, 25)


def days(number: int) -> date:
    return TODAY - timedelta(days=number)


def taken(*names: str) -> list[Taken]:
    return [Taken(name, name) for name in names]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("F32.1", "F32.1"), ("f321", "F32.1"), (" f 32.1 ", "F32.1"), ("F21", "F21"),
        ("T56.891A", "T56.891A"), ("M1A.0", "M1A.0"), ("U07.1", "U07.1"), ("O9A.1", "O9A.1"),
    ],
)  # fmt: skip
def test_icd_codes_are_brought_into_form(text: str, code: str) -> None:
    assert icd10.normalised(text) == code
    assert icd10.chapter_of(code)


@pytest.mark.parametrize(
    "text", ["", "F", "F1", "F00.1", "F26.0", "32.1", "F32.12345", "F32.-", "Ä"]
)
def test_what_is_no_icd_code_is_refused(text: str) -> None:
    with pytest.raises(icd10.NotACode):
        icd10.normalised(text)


def test_shipped_icd_codes_are_well_formed_and_found() -> None:
    for one in icd10.codes():
        assert icd10.normalised(one.code) == one.code
    assert [one.code for one in icd10.search("bipolar ii")] == ["F31.81"]
    assert icd10.search("F33.1")[0].title.startswith("Major depressive disorder, recurrent")
    assert icd10.search(" ") == []


def test_every_loinc_code_we_use_has_its_check_digit() -> None:
    for analyte in loinc.analytes().values():
        assert units.normalised(analyte.unit) == analyte.unit
        for code in analyte.codes:
            assert loinc.normalised(code) == code


@pytest.mark.parametrize("code", ["14334-8", "14334", "14334-77", "lithium", ""])
def test_mistyped_loinc_codes_are_refused(code: str) -> None:
    with pytest.raises(loinc.NotACode):
        loinc.normalised(code)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("mmol/l", "mmol/L"), ("mEq/L", "meq/L"), ("x10^9/L", "10*9/L"), ("µmol/L", "umol/L"),
        ("mL/min/1.73 m²", "mL/min/{1.73_m2}"), ("mIU/L", "m[IU]/L"), ("%", "%"), ("fL", "fL"),
        ("kU/L", "kU/L"), ("{score}", "{score}"), ("", "1"),
    ],
)  # fmt: skip
def test_units_are_brought_into_ucum(text: str, unit: str) -> None:
    assert units.normalised(text) == unit


@pytest.mark.parametrize("text", ["bananas", "mg//dL", "drop table", "mg per dL", "<script>"])
def test_what_is_no_unit_is_refused(text: str) -> None:
    with pytest.raises(units.NotAUnit):
        units.normalised(text)


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "to", "expected"),
    [
        ("glucose", "90", "mg/dL", "mmol/L", "5.00"),
        ("creatinine", "1", "mg/dL", "umol/L", "88.40"),
        ("cholesterol", "200", "mg/dL", "mmol/L", "5.17"),
        ("lithium", "0.8", "meq/L", "mmol/L", "0.80"),
        ("hba1c", "6.5", "%", "mmol/mol", "47.54"),
        ("neutrophils", "1500", "/uL", "10*9/L", "1.50"),
        ("triglycerides", "150", "mg/dL", "mmol/L", "1.69"),
        ("glucose", "5", "mmol/L", "mg/dL", "90.08"),
    ],
)
def test_known_units_convert(
    analyte: str, value: str, unit: str, to: str, expected: str
) -> None:
    mass = loinc.analytes()[analyte].molar_mass
    got = units.convert(Decimal(value), unit, to, analyte=analyte, molar_mass=mass)
    assert round(got, 2) == Decimal(expected)


@pytest.mark.parametrize(
    ("analyte", "unit", "to"),
    [("calcium", "meq/L", "mmol/L"), ("tsh", "mg/L", "m[IU]/L"), ("egfr", "mL/min", "mL/min/{1.73_m2}")],
)  # fmt: skip
def test_unknown_conversions_are_never_guessed(analyte: str, unit: str, to: str) -> None:
    with pytest.raises(units.NoConversion):
        units.convert(Decimal(1), unit, to, analyte=analyte)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Sertraline", ["sertraline"]), ("Sertraline 100 mg tablets", ["sertraline"]),
        ("ZOLOFT", ["sertraline"]), ("Lithium carbonate", ["lithium"]), ("Depakote", ["valproate"]),
        ("Quetiapine XL", ["quetiapine"]), ("Fluoxetine hydrochloride 20mg", ["fluoxetine"]),
        ("olanzapine and fluoxetine", ["olanzapine", "fluoxetine"]),
        ("Wibblex", []), ("", []),
    ],
)  # fmt: skip
def test_drugs_are_known_by_name_brand_salt_and_dose(name: str, found: list[str]) -> None:
    assert [drug.name for drug in drugs.identify(name).drugs] == found


def test_a_part_that_nobody_knows_makes_the_whole_unchecked() -> None:
    identity = drugs.identify("ibuprofen + wibblex")
    assert [drug.name for drug in identity.drugs] == ["ibuprofen"]
    assert (identity.unknown, identity.is_known) == (("wibblex",), False)


def test_a_code_says_more_than_a_name() -> None:
    assert drugs.identify("whatever", "36437").drugs[0].name == "sertraline"


def test_the_drug_table_is_whole() -> None:
    names = [drug.name for drug in drugs.drugs()]
    codes = [drug.rxcui for drug in drugs.drugs() if drug.rxcui]
    assert len(names) == len(set(names))
    assert len(codes) == len(set(codes))
    others = [other for drug in drugs.drugs() for other in drug.names]
    assert len(others) == len(set(others))
    assert not set(others) & set(names)


@pytest.mark.parametrize(
    ("one", "other", "severity"),
    [
        ("lithium", "ibuprofen", "high"), ("lithium", "ramipril", "high"),
        ("lithium", "losartan", "high"), ("lithium", "hydrochlorothiazide", "high"),
        ("lamotrigine", "valproate", "high"), ("lamotrigine", "microgynon", "high"),
        ("lamotrigine", "carbamazepine", "medium"), ("clozapine", "carbamazepine", "critical"),
        ("clozapine", "fluvoxamine", "critical"), ("clozapine", "ciprofloxacin", "critical"),
        ("clozapine", "nicotine", "high"), ("phenelzine", "sertraline", "critical"),
        ("moclobemide", "tramadol", "critical"), ("selegiline", "venlafaxine", "critical"),
        ("citalopram", "haloperidol", "high"), ("escitalopram", "methadone", "high"),
        ("sertraline", "tramadol", "high"), ("carbamazepine", "microgynon", "high"),
        ("carbamazepine", "quetiapine", "medium"), ("fluvoxamine", "tizanidine", "critical"),
        ("morphine", "diazepam", "critical"), ("simvastatin", "clarithromycin", "critical"),
    ],
)  # fmt: skip
def test_pairs_that_matter_are_found_with_effect_and_source(
    one: str, other: str, severity: str
) -> None:
    for pair in (taken(one, other), taken(other, one)):
        findings = interactions.interactions(pair).findings
        assert findings
        assert findings[0].severity == severity
        assert all(finding.effect and finding.source for finding in findings)


@pytest.mark.parametrize(
    "pair",
    [("sertraline", "levothyroxine"), ("lithium", "lithium carbonate"), ("lithium", "x")],
)
def test_no_pair_is_made_up(pair: tuple[str, str]) -> None:
    check = interactions.interactions(taken(*pair))
    assert check.findings == ()
    assert len(check.not_covered) >= 3
    assert {table.name for table in check.tables} == {
        "ONC high-priority list", "Clinicity's psychotropic list",
    }  # fmt: skip


def test_findings_come_severest_first_and_unknown_drugs_are_named() -> None:
    check = interactions.interactions(
        taken("lithium", "naproxen", "sertraline", "phenelzine", "x")
    )
    order = [interactions.SEVERITIES.index(one.severity) for one in check.findings]
    assert order == sorted(order)
    assert check.unchecked == ("x",)
    assert "x: no table knows it, so it was not checked." in check.not_covered


def test_every_rule_names_drugs_that_the_table_knows() -> None:
    known = {drug.name for drug in drugs.drugs()}
    for name in interactions.TABLES:
        for rule in interactions._rules_of(name):
            assert rule.a
            assert rule.b
            assert (rule.a | rule.b) <= known
            assert rule.severity in interactions.SEVERITIES
            assert rule.source


@pytest.mark.realdata
def test_our_classes_give_exactly_the_published_onc_pairs() -> None:
    folder = Path(os.environ.get("CLINICITY_DATA_DIR", "../shared/data"))
    path = folder / "onc_ddi/PDDI-Datasets/ONC-High-Priority/ONC_High_Priority_Mapped.csv"
    if not path.exists():
        pytest.skip("Set CLINICITY_DATA_DIR to the folder that holds onc_ddi/.")
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        rows = [(row[0], row[2]) for row in csv.reader(file, delimiter="$") if len(row) > 2]
    spelt = {"rifampicin": "rifampin"}
    published = {
        frozenset(spelt.get(name.strip().lower(), name.strip().lower()) for name in pair)
        for pair in rows
    }
    ours = {
        frozenset((one, other))
        for rule in interactions._rules_of("onc.toml")
        for one in rule.a
        for other in rule.b
        if one != other
    }
    assert ours == {pair for pair in published if len(pair) == 2}


@pytest.mark.parametrize(
    ("allergy", "drug", "severity"),
    [
        ("Penicillin", "Amoxicillin", "critical"), ("amoxicillin", "Co-amoxiclav", "critical"),
        ("Penicillin", "Cefalexin", "high"), ("Aspirin", "Naproxen", "high"),
        ("Sulfa drugs", "Co-trimoxazole", "critical"), ("Carbamazepine", "Oxcarbazepine", "high"),
        ("Lamotrigine", "Lamotrigine", "critical"),
    ],
)  # fmt: skip
def test_allergies_are_held_against_the_list(allergy: str, drug: str, severity: str) -> None:
    (finding,) = interactions.allergy_check(taken(allergy), taken(drug)).findings
    assert finding.severity == severity


def test_an_allergy_that_no_table_knows_is_told() -> None:
    check = interactions.allergy_check(taken("Latex"), taken("Sertraline"))
    assert check.findings == ()
    assert "Allergy to Latex: no drug or class that the table knows." in check.not_covered


def due(courses: list[Course], *results: Result, **more: date) -> dict[str, monitoring.Due]:
    found = schedule(courses, results, today=TODAY, **more)
    return {item.rule: item for item in found.items}


def level(ago: int, value: str = "0.6", code: str = "14334-7") -> Result:
    return Result(code, Decimal(value), "mmol/L", days(ago))


def test_lithium_is_checked_a_week_in_then_by_quarters_then_by_halves() -> None:
    new = [Course("Lithium carbonate", "", days(3), None)]
    assert due(new)["lithium-level"].due_on == days(-4)
    first_year = [Course("Priadel", "", days(200), None)]
    assert due(first_year, level(80))["lithium-level"].due_on == days(80 - 91)
    later = [Course("lithium", "", days(900), None)]
    assert due(later, level(80))["lithium-level"].due_on == days(80 - 182)


@pytest.mark.parametrize(
    ("more", "value", "words"),
    [
        ([], "0.85", "0.8 mmol/L or more"),
        ([Course("Naproxen", "", days(9), None)], "0.6", "raises the level"),
    ],
)
def test_lithium_is_checked_by_quarters_where_the_risk_is_higher(
    more: list[Course], value: str, words: str
) -> None:
    courses = [Course("lithium", "", days(900), None), *more]
    found = due(courses, level(80, value))["lithium-level"]
    assert found.due_on == days(80 - 91)
    assert words in found.reason


def test_the_old_are_checked_by_quarters() -> None:
    courses = [Course("lithium", "", days(900), None)]
    found = due(courses, level(80), born=date(1950, 1, 1))["lithium-level"]
    assert (found.due_on, "65" in found.reason) == (days(80 - 91), True)


def test_a_change_of_dose_asks_for_a_level_a_week_later() -> None:
    courses = [
        Course("lithium", "", days(900), days(6)), Course("lithium", "", days(5), None),
    ]  # fmt: skip
    assert due(courses, level(30))["lithium-level"].due_on == days(-2)
    done = [Course("lithium", "", days(900), days(31)), Course("lithium", "", days(30), None)]
    assert due(done, level(23))["lithium-level"].due_on == days(23 - 182)


def test_a_longer_gap_is_a_new_treatment() -> None:
    courses = [
        Course("lithium", "", days(900), days(300)), Course("lithium", "", days(5), None),
    ]  # fmt: skip
    assert due(courses, level(400))["lithium-level"].due_on == days(-2)
    assert due(courses)["lithium-thyroid"].due_on == days(5)


def test_what_has_stopped_is_not_monitored() -> None:
    assert due([Course("lithium", "", days(900), days(1))]) == {}


@pytest.mark.parametrize(("taken_for", "every"), [(100, 7), (300, 14), (900, 28)])
def test_clozapine_counts_by_the_label(taken_for: int, every: int) -> None:
    courses = [Course("Clozaril", "", days(taken_for), None)]
    anc = Result("26499-4", Decimal(3), "10*9/L", days(3))
    found = due(courses, anc)["clozapine-anc"]
    assert found.due_on == days(3 - every)
    assert "FDA label" in found.source


def test_overdue_is_counted_and_the_last_value_stands_beside() -> None:
    courses = [Course("clozapine", "", days(100), None)]
    anc = Result("751-8", Decimal(3), "10*9/L", days(17))
    found = due(courses, anc)["clozapine-anc"]
    assert (found.overdue_days(TODAY), found.last) == (10, anc)
    assert found.is_due(TODAY)


def test_antipsychotics_ask_for_metabolic_tests_once() -> None:
    courses = [
        Course("Olanzapine", "", days(30), None),
        Course("Haloperidol", "", days(90), None),
    ]
    glucose = Result("59261-8", Decimal(40), "mmol/mol", days(91))
    found = due(courses, glucose)
    assert found["antipsychotic-glucose"].due_on == days(6)
    assert found["antipsychotic-lipids"].due_on == days(90)
    assert "10.2337/diacare.27.2.596" in found["antipsychotic-glucose"].source


def test_valproate_is_checked_at_the_start_after_half_a_year_and_yearly() -> None:
    courses = [Course("Depakote", "", days(400), None)]
    assert due(courses)["valproate-liver"].due_on == days(400)
    alt = Result("1742-6", Decimal(20), "U/L", days(100))
    assert due(courses, alt)["valproate-liver"].due_on == days(100 - 365)


def test_a_schedule_says_what_it_has_none_for() -> None:
    found = schedule([Course("Sertraline", "", days(9), None)], [], today=TODAY)
    assert found.items == ()
    assert found.unscheduled == ("Sertraline",)
    assert found.not_covered


@pytest.mark.parametrize(
    ("gene", "diplotype", "phenotype", "field"),
    [
        ("CYP2D6", "*1/*4", "Normal Metabolizer", ""),
        ("CYP2D6", "*1/*2x2", "Ultrarapid Metabolizer", ""),
        ("HLA-B", "*15:02/*40:01", "positive", ""), ("HLA-A", "", "negative", ""),
        ("CYP3A4", "", "Normal Metabolizer", "gene"), ("CYP2D6", "*1", "Normal Metabolizer", "diplotype"),
        ("HLA-B", "*15:02", "Poor Metabolizer", "phenotype"),
    ],
)  # fmt: skip
def test_genetic_results_are_in_the_laboratorys_words(
    gene: str, diplotype: str, phenotype: str, field: str
) -> None:
    assert list(pgx.faults(gene, diplotype, phenotype)) == ([field] if field else [])


def test_cpic_pairs_are_marked_with_their_guideline() -> None:
    found = pgx.marks(
        [("Seroxat", ""), ("Carbamazepine", ""), ("Lithium", "")],
        [pgx.Tested("1", "HLA-B", "*15:02", "positive")],
    )
    marked = {(mark.pair.drug, mark.pair.gene, mark.result is not None) for mark in found}
    assert marked == {
        ("paroxetine", "CYP2D6", False), ("carbamazepine", "HLA-A", False),
        ("carbamazepine", "HLA-B", True),
    }  # fmt: skip
    assert all(mark.pair.guideline and mark.pair.pubmed for mark in found)


def test_adherence_counts_only_what_was_noted() -> None:
    found = adherence(
        taken=[True, True, False], times_per_day=2, treated=(days(4), None),
        period=(days(29), TODAY),
    )  # fmt: skip
    assert (found.first, found.expected, found.noted, found.not_noted) == (days(4), 10, 3, 7)
    assert found.share == pytest.approx(2 / 3)
    nothing = adherence(
        taken=[], times_per_day=1, treated=(days(90), days(60)), period=(days(29), TODAY)
    )
    assert (nothing.expected, nothing.share) == (0, None)


def test_each_state_of_a_visit_has_both_fhir_words_and_a_way_on() -> None:
    states = set(visits.TRANSITIONS)
    assert states == set(visits.APPOINTMENT) == set(visits.ENCOUNTER)
    for state, ways in visits.TRANSITIONS.items():
        assert ways <= states - {state}
        assert ways
        assert visits.from_fhir(visits.APPOINTMENT[state]) == state
    assert visits.from_fhir("in-progress") == visits.IN_PROGRESS
