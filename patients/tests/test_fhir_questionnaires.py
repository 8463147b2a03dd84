"""FHIR resources of every instrument, checked by the reference implementation where it is."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from patients import fhir_questionnaires as fhir
from patients import instruments

AT = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
CODES = sorted(instruments.INSTRUMENTS)
TOOL = Path(settings.CLINICITY_DATA_DIR).parent / "tools" / "fhir-validate" / "fhir-validate"


def answered(code: str) -> fhir.Answered:
    instrument = instruments.INSTRUMENTS[code]
    answers = [item.low for item in instrument.items]
    total = instruments.assess(code, answers).total
    return fhir.Answered(
        id="a1", patient="Patient/p1", instrument=instrument, answers=answers, answered_at=AT,
        score=total, author="Practitioner/u1",
    )  # fmt: skip


def resources() -> list[dict[str, object]]:
    found = []
    for code in CODES:
        wording = instruments.SHIPPED.get((code, "en"))
        found.append(fhir.questionnaire(instruments.INSTRUMENTS[code], wording))
        found.append(fhir.questionnaire_response(answered(code), wording))
        observation = fhir.score_observation(answered(code))
        found += [observation] if observation else []
    return found


def test_answers_carry_words_scores_and_state() -> None:
    phq9 = instruments.INSTRUMENTS["phq9"]
    one = fhir.Answered(
        "a1", "Patient/p1", phq9, [3] + [0] * 8, AT, Decimal("3"), state="error", version=2
    )
    found = fhir.questionnaire_response(one, instruments.SHIPPED["phq9", "en"])
    assert (found["status"], found["meta"]) == ("entered-in-error", {"versionId": "2"})
    assert found["item"][0]["answer"][0]["valueCoding"]["display"] == "Nearly every day"
    assert found["item"][-1] == {
        "linkId": "phq9-score", "text": "Total score", "answer": [{"valueDecimal": 3}],
    }  # fmt: skip
    assert len(found["item"]) == 10
    observation = fhir.score_observation(one)
    assert observation["code"]["coding"][0]["code"] == "44261-6"
    assert observation["interpretation"] == [{"text": "minimal"}]


def test_reverse_items_carry_what_they_count() -> None:
    item = fhir.questionnaire(instruments.INSTRUMENTS["pss10"])["item"][3]
    assert item["answerOption"][0]["valueCoding"]["extension"][0]["valueDecimal"] == 4


def test_a_screener_without_a_sum_gives_its_level() -> None:
    found = fhir.questionnaire_response(answered("cssrs"))
    assert found["item"][-1]["answer"] == [{"valueString": "none"}]
    assert fhir.score_observation(answered("cssrs")) is None


@pytest.mark.slow
@pytest.mark.skipif(not (TOOL.exists() and shutil.which("mvn")), reason="needs the validator")
def test_every_resource_is_valid_r4(tmp_path: Path) -> None:
    paths = []
    for number, resource in enumerate(resources()):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(resource))
        paths.append(str(path))
    done = subprocess.run([str(TOOL), *paths], capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
