"""A stream of lines is cut off again and again, and goes on from where it is kept.

How far a stream has come stands under its key; the client asks for that and sends the
lines from there. Every other time it is the server that is killed.
"""

import json
import random
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

from biometrics.group_commit import progress_key
from clinicity.accounts import idempotency
from clinicity.accounts.models import StoredAnswer, User
from clinicity.accounts.tokens import pair_issue
from tests.faults.asking import Answer, ask
from tests.faults.house import House
from tests.faults.ingest import Web, outcome_of
from tests.faults.load import BATCH, FIRST, Client, value_of
from tests.faults.outcome import Outcome
from tests.faults.people import clinician, patient

LINES, CUTS, PIECE, KEY = 60_000, 5, 50, "stream"


class Cut(OSError):
    """The client's connection breaks."""


def run(place: House, *, mutant: bool, seed: int) -> Outcome:
    web, user = Web(place, mutant="runs_ahead" if mutant else ""), clinician()
    web.start()
    one = Client(web.port, pair_issue(user).access, patient(user, 0).id)
    chance, cuts, asked = random.Random(seed), list[float](), [0]
    for number in range(CUTS):
        until = asked[-1] + chance.randint(7_000, 14_000)
        killing = threading.Timer(chance.uniform(0.1, 0.6), web.kill if number % 2 else int)
        killing.start()
        _send(one, asked[-1], min(until, LINES))
        killing.join()
        cuts.append(time.monotonic())
        asked.append(_progress(user))
    answer = _send(one, asked[-1], None)
    one.moments.append(time.monotonic())
    one.sent = one.acknowledged = LINES // BATCH
    document = answer.document if answer else {}
    broken = ["the stream didn't come to its end"] * (document.get("lines") != LINES)
    broken += ["it never went on from the middle"] * (not any(asked))
    note = f"cut off {CUTS} times, went on from lines {asked[1:]}; seed {seed}"
    return outcome_of("stream_cut", [one], cuts, broken=tuple(broken), note=note)


def _send(one: Client, first: int, until: int | None) -> Answer | None:
    """Lines from `first` on; `until` breaks the connection off there."""
    return ask(
        one.port, one.token, _pieces(one, first, until), key=KEY, query=f"from={first}",
        content_type="application/x-ndjson",
    )  # fmt: skip


def _pieces(one: Client, first: int, until: int | None) -> Iterator[bytes]:
    for at in range(first, LINES, PIECE):
        if until is not None and at >= until:
            raise Cut
        yield b"".join(_line(one, n) for n in range(at, min(at + PIECE, LINES)))


def _line(one: Client, number: int) -> bytes:
    event = {
        "patient_id": str(one.patient_id), "data_type": "heart_rate",
        "timestamp": (FIRST + timedelta(seconds=number)).isoformat(),
        "data": {"bpm": value_of(number)},
    }  # fmt: skip
    return json.dumps(event).encode() + b"\n"


def _progress(user: User) -> int:
    """As the API answers it: how many lines of the stream are stored."""
    index = idempotency.claimed_by(user.id, progress_key(KEY), "").index
    kept = StoredAnswer.objects.filter(actor_id=user.id, key_index=index).first()
    return int(json.loads(kept.body)["lines"]) if kept else 0
