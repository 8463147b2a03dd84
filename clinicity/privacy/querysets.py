"""A queryset that gives protected values only through their row."""

from typing import Any, Self, TypeVar

from django.core.exceptions import FieldError
from django.db import models

from clinicity.privacy.fields import SealedField

M = TypeVar("M", bound=models.Model)


class GuardedQuerySet(models.QuerySet[M]):
    """`values()` of a protected field raises: a bare ciphertext has lost its row."""

    def _values(self, *fields: str, **expressions: Any) -> Self:
        names = fields or tuple(field.attname for field in self.model._meta.concrete_fields)
        for name in names:
            if self._is_protected(str(name)):
                raise FieldError(f"{name} is protected: load the row to read it.")
        return super()._values(*fields, **expressions)  # type: ignore[misc,no-any-return]

    def _is_protected(self, name: str) -> bool:
        try:
            _, final, _, _ = self.query.names_to_path(name.split("__"), self.model._meta)
        except FieldError:  # an annotation, or a name that Django itself will refuse
            return False
        return isinstance(final, SealedField)
