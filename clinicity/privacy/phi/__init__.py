"""PHI: find it, replace it by placeholders, put it back. Pure but for `gate`."""

from clinicity.privacy.phi.detector import detect
from clinicity.privacy.phi.pseudonymiser import Sanitised, restore, sanitise
from clinicity.privacy.phi.spans import Span

__all__ = ["Sanitised", "Span", "detect", "restore", "sanitise"]
