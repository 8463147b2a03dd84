"""One run over the stores: each text is read for known values and by the detector's rules."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from clinicity.audit import services as audit
from clinicity.common.actors import SYSTEM, Actor
from clinicity.privacy.masks import MASK
from clinicity.privacy.phi import rules, spans
from clinicity.workbench.phi_audit import identifiers, stores
from clinicity.workbench.phi_audit.database import database
from clinicity.workbench.phi_audit.known import KnownValues
from clinicity.workbench.phi_audit.shapes import Finding, Report, Text, Texts

STORES: Mapping[str, Callable[[], Texts]] = {
    "database": database,
    "files": stores.files,
    "logs": stores.logs,
    "vectors": stores.vectors,
    "redis": stores.redis_values,
    "graph": stores.graph,
}
# Ids are ours, and their digits look like anybody's numbers.
OWN_IDS = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{16,}\b"
)
# What has a form that nothing else has. Dates have not: only known birth dates are looked for.
STRUCTURED = frozenset({spans.EMAIL, spans.PHONE, spans.ID, spans.ADDRESS})
# Addresses that are nobody's (RFC 2606), of services and of the demo's own staff.
NOBODYS = re.compile(
    r"[\w.+-]+@(?:[\w-]+\.)*(?:example|invalid|test|localhost)\b|\bgit@", re.IGNORECASE
)
LONGEST = 2_000_000


def audit_run(wanted: Iterable[str], *, by: Actor = SYSTEM) -> Report:
    """Look through the stores; the run and its counts are on record."""
    report = Report()
    known = identifiers.known_values(report)
    for name in wanted:
        try:
            _scan(name, known, report)
        except stores.NotThere as reason:
            report.skipped[name] = str(reason)
    report.findings.sort()
    audit.record(
        by=by, act="phi.audit", subject="stores", count=len(report.findings), read=report.read,
        skipped=sorted(report.skipped),
    )  # fmt: skip
    return report


def _scan(store: str, known: KnownValues, report: Report) -> None:
    report.read[store] = 0
    for item in STORES[store]():
        if isinstance(item, Text):
            report.read[store] += 1
            each = set(found(store, item, known))
        else:
            each = {item}
        report.findings += [replace(one, row=masked(one.row, known)) for one in each]


def masked(row: str, known: KnownValues) -> str:
    """Where something stands, without the parts that name somebody themselves."""
    return "".join(
        MASK if any(known.hits(part)) else part for part in re.split(r"([/: ])", row)
    )


def found(store: str, item: Text, known: KnownValues) -> Iterator[Finding]:
    """What in one text identifies somebody."""
    text = OWN_IDS.sub("#", item.text[:LONGEST])
    for value in known.hits(text, raw=item.raw):
        hint = f"of {value.subject}, {value.length} characters"
        yield Finding(store, item.place, item.field, item.row, value.kind, hint)
    if item.raw:
        return
    for span in rules.found_in_log(text):
        said = text[span.start : span.end]
        if span.type in STRUCTURED and not NOBODYS.search(said):
            hint = f"by its form, {len(said)} characters"
            yield Finding(store, item.place, item.field, item.row, span.type, hint)
