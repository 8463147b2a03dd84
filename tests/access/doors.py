"""Every door there is, taken from the URL table: its name, its path, its methods."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from clinicity.common.routes import CONVERTERS

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Of the admin's: words for its scripts, and ways to the house's own log-in.
ASIDE = ("admin:jsi18n", "admin:autocomplete", "admin:login", "admin:logout")


@dataclass(frozen=True)
class Door:
    """One method of one route. `path` has `{name}` for each of its parameters."""

    name: str
    method: str
    path: str

    @property
    def key(self) -> str:
        return f"{self.name} {self.method}"

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)


def doors() -> list[Door]:
    """Every door, each once: a path that has two names is asked for by the first."""
    found: dict[str, Door] = {}
    for name, path, callback in _routes(get_resolver()):
        if name in ASIDE or path.startswith("static"):
            continue
        for method in methods_of(callback):
            door = Door(name or path, method, "/" + path)
            found.setdefault(door.key, door)
    return sorted(found.values(), key=lambda door: door.key)


def methods_of(callback: Any) -> list[str]:
    """The methods that a view answers: a class's handlers, or what its decorator names."""
    view = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    if view:
        return [method for method in METHODS if hasattr(view, method.lower())]
    while callback:
        code = getattr(callback, "__code__", None)
        if code and "request_method_list" in code.co_freevars:
            cell = callback.__closure__[code.co_freevars.index("request_method_list")]
            return [method for method in METHODS if method in cell.cell_contents]
        callback = getattr(callback, "__wrapped__", None)
    return ["GET", "POST"]


def _routes(
    resolver: URLResolver, space: str = "", prefix: str = ""
) -> Iterator[tuple[str, str, Any]]:
    for entry in resolver.url_patterns:
        text = str(entry.pattern)
        if text.startswith("^(?="):  # the aliases at the root lead to the same views
            continue
        path = prefix + plain(text)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _routes(entry, inner, path)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}" if entry.name else "", path, entry.callback


def plain(pattern: str) -> str:
    pattern = (
        pattern.removeprefix("^").replace("/?$", "/").removesuffix("$").removesuffix(r"\Z")
    )
    pattern = pattern.replace(CONVERTERS["uuid"], "UUID")
    pattern = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", pattern)
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", pattern)
