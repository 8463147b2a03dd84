"""The base of every model that has protected fields."""

from functools import cached_property
from typing import ClassVar

from clinicity.common.models import BaseModel
from clinicity.privacy import keyring
from clinicity.privacy.querysets import GuardedQuerySet


class SealedModel(BaseModel):
    """A row with protected fields.

    `class Privacy` names every field as protected or plain, and in `subject` the
    attribute that holds the id whose data key seals the row (None: the system's).
    """

    objects: ClassVar = GuardedQuerySet.as_manager()

    class Meta:
        abstract = True

    @cached_property
    def cant_open(self) -> str:
        """Why a protected field of this row can't be opened, as a sentence; empty if all can.

        For lists of many people: one closed row says so in its place, and hides no other.
        """
        with keyring.marked():
            try:
                for name in self.Privacy.protected:
                    getattr(self, name)
            except keyring.CantOpen as error:
                return error.detail
        return ""

    class Privacy:
        subject: ClassVar[str | None] = None
        protected: ClassVar[tuple[str, ...]] = ()
        plain: ClassVar[tuple[str, ...]] = ()
