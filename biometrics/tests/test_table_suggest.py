"""The guess of a mapping from the header and the first rows."""

import pytest

from biometrics.importers.table_mapping import TableMapping, suggest


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        (
            "Timestamp,Heart Rate (bpm),Steps,Notes", "2024-03-10T08:00:00Z,62,10,x",
            {"time": "Timestamp", "time.format": "iso", "value.Heart Rate (bpm)": "heart_rate",
             "unit.Heart Rate (bpm)": "bpm", "value.Steps": "steps"},
        ),
        (
            "date,weight [lb],BMI", "18/03/2024,110,22",
            {"time": "date", "time.format": "day_first", "value.weight [lb]": "weight",
             "unit.weight [lb]": "[lb_av]", "value.BMI": "body_mass_index"},
        ),
        (
            "start,end,type,value,unit,device", "1710054000,1710054060,HR,62,bpm,Watch",
            {"time": "start", "time.format": "epoch_s", "end": "end", "long.metric": "type",
             "long.value": "value", "long.unit": "unit", "device": "device",
             "name.HR": "heart_rate"},
        ),
        (
            "Datum,Puls,Schritte", "10.03.2024,62,100",
            {"time": "Datum", "value.Puls": "heart_rate", "value.Schritte": "steps"},
        ),
        ("a,b", "1,2", {}),
    ],
)  # fmt: skip
def test_a_guess_from_the_header(header: str, row: str, expected: dict[str, str]) -> None:
    guess = suggest(header.split(","), [row.split(",")])
    assert guess.to_flat() == expected
    if expected:
        assert TableMapping.from_flat(expected) == guess


def test_a_unit_that_the_metric_doesnt_know_is_left_to_the_person() -> None:
    guess = suggest(["time", "Weight (stone)"], [])
    assert guess.to_flat() == {"time": "time", "value.Weight (stone)": "weight"}
