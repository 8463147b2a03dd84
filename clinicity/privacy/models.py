"""Wrapped data keys, what became of older ones, and how far a rotation is."""

from typing import ClassVar

from django.db import models

from clinicity.common.models import BaseModel


class SubjectKey(models.Model):
    """One subject's data key, wrapped by a key of `ENCRYPTION_KEY`. It seals and opens."""

    subject_id = models.UUIDField(primary_key=True)
    wrapped = models.BinaryField()
    version = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["created_at"], name="data_key_age")]

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = ("subject_id", "wrapped", "version", "created_at")

    def __str__(self) -> str:
        return f"data key of {self.subject_id}"


class RetiredKey(BaseModel):
    """A data key that a newer one took the place of. It opens, until all is sealed anew."""

    subject_id = models.UUIDField()
    wrapped = models.BinaryField()
    version = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject_id", "version"], name="retired_key_once")
        ]

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = ("id", "created_at", "subject_id", "wrapped", "version")


class DestroyedKey(models.Model):
    """That a subject's data keys were destroyed on purpose, and are not lost."""

    subject_id = models.UUIDField(primary_key=True)
    destroyed_at = models.DateTimeField(auto_now_add=True)

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = ("subject_id", "destroyed_at")

    def __str__(self) -> str:
        return f"destroyed data key of {self.subject_id}"


class KeyRotation(BaseModel):
    """One renewal of all data keys: which are older than it is left to do.

    `clean_at` is when nothing was found any more that an old key had sealed.
    """

    subjects = models.PositiveIntegerField(default=0)
    resealed = models.PositiveBigIntegerField(default=0)
    clean_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(finished_at__isnull=True),
                name="one_rotation_at_a_time",
            )
        ]

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = (
            "id", "created_at", "subjects", "resealed", "clean_at", "finished_at",
        )  # fmt: skip


class HashSecret(models.Model):
    """A fingerprint of the `HASH_SECRET` under which this database's indexes were made."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = ("fingerprint", "created_at")

    def __str__(self) -> str:
        return "fingerprint of HASH_SECRET"
