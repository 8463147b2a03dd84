"""The gate of `make security`: what it lets pass, and what it doesn't."""

import json
from pathlib import Path

import pytest

from clinicity.workbench.security import code, packages, secrets
from clinicity.workbench.security.findings import Finding, explained


def test_nothing_is_open_in_the_code() -> None:
    """Ruff's S rules and our own; bandit takes longer and runs with `make check`."""
    for check in (code.ruff, code.own_rules):
        assert [each.said for each in check().unexplained] == []


@pytest.mark.slow
def test_bandit_finds_nothing_that_nobody_explained() -> None:
    assert [each.said for each in code.bandit().unexplained] == []


@pytest.mark.parametrize(
    ("line", "code_", "is_explained"),
    [
        ("x = f(y)  # noqa: S608  constants only", "S608", True),
        ("x = f(y)  # noqa: S608  constants only", "B608", True),
        ("x = f(y)  # noqa: S608", "S608", False),
        ("x = f(y)  # noqa: S608  ok", "S608", False),
        ("x = f(y)  # noqa: S101  narrows the type", "S608", False),
        ("x = f(y)  # constants only", "S608", False),
        ("x.innerHTML = y; // safe: J01 our own page", "J01", True),
        ("{{ x|safe }}{# safe: H01 our own SVG #}", "H01", True),
    ],
)
def test_a_finding_is_explained_by_its_mark_and_a_reason(
    tmp_path: Path, line: str, code_: str, is_explained: bool
) -> None:
    file = tmp_path / "a.py"
    file.write_text(f"\n{line}\n")
    assert explained(Finding("x", code_, str(file), 2, "")) is is_explained


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("H01", "{{ x|safe }}", 1),
        ("H02", "<script>x()</script>", 1),
        ("H02", '<script nonce="{{ n }}">x()</script>', 0),
        ("H02", '<script src="a.js" defer></script>', 0),
        ("H03", '<a onclick="x()">', 1),
        ("H04", '<a href="javascript:x()">', 1),
        ("H05", '<script src="https://cdn.example/a.js"></script>', 1),
        ("H06", '<form method="post"><input></form>{% csrf_token %}', 1),
        ("H06", '<form method="post">{% csrf_token %}</form>', 0),
        ("H06", '<form method="get"><input></form>', 0),
        ("H07", '<a target="_blank" href="x">', 1),
    ],
)
def test_our_rules_see_what_they_forbid(name: str, text: str, found: int) -> None:
    rule = {name: code.TEMPLATE_RULES[name]}
    assert len(list(code._in_text("a.html", text, rule))) == found


def test_every_secret_of_the_baseline_says_why_it_is_none() -> None:
    results = json.loads(secrets.BASELINE.read_text())["results"]
    entries = [entry for each in results.values() for entry in each]
    assert entries
    assert all(entry["why"] and not entry["is_secret"] for entry in entries)


def test_a_licence_of_the_whole_is_refused() -> None:
    for licence, objection in (
        ("GPL-3.0-only", True), ("AGPL-3.0", True), ("UNKNOWN", True), ("", True),
        ("GNU General Public License v3 (GPLv3)", True), ("LGPL-2.1", False),
        ("MIT", False), ("Apache-2.0", False),
    ):  # fmt: skip
        row = {"name": "x", "version": "1", "licence": licence}
        assert bool(packages._objection(row)) is objection, licence


@pytest.mark.slow
def test_the_bills_name_what_is_locked() -> None:
    packages.bills()
    bill = json.loads((packages.REPORTS / "sbom-python.json").read_text())
    assert {"Django", "cryptography"} <= {each["name"] for each in bill["components"]}
    npm = json.loads((packages.REPORTS / "sbom-npm.json").read_text())
    assert "uplot" in {each["name"] for each in npm["components"]}


def test_who_cannot_be_asked_is_no_all_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_knows_a_bad_one", lambda: False)
    assert "not asked" in packages.asked().note
