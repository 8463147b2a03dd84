"""Bearer tokens for the API, checked by the same service as everywhere."""

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from clinicity.accounts.models import User
from clinicity.accounts.tokens import user_of_access


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, str] | None:
        parts = get_authorization_header(request).decode("latin-1").split()
        if len(parts) != 2 or parts[0].lower() != "bearer":
            return None
        return user_of_access(parts[1]), parts[1]

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
