"""How far the simulated clinic is loaded, so that a cut-off load goes on."""

from typing import ClassVar

from django.db import models

from clinicity.common.models import BaseModel


class LoadedStep(BaseModel):
    """One step of one person's load, committed with what the step wrote."""

    person = models.CharField(max_length=20)
    step = models.CharField(max_length=20)
    # The clinic's today: a load that goes on tomorrow keeps it.
    until = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "step"], name="step_loaded_once")
        ]

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = ("id", "created_at", "person", "step", "until")
