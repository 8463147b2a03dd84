"""Long answers, part by part, under either server."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest


def streamed(
    request: HttpRequest, parts: Iterator[bytes]
) -> Iterator[bytes] | AsyncIterator[bytes]:
    """As the server takes it: under ASGI a plain iterator would be collected whole."""
    return _one_by_one(parts) if isinstance(request, ASGIRequest) else parts


async def _one_by_one(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    take = sync_to_async(lambda: next(parts, None))
    while (part := await take()) is not None:
        yield part
