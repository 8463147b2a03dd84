"""What the portal itself does: prove the trail at an auditor's word."""

from clinicity.audit import services as audit
from clinicity.audit import verifying
from clinicity.audit.permissions import demand_reader
from clinicity.common.actors import Actor


def trail_verify(*, by: Actor) -> verifying.Verdict:
    """Seal what is due, walk the chain and every checkpoint, and put that on record."""
    demand_reader(by)
    verdict = verifying.seal_and_verify()
    audit.record(
        by=by, act="audit.verify", subject="trail", sealed=verdict.sealed,
        whole=not verdict.fault,
    )  # fmt: skip
    return verdict
