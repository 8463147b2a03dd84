"""What tests of signing in share."""

from typing import Any

from django.test import Client

PASSWORD = "correct horse battery staple"


def post(client: Client, path: str, **data: Any) -> Any:
    return client.post(f"/api/v1/auth/{path}", data, content_type="application/json")


def sign_in(client: Client, password: str = PASSWORD, email: str = "") -> Any:
    address = email or "dora@clinicity.example"
    return post(client, "login", email=address, password=password)
