"""What the OpenAPI document shows: the API under `/api/v1/`, and how to sign in to it."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "clinicity.accounts.api.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class OperationNames(AutoSchema):
    """A collection is listed and one of its members retrieved: `patients_list`."""

    def get_operation_id(self) -> str:
        name: str = super().get_operation_id()
        is_collection = self.method == "GET" and not self.path.rstrip("/").endswith("}")
        plain = name.removesuffix("_retrieve").removesuffix("_list")
        return f"{plain}_list" if is_collection else name


def only_the_api(endpoints: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Leave out the aliases at the root, which are the same views again."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


PROBLEM = {
    "type": "object",
    "description": "A refusal, as RFC 9457 has it; some carry members of their own.",
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail", "request_id"],
}
ANYWHERE = {
    "400": "The input isn't valid.",
    "403": "The role may not do this, or it needs a fresh proof of who asks (step-up).",
    "404": "There is no such thing, or it isn't yours to see.",
    "406": "Answers are JSON.",
    "429": "Too many requests; `Retry-After` says how long to wait.",
    "503": "A service that this needs is not available.",
}
SIGNED_IN = {"401": "Not signed in."}
WRITES = {"409": "The state has changed in the meantime."}
BODIES = {
    "413": "The body is too large.",
    "415": "The body isn't of a type that this takes.",
    "422": "The request is well-formed, and can't be carried out.",
}


def refusals_described(result: Any, **_: Any) -> Any:
    """Name with each operation how it may refuse: always a problem detail."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    for methods in result["paths"].values():
        for method, operation in methods.items():
            for status, words in _refusals(method, operation).items():
                operation["responses"][status] = _problem(words)
    return result


def _refusals(method: str, operation: dict[str, Any]) -> dict[str, str]:
    found = dict(ANYWHERE)
    if {} not in operation.get("security", [{}]) or "401" in operation["responses"]:
        found |= SIGNED_IN
    if method != "get":
        found |= WRITES
    return found | BODIES if "requestBody" in operation else found


def _problem(words: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": words, "content": {"application/problem+json": {"schema": schema}}}
