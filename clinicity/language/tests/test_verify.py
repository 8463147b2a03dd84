"""Sentences that their spans support stay; each way of being wrong is seen."""

import pytest

from clinicity.language.verify import Fault, Sentence, fault_of, verify

SPANS = {
    1: "Discharge letter, 1 Oct 2026:\n\nShe denies suicidal ideation. Lithium 400 mg twice daily."
    " The left knee was bruised. QTc was 431 ms on 28 September 2026.",
    2: "Lithium, 3 Nov 2026:\n\nLithium was 0.42 mmol/L on 3 Nov 2026, below the reference range.",
    3: "Clinic letter:\n\nHe reports chest pain. No fever. Platelets 1,250.",
}


@pytest.mark.parametrize(
    ("text", "cites"),
    [
        ("Lithium was 0.42 mmol/L on 3 Nov 2026.", (2,)),
        ("Lithium was 0.420 mmol/L on 2026-11-03.", (2,)),
        ("The left knee was bruised.", (1,)),
        ("She denies suicidal ideation.", (1,)),
        ("He has no fever.", (3,)),
        ("Platelets 1250.", (3,)),
        ("QTc was 431 ms on 28 Sep 2026.", (1,)),
        ("Discharge letter, 1 Oct 2026: “Lithium 400 mg twice daily.”", (1,)),
    ],
)
def test_supported_sentence_stays(text: str, cites: tuple[int, ...]) -> None:
    assert fault_of(Sentence(text, cites), SPANS) is None


@pytest.mark.parametrize(
    ("text", "cites", "fault"),
    [
        pytest.param("Lithium was measured.", (), Fault.UNCITED, id="no-citation"),
        pytest.param("Lithium was 0.42 mmol/L.", (9,), Fault.UNKNOWN_SOURCE, id="unknown-id"),
        pytest.param("Lithium was 0.42 mmol/L.", (2, 9), Fault.UNKNOWN_SOURCE, id="one-unknown"),
        pytest.param("Lithium was 0.42 mmol/L.", (1,), Fault.NUMBER, id="another-source's-number"),
        pytest.param("Lithium was 0.24 mmol/L on 3 Nov 2026.", (2,), Fault.NUMBER, id="changed-number"),
        pytest.param("Lithium was 0.42 mg on 3 Nov 2026.", (2,), Fault.NUMBER, id="changed-unit"),
        pytest.param("Lithium 4000 mg twice daily.", (1,), Fault.NUMBER, id="tenfold-dose"),
        pytest.param("Lithium was 0.42 mmol/L on 4 Nov 2026.", (2,), Fault.DATE, id="changed-day"),
        pytest.param("Lithium was 0.42 mmol/L on 3 Nov 2025.", (2,), Fault.DATE, id="changed-year"),
        pytest.param("Olanzapine 400 mg twice daily.", (1,), Fault.DRUG, id="changed-drug"),
        pytest.param("Valproate 400 mg twice daily.", (1,), Fault.DRUG, id="another-drug"),
        pytest.param("The right knee was bruised.", (1,), Fault.SIDE, id="other-side"),
        pytest.param("She has suicidal ideation.", (1,), Fault.NEGATION, id="denial-lost"),
        pytest.param("He denies chest pain.", (3,), Fault.NEGATION, id="denial-made-up"),
        pytest.param("He reports fever.", (3,), Fault.NEGATION, id="denied-fever-affirmed"),
        pytest.param("Her thyroid gland is enlarged today.", (1,), Fault.WORDS, id="made-up"),
        pytest.param(
            "Stop lithium and begin a ketogenic diet.", (2,), Fault.WORDS, id="advice"
        ),
    ],
)  # fmt: skip
def test_unsupported_sentence_is_dropped(
    text: str, cites: tuple[int, ...], fault: Fault
) -> None:
    verified = verify([Sentence(text, cites)], SPANS)
    assert not verified.kept
    assert [dropped.fault for dropped in verified.dropped] == [fault]


def test_two_contradicting_quotes_may_stand_side_by_side() -> None:
    spans = {1: "She denies suicidal ideation.", 2: "She reports suicidal ideation at night."}
    text = "Sources differ. “She denies suicidal ideation.” “She reports suicidal ideation at night.”"
    assert fault_of(Sentence(text, (1, 2)), spans) is None
    assert fault_of(Sentence(text, (1,)), spans) is not None


def test_order_is_kept_and_every_drop_counted() -> None:
    written = [
        Sentence("The left knee was bruised.", (1,)),
        Sentence("The right knee was bruised.", (1,)),
        Sentence("He has no fever.", (3,)),
    ]
    verified = verify(written, SPANS)
    assert verified.kept == (written[0], written[2])
    assert len(verified.dropped) == 1
