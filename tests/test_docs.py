"""What the documents point at is there: tests of hazards, files, folders, commands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", (ROOT / "docs/safety/hazards.md").read_text())

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
COMMAND = re.compile(r"^make ([a-z0-9-]+)|`make ([a-z0-9-]+)", re.MULTILINE)
TARGET = re.compile(r"^([a-z0-9-]+):", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_leads_somewhere(page: Path) -> None:
    missing = [
        link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()
    ]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_command_is_in_the_makefile(page: Path) -> None:
    named = {first or second for first, second in COMMAND.findall(page.read_text())}
    assert named <= set(TARGET.findall((ROOT / "Makefile").read_text()))


def test_hazards_are_listed() -> None:
    assert len(NAMED) > 20


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_each_control_is_held_by_a_test(path: str, name: str) -> None:
    assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(), re.MULTILINE)
