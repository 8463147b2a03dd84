"""Single events over HTTP from 32 connections, each answered only when it is durable.

Ours is the door before Django; the peer is the same service behind Django REST
framework's route, in a server of its own. Each stores ledger, segment and rollups.
"""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import count

from benchmarks.rounds import OURS, measured, options, tell
from tests.faults.house import House, await_port, free_port, house
from tests.faults.load import FIRST

CONNECTIONS, EVENTS, ROUNDS = 32, 8, 5
HEADERS = {"Content-Type": "application/json"}
SECOND = count()


def main() -> None:
    given = options(__doc__ or "", rounds=ROUNDS)
    with house("benchmark-door") as place:
        headers, patients = _cast()
        ways = {
            name: partial(_turn, _served(place, app), headers, patients)
            for name, app in (
                (OURS, "clinicity.asgi:application"),
                ("Django REST framework", "clinicity.asgi:django_application"),
            )
        }
        report = measured("door", "events/s", ways, given.rounds)
    tell(report, as_json=given.json)


def _cast() -> tuple[dict[str, str], list[str]]:
    from clinicity.accounts.tokens import pair_issue  # noqa: PLC0415  Django is open now
    from tests.faults.people import clinician, patient  # noqa: PLC0415

    user = clinician()
    patients = [str(patient(user, number).id) for number in range(CONNECTIONS)]
    return HEADERS | {"Authorization": f"Bearer {pair_issue(user).access}"}, patients


def _served(place: House, app: str) -> int:
    port = free_port()
    place.spawn(
        ["-m", "uvicorn", app, "--port", str(port), "--no-access-log"], log=f"web-{port}"
    )
    await_port(port)
    return port


def _turn(port: int, headers: dict[str, str], patients: list[str], number: int) -> int:
    """One round: every connection sends its events, one after the other."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return sum(pool.map(partial(_send, port, headers), patients))


def _send(port: int, headers: dict[str, str], patient_id: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for _ in range(EVENTS):
        at = FIRST + timedelta(seconds=next(SECOND))
        event = {
            "patient_id": patient_id, "data_type": "heart_rate", "timestamp": at.isoformat(),
            "data": {"bpm": 72},
        }  # fmt: skip
        connection.request("POST", "/api/v1/biometric-events", json.dumps(event), headers)
        answer = connection.getresponse()
        if json.loads(answer.read())["accepted"] != 1:
            raise AssertionError(f"The server answered {answer.status}.")
    connection.close()
    return EVENTS


if __name__ == "__main__":
    main()
