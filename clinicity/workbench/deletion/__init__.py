"""Proving deletion reports: each store is asked itself, past selectors and row security."""

from clinicity.workbench.deletion.proving import Proof, proofs
from clinicity.workbench.deletion.subject import Left

__all__ = ["Left", "Proof", "proofs"]
