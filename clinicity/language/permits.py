"""The permit of one call of a model outside the clinic, which its client demands.

Whether a patient agrees, this layer can't know: `patients.selectors.demand_external_model`
asks and gives the permit. A client takes it as an argument, so that no call can be written
that forgot to ask.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from clinicity.common import clock
from clinicity.common.exceptions import Refused

# Between the question and the call lies the making of a prompt, and nothing else.
GOOD_FOR = timedelta(seconds=60)


@dataclass(frozen=True)
class Permit:
    """Somebody may send texts about one patient, from this moment on."""

    actor_id: UUID
    patient_id: UUID
    given_at: datetime

    def demand_good(self, patient_id: UUID) -> None:
        """Raise `Refused` when it was given for somebody else, or long ago."""
        if self.patient_id != patient_id or clock.now() - self.given_at > GOOD_FOR:
            raise Refused("Ask for the patient's consent again before sending this.")
