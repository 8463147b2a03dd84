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
