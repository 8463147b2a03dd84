"""Showing a domain's refusal beside the fields that it speaks of."""

from django.forms import Form

from clinicity.common.exceptions import DomainError


def show_refusal(form: Form, refusal: DomainError) -> None:
    errors = refusal.extra.get("errors", {})
    for name, sentences in errors.items():
        form.add_error(name if name in form.fields else None, sentences)
    if not errors:
        form.add_error(None, refusal.detail)
