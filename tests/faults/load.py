"""Clients of the door that send until each batch is acknowledged."""

import http.client
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

BATCH = 300
PAUSE = 0.05
TIMEOUT = 10.0
FIRST = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass
class Client:
    """One patient's device: batches one after the other, each under its own key."""

    port: int
    token: str
    patient_id: UUID
    sent: int = 0
    acknowledged: int = 0
    moments: list[float] = field(default_factory=list)
    # How often it was answered what; `+` where it was told when to come back.
    told: Counter[str] = field(default_factory=Counter)

    def send_until(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.until_stored(self.sent)
            self.sent += 1

    def until_stored(self, number: int) -> None:
        body = json.dumps(events(self.patient_id, number)).encode()
        while not self._post(body, key=f"{self.patient_id}-{number}"):
            time.sleep(PAUSE)
        self.acknowledged += 1
        self.moments.append(time.monotonic())

    def _post(self, body: bytes, *, key: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        headers = {
            "Authorization": f"Bearer {self.token}", "Content-Type": "application/json",
            "Idempotency-Key": key,
        }  # fmt: skip
        try:
            connection.request("POST", "/api/v1/biometric-events", body, headers)
            answer = connection.getresponse()
            answer.read()
            self.told[f"{answer.status}{'+' * ('Retry-After' in answer.headers)}"] += 1
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if answer.status < 500 and answer.status not in (201, 409, 429):
            raise AssertionError(f"The door answered {answer.status}.")
        return answer.status == 201


def events(patient_id: UUID, number: int) -> dict[str, object]:
    """One batch: a sample a second, whose value says which sample it is."""
    return {
        "patient_id": str(patient_id),
        "events": [
            {
                "data_type": "heart_rate",
                "timestamp": (FIRST + timedelta(seconds=n)).isoformat(),
                "data": {"bpm": value_of(n)},
            }
            for n in range(number * BATCH, (number + 1) * BATCH)
        ],
    }


def value_of(number: int) -> float:
    return 60 + number % 100
