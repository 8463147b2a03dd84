"""kill -9 in the middle of `manage.py rotate_encryption_keys`, while people read and write.

Devices send readings and clinicians write, change and read entries over HTTP; both the
master key and every data key are replaced meanwhile. Counted are batches, entries, changes
and files: each that was acknowledged must be there once, and read as it was last said.
"""

import base64
import http.client
import json
import os
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.accounts.tokens import pair_issue
from clinicity.common.ids import new_id
from clinicity.privacy import keyring, resealing, rotation
from clinicity.privacy.models import KeyRotation, RetiredKey, SubjectKey
from clinicity.workbench.keys import keys_state
from documents import files
from patients.models import TimelineEvent
from tests.faults.house import House
from tests.faults.ingest import Web, doubled_of, found_of
from tests.faults.load import BATCH, Client, value_of
from tests.faults.outcome import Outcome
from tests.faults.people import clinician, patient

PATIENTS, ENTRIES, FILES, KILLS, PATIENCE = 3, 100, 5, 6, 240.0
PACE, HELD_SECONDS, HELD_ON_SECONDS = 0.1, 0.5, 8.0
QUICK = {
    "KEY_CACHE_SECONDS": "1",
    "KEY_GRACE_SECONDS": "1",
    "RATE_LIMITING_ENABLED": "False",
}
AT = "2024-05-01T08:00:00Z"


@dataclass
class Chart:
    """A clinician at one patient's timeline: writes an entry, changes one, reads all."""

    port: int
    token: str
    patient_id: UUID
    said: dict[str, str] = field(default_factory=dict)
    sent: int = 0
    acknowledged: int = 0
    broken: list[str] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    # A write without an answer may be there or not.
    unknown: dict[str, set[str]] = field(default_factory=dict)

    def work_until(self, stop: threading.Event) -> None:
        self.write()
        while not stop.is_set():
            self.write()
            self.change(self.chance.choice([id for id in self.said if id != self.held]))
            self.read()
            time.sleep(PACE)

    @property
    def held(self) -> str:
        """An entry that somebody holds again and again, and nobody changes."""
        return next(iter(self.said))

    def hold_until(self, stop: threading.Event, user: User) -> None:
        """As a form that saves all the time: its row is locked, with hardly a gap."""
        while not stop.is_set():
            with acting_as(user.actor, self.patient_id):
                TimelineEvent.objects.select_for_update().get(id=self.held)
                stop.wait(HELD_SECONDS)
        connections.close_all()

    def write(self) -> None:
        title = f"Entry {self.sent}"
        body = {"patient_id": str(self.patient_id), "title": title, "body": "first",
                "occurred_at": AT}  # fmt: skip
        self.sent += 1
        if answer := self._ask("POST", "/api/v1/timeline/event/", body):
            self.said[answer["id"]] = "first"
            self.acknowledged += 1

    def change(self, event_id: str) -> None:
        self.sent += 1
        text = f"change {self.sent}"
        if self._ask("PUT", f"/api/v1/timeline/event/{event_id}/", {"body": text}):
            self.said[event_id] = text
            self.unknown.pop(event_id, None)
            self.acknowledged += 1
        else:
            self.unknown.setdefault(event_id, set()).add(text)

    def read(self) -> int:
        """Read every entry; gives how many differ from what was last acknowledged."""
        held = {entry["id"]: entry["body"] for entry in self._all()}
        wrong = [
            id for id, text in self.said.items()
            if held.get(id) not in {text} | self.unknown.get(id, set())
        ]  # fmt: skip
        if wrong:
            self.broken.append(f"{len(wrong)} entries are gone or read otherwise")
        return len(wrong)

    def _all(self) -> Iterator[dict[str, Any]]:
        cursor = ""
        while cursor is not None:
            path = f"/api/v1/timeline/?patient_id={self.patient_id}&limit=200&cursor={cursor}"
            page = self._ask("GET", path)
            if page is None:
                return
            yield from page["items"]
            cursor = page["next_cursor"]

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.broken.append(f"{method}: {type(error).__name__}")
            return None
        finally:
            connection.close()
        if answer.status >= 400:
            self.broken.append(f"{method} was answered {answer.status}")
            return None
        return json.loads(text)


def run(place: House, *, mutant: bool, seed: int) -> Outcome:
    user, chance = clinician(), random.Random(seed)
    people = [patient(user, number).id for number in range(PATIENTS)]
    kept = {(id, new_id()): os.urandom(10_000) for id in people for _ in range(FILES)}
    for (patient_id, document_id), content in kept.items():
        files.write(patient_id, document_id, content)
    old = _newer_master(place)
    web = Web(place)
    web.start()
    charts, devices = _cast(user, web.port, people)
    kills, seconds = _under_load(place, user, charts, devices, chance, mutant=mutant)
    _as_the_operator_leaves_it(place)
    lost, doubled, broken = _judged(charts, devices, kept)
    if any(master.id == old and master.wraps for master in keys_state().masters):
        broken.append("the old master key still wraps a data key")
    return _outcome(charts, devices, lost, doubled, broken, kills, seconds)


def _newer_master(place: House) -> str:
    """Put a new master key first, for every process that starts from here on."""
    old = settings.ENCRYPTION_KEY
    both = f"{base64.b64encode(os.urandom(32)).decode()},{old}"
    place.env.update(QUICK | {"ENCRYPTION_KEY": both})
    id = next(iter(keyring.master_keys())).hex()
    settings.ENCRYPTION_KEY, settings.KEY_CACHE_SECONDS = both, 1.0
    keyring.forget()
    return id


def _cast(user: User, port: int, people: list[UUID]) -> tuple[list[Chart], list[Client]]:
    token = pair_issue(user).access
    charts = [Chart(port, token, id) for id in people]
    for chart in charts:
        for _ in range(ENTRIES):
            chart.write()
    return charts, [Client(port, token, id) for id in people]


def _under_load(
    place: House, user: User, charts: list[Chart], devices: list[Client],
    chance: random.Random, *, mutant: bool,
) -> tuple[int, float]:  # fmt: skip
    """Kill the rotation again and again; let the last one end while the load goes on."""
    stop, released, kills = threading.Event(), threading.Event(), 0
    with ThreadPoolExecutor(3 * len(charts)) as pool:
        running = [pool.submit(chart.work_until, stop) for chart in charts]
        running += [pool.submit(chart.hold_until, released, user) for chart in charts]
        running += [pool.submit(_send_at_a_pace, device, stop) for device in devices]
        for _ in range(KILLS):
            kills += _killed(_start(place, mutant=mutant), chance)
        began, last = time.monotonic(), _start(place, mutant=mutant)
        _await_change(last)
        time.sleep(HELD_ON_SECONDS)
        released.set()
        last.wait(timeout=PATIENCE)
        seconds = time.monotonic() - began
        time.sleep(2.0)  # whatever was cached is forgotten by now
        stop.set()
        for each in running:
            each.result(timeout=60)
    return kills, seconds


def _killed(process: "subprocess.Popen[bytes]", chance: random.Random) -> int:
    """kill -9 once it has begun: first it waits for other processes, then it seals."""
    _await_change(process)
    time.sleep(chance.choice((0.0, 1.5, 1.5)) + chance.uniform(0.0, 1.5))
    in_time = process.poll() is None
    process.kill()
    process.wait()
    return int(in_time)


def _send_at_a_pace(device: Client, stop: threading.Event) -> None:
    while not stop.is_set():
        device.until_stored(device.sent)
        device.sent += 1
        time.sleep(PACE)


def _start(place: House, *, mutant: bool) -> "subprocess.Popen[bytes]":
    program = ["-m", "tests.faults.mutant_command"] if mutant else ["manage.py"]
    words = ["rotate_encryption_keys", "--data-keys", "--batch", "7"]
    return place.spawn([*program, *words], log="rotation")


def _await_change(process: "subprocess.Popen[bytes]") -> None:
    """Until it changes something: a rotation is alone as long as it holds its lock."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                           " AND (classid::bigint << 32 | objid::bigint) = %s",
                           [rotation.LOCK])  # fmt: skip
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)


def _as_the_operator_leaves_it(place: House) -> None:
    """The old master key leaves the setting: whatever still needs it can't be opened."""
    settings.ENCRYPTION_KEY = place.env["ENCRYPTION_KEY"].partition(",")[0]
    connections.close_all()
    keyring.forget()


def _judged(
    charts: list[Chart], devices: list[Client], kept: dict[tuple[UUID, UUID], bytes]
) -> tuple[int, int, list[str]]:
    """Lost and doubled things, and what else was promised and did not hold."""
    broken = [f"{count} × {what}" for what, count in _counted(charts)]
    lost = sum(chart.read() for chart in charts)
    doubled = 0
    for device in devices:
        try:
            found = found_of(device)
            due = {n: value_of(n) for n in range(device.acknowledged * BATCH)}
            lost += sum(found.get(n) != value for n, value in due.items())
            doubled += doubled_of(device, len(found))
        except keyring.CantOpen as error:
            lost += device.acknowledged * BATCH
            broken.append(f"readings: {error.detail}")
    lost += sum(_file(*ids) != content for ids, content in kept.items())
    return lost, doubled, broken + _keys_left()


def _file(patient_id: UUID, document_id: UUID) -> bytes:
    try:
        return files.read(patient_id, document_id)
    except keyring.CantOpen:
        return b""


def _keys_left() -> list[str]:
    going = KeyRotation.objects.filter(finished_at=None).exists()
    behind = SubjectKey.objects.filter(version=1).count()
    stale, retired = resealing.stale(rotation.all_subjects()), RetiredKey.objects.count()
    left = {
        "rows under an old key": stale,
        "old data keys": retired,
        "keys not renewed": behind,
    }
    told = [f"{count} {what}" for what, count in left.items() if count]
    told += [f"{len(keys_state().lost)} keys are lost"] * bool(keys_state().lost)
    return told + ["the rotation did not finish"] * going


def _counted(charts: list[Chart]) -> list[tuple[str, int]]:
    whole = [what for chart in charts for what in chart.broken]
    return sorted({(what, whole.count(what)) for what in whole})


def _outcome(
    charts: list[Chart], devices: list[Client], lost: int, doubled: int, broken: list[str],
    kills: int, seconds: float,
) -> Outcome:  # fmt: skip
    acknowledged = sum(c.acknowledged for c in charts)
    acknowledged += sum(d.acknowledged for d in devices) * BATCH
    done = KeyRotation.objects.latest("created_at")
    return Outcome(
        "rotation", sent=sum(c.sent for c in charts) + sum(d.sent for d in devices) * BATCH,
        acknowledged=acknowledged, stored=acknowledged - lost, lost=lost, doubled=doubled,
        recover_s=round(seconds, 2), kills=kills,
        broken=(*broken, *["no kill was in time"] * (not kills)),
        note=f"{done.subjects} new data keys, {done.resealed} rows and files sealed anew",
    )  # fmt: skip
