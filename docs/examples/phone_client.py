"""Sends a phone's measurements to Clinicity. Python's standard library, and nothing else.

    python phone_client.py https://clinic.example FOLDER pair CODE
    python phone_client.py https://clinic.example FOLDER send FILE

FILE holds one sample a line, as HealthKit or Health Connect names it:
{"type": "HKQuantityTypeIdentifierHeartRate", "start": "2025-04-17T14:23:00+02:00",
"end": "2025-04-17T14:23:00+02:00", "value": 72, "unit": "count/min"}

What is not acknowledged by a receipt stays in FOLDER/outbox.jsonl and is sent again under
the key that it had at first, so that the server never stores it twice.
"""

import json
import os
import random
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

TYPES = json.loads(Path(__file__).with_name("phone_types.json").read_text("utf-8"))
BATCH, ATTEMPTS, LONGEST_WAIT, IN_BED = 5000, 8, 300.0, 5
AGAIN = {408, 409, 425, 429, 500, 502, 503, 504}


class NotAcknowledged(Exception):
    """The server gave no receipt this time; the outbox keeps everything for the next."""


def translated(sample: dict[str, Any]) -> dict[str, Any]:
    """A phone's sample as an event of the contract; raises KeyError for unknown words."""
    known = TYPES[sample["type"]]
    event = {"data_type": known["metric"], "timestamp": sample["start"], "end": sample["end"]}
    if known["states"]:
        state = known["states"][sample["value"]]
        bed = {"sequence": IN_BED} if state == IN_BED else {}
        return event | {"value": state, "unit": ""} | bed
    if known["by_duration"] and sample.get("value") is None:
        start, end = (datetime.fromisoformat(sample[name]) for name in ("start", "end"))
        return event | {"value": (end - start).total_seconds() / 60, "unit": "min"}
    return event | {"value": sample["value"], "unit": known["units"][sample["unit"]]}


class PhoneClient:
    """One phone of one patient; its folder holds the token and what waits to be sent."""

    def __init__(
        self, server: str, folder: Path, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.server, self.folder, self.sleep = server.rstrip("/"), folder, sleep
        folder.mkdir(parents=True, exist_ok=True)
        self.device, self.outbox = folder / "device.json", folder / "outbox.jsonl"

    def pair(self, code: str) -> None:
        """Trade the one-time code for a token, which only the owner can read."""
        answer = self._post("/api/v1/devices/pair", {"code": code}, {})
        self.device.touch(mode=0o600)
        self.device.write_text(json.dumps(answer))

    def add(self, samples: Iterable[dict[str, Any]]) -> None:
        """Put samples into the outbox, on the disk before this returns."""
        events = list(self._translated(samples))
        batches = [events[n : n + BATCH] for n in range(0, len(events), BATCH)]
        with self.outbox.open("a") as file:
            for batch in batches:
                file.write(json.dumps({"key": str(uuid.uuid4()), "events": batch}) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def flush(self) -> None:
        """Send what waits, oldest first; a batch leaves the outbox by its receipt only."""
        while waiting := self._waiting():
            batch = json.loads(waiting[0])
            try:
                receipt = self._sent(batch)
            except urllib.error.HTTPError as refusal:
                if refusal.code in (401, 403):
                    raise NotAcknowledged("The token is no longer valid: pair again.") from None
                print(f"Refused, and put aside: {refusal.read().decode()}")
                with (self.folder / "refused.jsonl").open("a") as file:
                    file.write(waiting[0] + "\n")
            else:
                for bad in receipt["reasons"]:
                    print(f"Rejected: {batch['events'][bad['index']]}: {bad['reason']}")
            self._keep(waiting[1:])

    def _translated(self, samples: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for sample in samples:
            try:
                yield translated(sample)
            except KeyError as unknown:
                print(f"Not sent, {unknown} is not in the contract: {sample}")

    def _sent(self, batch: dict[str, Any]) -> dict[str, Any]:
        device = json.loads(self.device.read_text())
        headers = {
            "Authorization": f"Bearer {device['token']}", "Idempotency-Key": batch["key"],
        }  # fmt: skip
        body = {"patient_id": device["patient_id"], "device_id": device["device_id"]}
        body["events"] = batch["events"]
        for attempt in range(ATTEMPTS):
            wait = min(LONGEST_WAIT, 2.0**attempt) * random.uniform(0.5, 1)  # noqa: S311
            try:
                return self._post("/api/v1/biometric-events", body, headers)
            except urllib.error.HTTPError as refusal:
                if refusal.code not in AGAIN:
                    raise
                wait = max(wait, _seconds(refusal.headers.get("Retry-After")))
            except (OSError, HTTPException, ValueError):
                pass  # no answer, or half of one: the key makes it safe to ask again
            self.sleep(wait)
        raise NotAcknowledged("The server can't be reached. Everything is kept for later.")

    def _post(self, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
        request = urllib.request.Request(
            self.server + path, json.dumps(body).encode(),
            {"Content-Type": "application/json"} | headers,
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=60) as answer:
            document: dict[str, Any] = json.loads(answer.read())
        return document

    def _waiting(self) -> list[str]:
        return self.outbox.read_text().splitlines() if self.outbox.exists() else []

    def _keep(self, lines: list[str]) -> None:
        rest = self.outbox.with_suffix(".new")
        rest.write_text("".join(f"{line}\n" for line in lines))
        rest.replace(self.outbox)


def _seconds(retry_after: str | None) -> float:
    return float(retry_after) if retry_after and retry_after.isdigit() else 0.0


def main() -> None:
    server, folder, word, argument = sys.argv[1:]
    client = PhoneClient(server, Path(folder))
    if word == "pair":
        client.pair(argument)
        return
    client.add(json.loads(line) for line in Path(argument).read_text("utf-8").splitlines())
    client.flush()


if __name__ == "__main__":
    main()
