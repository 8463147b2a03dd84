"""Rate limits: one table of endpoint classes, counted by user or device and by address.

Each request is counted by one atomic Lua call for each key, all in one round trip. Without
Redis nothing is counted and everything passes, but for signing in, which counts by itself
and fails closed (throttles.py). Answers of the API tell their limits in the fields of
draft-ietf-httpapi-ratelimit-headers-08: `RateLimit-Policy` and `RateLimit`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinicity.accounts.models import User
from clinicity.accounts.throttles import Limit, Throttled, Used, count_many, headers_of
from clinicity.accounts.tokens import BadToken, claims_of
from clinicity.common.problems import problem_json, problem_of

SECONDS = 60
# A ward shares one address.
SHARED_BY = 20
READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class EndpointClass:
    """Requests that count together: at most `most` a minute of one user."""

    name: str
    most: int
    paths: re.Pattern[str]
    methods: tuple[str, ...] = ()


def _at(*paths: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{path})" for path in paths))


WRITES = ("POST", "PUT", "PATCH", "DELETE")
# The first that fits counts.
CLASSES = (
    EndpointClass("free", 0, _at("^/health", "^/metrics", "^/static/")),
    EndpointClass(
        "sign-in", 60,
        _at("^/api/v1/auth/(?!me)", "^/accounts/(?:login|second-factor|step-up|oidc)"),
        WRITES,
    ),
    EndpointClass("ingest", 3000, _at("^/api/v1/biometric-events"), WRITES),
    EndpointClass("export", 60, _at("/exports?/?$", r"/\$(?:everything|export)")),
    EndpointClass(
        "chat", 120, _at("^(?:/api/v1)?/chat", "^/agents/", "^(?:/api/v1)?/expert_opinion"), WRITES
    ),
    EndpointClass("search", 300, _at("/search/?$")),
    EndpointClass("write", 1200, _at(""), WRITES),
    EndpointClass("read", 6000, _at("")),
)  # fmt: skip


class RateLimitsMiddleware:
    """Counts each request, refuses those over a limit, and tells the limits on the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        used = _count(request)
        over = next((each for each in used if each.is_over), None)
        response = _refusal(request, over) if over else self.get_response(request)
        if request.path.startswith("/api/"):
            for name, value in headers_of(used).items():
                response.headers.setdefault(name, value)
        return response


def class_of(method: str, path: str) -> EndpointClass:
    """The class that a request counts in."""
    return next(
        each
        for each in CLASSES
        if (not each.methods or method in each.methods) and each.paths.search(path)
    )


def _count(request: HttpRequest) -> list[Used]:
    kind = class_of(str(request.method), request.path)
    if kind.name == "free" or not settings.RATE_LIMITING_ENABLED:
        return []
    most = settings.RATE_LIMITS.get(kind.name, kind.most)
    address = request.META.get("REMOTE_ADDR", "")
    counts = [(Limit(f"{kind.name}-address", most * SHARED_BY, SECONDS), address, 1)]
    if who := _who(request):
        counts.insert(0, (Limit(f"{kind.name}-{who[0]}", most, SECONDS), who[1], 1))
    return count_many(counts)


def _who(request: HttpRequest) -> tuple[str, str] | None:
    """The user, or the device, who asks. Asks no database."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        try:
            return "user", str(claims_of(token).user_id)
        except BadToken:  # a device's own token, or nobody's: the address counts as well
            return "device", sha256(token.encode()).hexdigest()
    user = getattr(request, "user", None)
    return ("user", str(user.id)) if isinstance(user, User) else None


def _refusal(request: HttpRequest, over: Used) -> HttpResponse:
    wait = over.wait_seconds
    refused = Throttled(f"Wait {wait} seconds and try again.", retry_after=wait)
    if request.path.startswith("/api/"):
        response: HttpResponse = problem_json(problem_of(refused))
    else:
        response = render(request, "problem.html", {"problem": refused}, status=refused.status)
    response["Retry-After"] = str(wait)
    return response
