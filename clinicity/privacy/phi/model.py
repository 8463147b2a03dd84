"""The trained token model (set in by training)."""

from clinicity.privacy.phi.spans import Span


def found(text: str) -> list[Span]:
    return []
