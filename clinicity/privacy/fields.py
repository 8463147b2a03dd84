"""Protected fields: AES-256-GCM on the base of django-encrypted-model-fields.

The package as published must not be used as it is: `bulk_update()` destroys data,
tampered or plain values are returned silently, a value swapped in from another row
goes unnoticed, and forms decrypt what is posted to them. Here instead

1. `pre_save` seals with the row's own key and identity (table, column, row id);
2. `get_db_prep_save` refuses anything that isn't sealed, so every way around
   `save()` (`update()`, `bulk_update()`) raises;
3. reading gives a `Ciphertext`, which a descriptor opens on first access and which
   raises when it was altered or belongs to another row;
4. nothing that arrives from outside is ever decrypted.
"""

import base64
import datetime as dt
import json
from binascii import a2b_base64
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from encrypted_model_fields.fields import (
    EncryptedCharField as PublishedCharField,
)
from encrypted_model_fields.fields import (
    EncryptedDateField as PublishedDateField,
)
from encrypted_model_fields.fields import (
    EncryptedDateTimeField as PublishedDateTimeField,
)
from encrypted_model_fields.fields import (
    EncryptedMixin,
)
from encrypted_model_fields.fields import (
    EncryptedTextField as PublishedTextField,
)

from clinicity.privacy import keyring

# In base64 the nine bytes of version and key id are exactly as many letters.
HEAD_LETTERS = 12


class Unsealed(ValueError):
    """A plain value on its way into a protected column."""


class Ciphertext:
    """A sealed value as the database holds it. Says nothing of itself when printed."""

    __slots__ = ("blob",)

    def __init__(self, blob: Any) -> None:
        self.blob = blob

    def __repr__(self) -> str:
        return "<sealed>"


class OpenOnAccess(DeferredAttribute):
    """Opens a field's ciphertext the first time that its attribute is read."""

    field: "SealedField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        if isinstance(value, Ciphertext):
            value = self.field.open(instance, value)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        # With a setter the descriptor is asked before the instance's own dictionary.
        instance.__dict__[self.field.attname] = value


class SealedField(EncryptedMixin, models.Field[Any, Any]):
    """What every protected field does; the concrete classes add the type."""

    descriptor_class = OpenOnAccess

    def dump(self, value: Any) -> bytes:
        return str(value).encode()

    def load(self, data: bytes) -> Any:
        return self.to_python(data.decode())

    def seal(self, instance: models.Model, value: Any) -> Ciphertext:
        blob = keyring.seal(self._subject(instance), self.dump(value), aad=self._aad(instance))
        return Ciphertext(base64.b64encode(blob).decode())

    def open(self, instance: models.Model, value: Ciphertext) -> Any:
        try:
            blob = a2b_base64(value.blob, strict_mode=True)
        except ValueError as error:
            wrong = keyring.Unreadable(f"{self.attname} holds no sealed value.")
            raise keyring.told(wrong, self._subject(instance)) from error
        return self.load(keyring.unseal(self._subject(instance), blob, aad=self._aad(instance)))

    def _subject(self, instance: models.Model) -> UUID:
        name = getattr(instance.Privacy, "subject", None)  # type: ignore[attr-defined]
        return keyring.SYSTEM if name is None else getattr(instance, name)

    def _aad(self, instance: models.Model) -> bytes:
        return self.aad_of(instance.pk)

    def aad_of(self, pk: object) -> bytes:
        return f"clinicity|{self.model._meta.db_table}|{self.column}|{pk}".encode()

    def pre_save(self, model_instance: models.Model, add: bool) -> Ciphertext | None:  # noqa: FBT001
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Ciphertext):
            return self._renewed(model_instance, value)
        return None if value is None else self.seal(model_instance, value)

    def _renewed(self, instance: models.Model, value: Ciphertext) -> Ciphertext:
        """What was never opened is written back as it is, unless its key was replaced: a row
        that was read before a rotation doesn't bring an old key back."""
        if keyring.is_newest(self._subject(instance), self.head_of(value.blob)):
            return value
        return self.seal(instance, self.open(instance, value))

    def head_of(self, stored: Any) -> bytes:
        """The version and key id that a stored value begins with."""
        try:
            return a2b_base64(stored[:HEAD_LETTERS], strict_mode=True)
        except ValueError:
            return b""

    @staticmethod
    def letters_of(head: bytes) -> str:
        """How a value in a text column begins that was sealed with this head."""
        return base64.b64encode(head).decode()

    def resealed(self, subject_id: UUID, pk: object, stored: Any) -> Any:
        """A stored value under the subject's newest key, without opening its type."""
        try:
            blob = a2b_base64(stored, strict_mode=True)
        except ValueError as error:
            raise keyring.Unreadable(f"{self.attname} holds no sealed value.") from error
        aad = self.aad_of(pk)
        opened = keyring.unseal(subject_id, blob, aad=aad)
        return base64.b64encode(keyring.seal(subject_id, opened, aad=aad)).decode()

    def get_db_prep_save(self, value: Any, connection: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, Ciphertext):
            raise Unsealed(f"{self.attname} is protected: change it through its row's save().")
        return value.blob  # type: ignore[no-any-return]

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        return self.get_db_prep_save(value, connection)

    def from_db_value(self, value: str | None, *args: Any) -> Ciphertext | None:
        return None if value is None else Ciphertext(value)

    def to_python(self, value: Any) -> Any:
        # Past EncryptedMixin, which would decrypt whatever a form is sent.
        return super(EncryptedMixin, self).to_python(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.attname} is protected: search its blind index instead.")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        raise FieldError(f"{self.attname} is protected: it isn't serialised.")


class EncryptedCharField(SealedField, PublishedCharField):
    pass


class EncryptedTextField(SealedField, PublishedTextField):
    def seal_value(self, subject_id: UUID, pk: UUID, value: str) -> str:
        """For rows that are written in bulk, without an instance for each."""
        blob = keyring.seal(subject_id, self.dump(value), aad=self.aad_of(pk))
        return base64.b64encode(blob).decode()


class EncryptedDateField(SealedField, PublishedDateField):
    def dump(self, value: dt.date) -> bytes:
        return self.to_python(value).isoformat().encode()  # type: ignore[no-any-return]


class EncryptedDateTimeField(SealedField, PublishedDateTimeField):
    def dump(self, value: dt.datetime) -> bytes:
        return self.to_python(value).isoformat().encode()  # type: ignore[no-any-return]

    def to_python(self, value: Any) -> Any:
        return models.DateTimeField.to_python(self, value)


class EncryptedJSONField(SealedField, PublishedTextField):
    """Any JSON value, sealed as a whole."""

    def seal_value(self, subject_id: UUID, pk: UUID, value: Any) -> str:
        """For rows that are written in bulk, without an instance for each."""
        blob = keyring.seal(subject_id, self.dump(value), aad=self.aad_of(pk))
        return base64.b64encode(blob).decode()

    def dump(self, value: Any) -> bytes:
        return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()

    def load(self, data: bytes) -> Any:
        return json.loads(data)

    def to_python(self, value: Any) -> Any:
        return value


class EncryptedDecimalField(SealedField, models.DecimalField[Any, Any]):
    """A number that says something of a person: a laboratory value, a dose."""


class EncryptedBytesField(SealedField, models.BinaryField[Any, Any]):
    """Bytes, sealed without the detour over text."""

    def get_internal_type(self) -> str:
        return "BinaryField"

    def seal(self, instance: models.Model, value: bytes) -> Ciphertext:
        subject, aad = self._subject(instance), self._aad(instance)
        return Ciphertext(keyring.seal(subject, bytes(value), aad=aad))

    def open(self, instance: models.Model, value: Ciphertext) -> bytes:
        return keyring.unseal(
            self._subject(instance), bytes(value.blob), aad=self._aad(instance)
        )

    # The same for rows that are written and read in bulk, without an instance for each.

    def seal_value(self, subject_id: UUID, pk: UUID, data: bytes) -> bytes:
        return keyring.seal(subject_id, data, aad=self.aad_of(pk))

    def open_value(self, subject_id: UUID, pk: UUID, blob: bytes) -> bytes:
        return keyring.unseal(subject_id, blob, aad=self.aad_of(pk))

    def open_values(self, subject_id: UUID, rows: Iterable[tuple[UUID, bytes]]) -> list[bytes]:
        """Of one subject's rows: each one's key and its sealed bytes."""
        return keyring.unseal_many(subject_id, ((blob, self.aad_of(pk)) for pk, blob in rows))

    def head_of(self, stored: Any) -> bytes:
        return bytes(stored[: keyring.HEAD])

    def resealed(self, subject_id: UUID, pk: object, stored: Any) -> bytes:
        aad = self.aad_of(pk)
        opened = keyring.unseal(subject_id, bytes(stored), aad=aad)
        return keyring.seal(subject_id, opened, aad=aad)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        blob = super().get_db_prep_save(value, connection)
        return None if blob is None else connection.Database.Binary(blob)

    def from_db_value(self, value: Any, *args: Any) -> Ciphertext | None:
        return None if value is None else Ciphertext(bytes(value))

    def to_python(self, value: Any) -> Any:
        return value
