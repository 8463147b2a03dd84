"""One request at the door, and what it was answered."""

import http.client
import json
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

PATH = "/api/v1/biometric-events"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def wait(self) -> str:
        return self.headers.get("retry-after", "")

    @property
    def document(self) -> Any:
        return json.loads(self.body)


def ask(
    port: int, token: str, body: bytes | Iterable[bytes], *, key: str = "", query: str = "",
    timeout: float = 30.0, **headers: str,
) -> Answer | None:  # fmt: skip
    """POST a body, whole or in chunks; None when no answer came."""
    named = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    named |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    named |= {"Idempotency-Key": urllib.parse.quote(key)} if key else {}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(
            "POST", f"{PATH}?{query}", body, named, encode_chunked=not isinstance(body, bytes)
        )
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read())
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
