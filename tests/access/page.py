"""The matrix as a page: doors by who is let in."""

from tests.access.cast import RELATIONS
from tests.access.doors import doors
from tests.access.expected import DOORS
from tests.access.rules import ADMIN, Rule

HEAD = """# Who is let in where

Made of `tests/access/expected.py`, which declares every door once; `tests/access/test_matrix.py`
asks at each of them as everybody below, and fails on a door that nobody declared.
● answered ○ refused (401, 403 or 404, and nothing of the record in the answer)
◐ refused or answered with nothing changed
"""


def rendered() -> str:
    lines = [HEAD, "## Who"]
    lines += [f"- **{name}**: {words}" for name, words in RELATIONS.items()]
    for rule, keys in _by_rule().items():
        marks = " ".join(f"{_mark(rule, name)} {name}" for name in RELATIONS)
        lines += ["", f"## {rule.words[0].upper()}{rule.words[1:]}", marks, ""]
        lines += [f"- `{key.split()[-1]} {path}`" for key, path in keys]
    return "\n".join(lines) + "\n"


def _by_rule() -> dict[Rule, list[tuple[str, str]]]:
    found: dict[Rule, list[tuple[str, str]]] = {}
    for door in doors():
        of_admin = door.path.startswith("/admin/")
        rule = ADMIN if of_admin else DOORS[door.key][0]
        found.setdefault(rule, []).append((door.key, door.path))
    return found


def _mark(rule: Rule, relation: str) -> str:
    if relation in rule.either:
        return "◐"
    return "●" if relation in rule.let_in else "○"
