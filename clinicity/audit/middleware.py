"""What a request reads goes on record with one statement, before its answer leaves."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from clinicity.audit.services import reads_together


class ReadsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with reads_together():
            return self.get_response(request)
