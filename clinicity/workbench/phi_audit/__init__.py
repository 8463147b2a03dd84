"""What `manage.py phi_audit` looks through: stores by name, each a list of things to read."""

from clinicity.workbench.phi_audit.scanning import STORES, audit_run
from clinicity.workbench.phi_audit.shapes import Finding, Report

__all__ = ["STORES", "Finding", "Report", "audit_run"]
