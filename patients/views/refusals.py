"""Saying what became of an act: beside the fields of a form, or at the top of the next page."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest

from clinicity.common.exceptions import DomainError


def show_refusal(form: Form, refusal: DomainError) -> None:
    errors = refusal.extra.get("errors", {})
    for name, sentences in errors.items():
        form.add_error(name if name in form.fields else None, sentences)
    if not errors:
        form.add_error(None, refusal.detail)


def tell(request: HttpRequest, words: str, act: Callable[[], object]) -> None:
    """Do one thing; the next page says so in `words`, or why it was refused."""
    try:
        act()
    except DomainError as refusal:
        messages.error(request, f"{refusal.title} {refusal.detail}")
    else:
        messages.success(request, words)
