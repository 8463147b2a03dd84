"""API routes that take a path with and without its last slash."""

import re
from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, re_path

CONVERTERS = {
    "uuid": "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "int": "[0-9]+",
    "slug": "[-a-zA-Z0-9_]+",
}


def route(path: str, view: type | Callable[..., HttpResponseBase], *, name: str) -> URLPattern:
    """`route("patients/<uuid:patient_id>/", View, name="patient")`.

    A redirect to the other form would lose the body of a POST.
    """
    handler: Any = view.as_view() if isinstance(view, type) else view  # type: ignore[attr-defined]
    pattern: URLPattern = re_path(f"^{_pattern(path.rstrip('/'))}/?$", handler, name=name)
    return pattern


def _pattern(path: str) -> str:
    def group(match: re.Match[str]) -> str:
        return f"(?P<{match[2]}>{CONVERTERS[match[1]]})"

    return re.sub(r"<(\w+):(\w+)>", group, path)
