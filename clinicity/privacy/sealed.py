"""The base of every model that has protected fields."""

from typing import ClassVar

from clinicity.common.models import BaseModel
from clinicity.privacy.querysets import GuardedQuerySet


class SealedModel(BaseModel):
    """A row with protected fields.

    `class Privacy` names every field as protected or plain, and in `subject` the
    attribute that holds the id whose data key seals the row (None: the system's).
    """

    objects: ClassVar = GuardedQuerySet.as_manager()

    class Meta:
        abstract = True

    class Privacy:
        subject: ClassVar[str | None] = None
        protected: ClassVar[tuple[str, ...]] = ()
        plain: ClassVar[tuple[str, ...]] = ()
