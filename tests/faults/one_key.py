"""One batch under one key from many clients at once: stored once, answered alike."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from clinicity.accounts.tokens import pair_issue
from tests.faults.asking import Answer, ask
from tests.faults.house import House
from tests.faults.ingest import Web, outcome_of
from tests.faults.load import BATCH, Client, events
from tests.faults.outcome import Outcome
from tests.faults.people import clinician, patient

CLIENTS, ROUNDS = 16, 20


def run(place: House, *, mutant: bool, seed: int) -> Outcome:
    web = Web(place, mutant="knows_no_keys" if mutant else "")
    web.start()
    user = clinician()
    one = Client(web.port, pair_issue(user).access, patient(user, 0).id)
    told = [_round(one, number) for number in range(ROUNDS)]
    answers = [each for answers in told for each in answers]
    one.sent = one.acknowledged = ROUNDS
    busy = sum(status == 409 for status, _ in answers)
    broken = [
        why
        for why, is_so in {
            "a batch has several receipts": any(_receipts(each) != 1 for each in told),
            "an answer is neither a receipt nor 409": any(
                status not in (201, 409) for status, _ in answers
            ),
        }.items()
        if is_so
    ]
    note = f"{len(answers)} requests for {ROUNDS} batches of {BATCH}, {busy} answered 409"
    return outcome_of(
        "ingest_one_key", [one], [], broken=tuple(broken), note=f"{note}, seed {seed}"
    )


def _round(one: Client, number: int) -> list[tuple[int, bytes]]:
    body = json.dumps(events(one.patient_id, number)).encode()
    together = threading.Barrier(CLIENTS)

    def send() -> Answer | None:
        together.wait()
        return ask(one.port, one.token, body, key=f"k{number}")

    with ThreadPoolExecutor(CLIENTS) as pool:
        found = [pool.submit(send) for _ in range(CLIENTS)]
        answers = [each.result() for each in found]
    one.moments.append(time.monotonic())
    return [(each.status, each.body) if each else (0, b"") for each in answers]


def _receipts(answers: list[tuple[int, bytes]]) -> int:
    return len({body for status, body in answers if status == 201})
