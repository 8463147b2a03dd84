"""The matrix as a page: doors by who is let in."""

from tests.access.cast import RELATIONS
from tests.access.doors import doors
from tests.access.expected import DOORS
from tests.access.rules import ADMIN, ADMINS, Rule
from tests.access.visibility import AUTHOR, KINDS, READS
from tests.access.wide import SOCKETS, STORES

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
        lines += ["", f"## {rule.words[0].upper()}{rule.words[1:]}", _marks(rule), ""]
        lines += [f"- `{key.split()[-1]} {path}`" for key, path in keys]
    return "\n".join([*lines, *_beyond(), *_by_visibility()]) + "\n"


def _beyond() -> list[str]:
    """Doors that aren't URLs."""
    doors = [(f"socket `/{path}`", rule) for path, (rule, _, _) in SOCKETS.items()]
    doors += [(name, rule) for name, (rule, _) in STORES.items()]
    doors.append(("the list of every model in the admin", ADMINS))
    lines = ["", "# Beyond URLs", "", "Asked by `tests/access/test_wide.py`."]
    for rule in dict.fromkeys(rule for _, rule in doors):
        lines += ["", f"## {rule.words[0].upper()}{rule.words[1:]}", _marks(rule), ""]
        lines += [f"- {name}" for name, each in doors if each == rule]
    return lines


def _by_visibility() -> list[str]:
    """Who reads an item, whatever its kind, in each visibility."""
    head = [
        "",
        "# Visibility",
        "",
        "Asked by `tests/access/test_visibility.py`, of each kind of",
    ]
    head += [f"item at each door that answers it: {', '.join(sorted(KINDS))}.", ""]
    lines = ["| " + " | ".join(["", *READS]) + " |", "|---" * (len(READS) + 1) + "|"]
    for relation in (AUTHOR, *RELATIONS):
        marks = ["●" if relation in read else "○" for read in READS.values()]
        name = "its author" if relation == AUTHOR else relation
        lines.append("| " + " | ".join([name, *marks]) + " |")
    return [*head, *lines]


def _marks(rule: Rule) -> str:
    return " ".join(f"{_mark(rule, name)} {name}" for name in RELATIONS)


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
