"""Simulated papers agree with the simulated chart, and keep their form."""

from datetime import date

import pypdfium2
import pytest

from clinicity.demo.documents import Paper, papers
from clinicity.demo.printing import printed
from clinicity.demo.simulator import simulate
from clinicity.demo.simulator.cast import IRIS, MAEVE, SILAS, TOBIAS
from clinicity.demo.simulator.people import Person

UNTIL = date(2026, 11, 23)


def papers_of(person: Person) -> dict[str, Paper]:
    return {p.filename: p for p in papers(next(simulate(UNTIL, people=(person,))))}


def text_of(file: bytes) -> str:
    page = pypdfium2.PdfDocument(file)[0]
    return page.get_textpage().get_text_range()


def test_the_laboratory_report_holds_the_newest_lithium_level() -> None:
    text = text_of(printed(papers_of(IRIS)["laboratory-report.pdf"]))
    assert "Lithium level: 0.46 mmol/L (reference 0.6 to 1.0 mmol/L) LOW." in text
    assert "Date of birth: 14 March 1987" in text


def test_a_letter_names_the_medicines_of_its_day() -> None:
    letter = papers_of(TOBIAS)["clinic-letter.pdf"]
    assert "Medication: Sertraline 50 mg once daily." in letter.paragraphs


def test_one_letter_is_about_somebody_else() -> None:
    strangers = [p for p in papers_of(IRIS).values() if p.about.key != "iris"]
    assert [paper.filename for paper in strangers] == ["heart-clinic-letter.pdf"]
    assert strangers[0].about.born != IRIS.born


def test_a_scan_has_no_text_layer() -> None:
    file = printed(papers_of(MAEVE)["clinic-letter.pdf"])
    assert file.startswith(b"%PDF")
    assert text_of(file).strip() == ""


def test_a_photo_is_a_jpeg() -> None:
    assert printed(papers_of(SILAS)["medicine-card.jpg"]).startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(
    ("person", "name"),
    [(IRIS, "clinic-letter.pdf"), (MAEVE, "clinic-letter.pdf"), (SILAS, "medicine-card.jpg")],
)  # fmt: skip
def test_the_same_paper_is_printed_the_same(person: Person, name: str) -> None:
    paper = papers_of(person)[name]
    assert printed(paper) == printed(paper)


def test_everyone_has_a_few_papers_and_one_of_them_scanned() -> None:
    for life in simulate(UNTIL):
        forms = [paper.form for paper in papers(life)]
        assert len(forms) >= 2
        assert "scan" in forms
