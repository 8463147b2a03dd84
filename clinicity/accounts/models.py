"""People and services that act, and the rows behind their tokens."""

from typing import ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from clinicity.common.actors import Actor, Role
from clinicity.common.models import BaseModel
from clinicity.privacy.fields import EncryptedCharField, EncryptedTextField
from clinicity.privacy.pseudonyms import blind_index
from clinicity.privacy.querysets import GuardedQuerySet

EMAIL_SCOPE = "user.email"


class UserManager(BaseUserManager.from_queryset(GuardedQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, email: str | None) -> "User":
        user: User = self.get(email_index=blind_index(email or "", scope=EMAIL_SCOPE))
        return user


class User(AbstractBaseUser, BaseModel):
    """A person who signs in, or a named service. Sealed under the system's key."""

    email = EncryptedCharField(max_length=254)
    email_index = models.CharField(max_length=64, unique=True)
    display_name = EncryptedCharField(max_length=150)
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    is_active = models.BooleanField(default=True)
    mfa_required = models.BooleanField(default=False)

    objects: ClassVar = UserManager()

    USERNAME_FIELD = "email_index"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Privacy:
        subject: ClassVar = None
        protected: ClassVar = ("email", "display_name")
        plain: ClassVar = (
            "id", "created_at", "email_index", "role", "is_active", "mfa_required",
            "password", "last_login",
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.role} {str(self.pk)[-6:]}"

    @property
    def actor(self) -> Actor:
        return Actor(id=self.id, role=Role(self.role))

    @property
    def is_staff(self) -> bool:
        return self.role == Role.ADMIN

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django admin's question. What an admin may change, each admin page says."""
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff


class RefreshToken(BaseModel):
    """A refresh token that was given out, known by its `jti` only.

    Every rotation stays in the family of its sign-in. A token that is used twice was
    stolen from someone: the whole family ends.
    """

    family = models.UUIDField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = (
            "id", "created_at", "family", "user", "expires_at", "used_at", "revoked_at",
        )  # fmt: skip


class TokenFamily(BaseModel):
    """One sign-in of an app: all its token pairs, until it ends."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # The app in two words, such as `Firefox|Linux`; see clients.py.
    client = models.CharField(max_length=60, blank=True)
    last_used_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["user"], name="family_open", condition=models.Q(ended_at__isnull=True)
            )
        ]

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = (
            "id", "created_at", "user", "client", "last_used_at", "ends_at", "ended_at",
            "ended_why",
        )  # fmt: skip


class SignInChallenge(BaseModel):
    """A right password that waits for its second factor. Used once, known by its hash."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    # What a passkey has to sign, once one was asked for.
    passkey_state = models.JSONField(null=True)
    # The authenticator's secret, for who must set one up before they get in.
    secret = EncryptedCharField(max_length=64, null=True)

    objects: ClassVar = GuardedQuerySet.as_manager()

    class Privacy:
        subject: ClassVar = None
        protected: ClassVar = ("secret",)
        plain: ClassVar = (
            "id", "created_at", "user", "digest", "expires_at", "used_at", "failures",
            "passkey_state",
        )  # fmt: skip


class StoredAnswer(BaseModel):
    """The first answer to a write with an `Idempotency-Key`, replayed byte for byte."""

    actor_id = models.UUIDField()
    key_index = models.CharField(max_length=64)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = EncryptedTextField()
    expires_at = models.DateTimeField(db_index=True)

    objects: ClassVar = GuardedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["actor_id", "key_index"], name="one_answer_a_key")
        ]

    class Privacy:
        subject: ClassVar = None
        protected: ClassVar = ("body",)
        plain: ClassVar = (
            "id", "created_at", "actor_id", "key_index", "request_digest", "status",
            "expires_at",
        )  # fmt: skip


def user_id_of(text: str) -> UUID | None:
    """The id in a token's subject, or None when it isn't one."""
    try:
        return UUID(text)
    except ValueError:
        return None
