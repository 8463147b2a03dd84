"""Finds what identifies a person: the rules' finds and the model's, together."""

from clinicity.privacy.phi import model, rules
from clinicity.privacy.phi.spans import Span, merged


def detect(text: str) -> list[Span]:
    """Sorted spans that don't overlap; see `spans` for their types."""
    return merged([*rules.found(text), *model.found(text)])
