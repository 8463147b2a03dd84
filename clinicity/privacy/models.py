"""Wrapped data keys."""

from typing import ClassVar

from django.db import models


class SubjectKey(models.Model):
    """One subject's data key, wrapped by a key of `ENCRYPTION_KEY`."""

    subject_id = models.UUIDField(primary_key=True)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = ("subject_id", "wrapped", "created_at")

    def __str__(self) -> str:
        return f"data key of {self.subject_id}"
