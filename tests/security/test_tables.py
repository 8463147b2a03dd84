"""What the pages of ASVS and HIPAA name is there, and they are what their data says."""

import os
import re

import pytest

from tests.security.tables import FOLDER, MARKS, is_there, lines_of, rendered

PAGES = ("asvs", "hipaa")


@pytest.mark.parametrize("name", PAGES)
def test_each_line_is_held_by_what_exists_or_says_why_not(name: str) -> None:
    for line in lines_of(name):
        assert line.state in MARKS, line.id
        assert not [each for each in line.by if not is_there(each)], line.id
        assert line.by or line.state != "held", f"{line.id} is held by nothing"
        assert line.why or line.state == "held", f"{line.id} doesn't say what is missing"


def test_every_requirement_of_levels_one_and_two_is_there() -> None:
    lines = lines_of("asvs")
    assert len({line.id for line in lines}) == len(lines) == 253
    assert sum(line.level == "1" for line in lines) == 70
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", line.id) for line in lines)


def test_a_name_that_is_not_there_is_found_out() -> None:
    here = "tests/security/test_tables.py::test_a_name_that_is_not_there_is_found_out"
    assert is_there(here)
    assert not is_there(here + "_at_all")
    assert not is_there("docs/security/nowhere.md")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_up_to_date(name: str) -> None:
    """WRITE_DOCS=1 writes it."""
    page = FOLDER / f"{name}.md"
    if os.environ.get("WRITE_DOCS"):
        page.write_text(rendered(name))
    assert page.read_text() == rendered(name), "run this test with WRITE_DOCS=1"
