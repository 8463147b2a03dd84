"""What the portal itself does. Proving the trail lives with the trail."""

from clinicity.audit.services.proving import trail_verify

__all__ = ["trail_verify"]
