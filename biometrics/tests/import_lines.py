"""An importer of lines, and a store for it, for the tests of imports."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from biometrics import services, uploads
from biometrics.features.columns import columns_of
from biometrics.importers import IMPORTERS
from biometrics.importers.base import Chunk, Options, Unreadable
from biometrics.models import ImportUpload
from clinicity.accounts.models import User
from patients.models import Patient

CHUNK_LINES = 4
FIRST_LINE = "readings of "


class Lines:
    """`device metric ms value` a line under a first line `readings of a,b`.

    A line that is `?` is a bad record, `other …` one of an unknown kind, `bomb` a fault
    of the importer and `end` a file that breaks off.
    """

    code, title, accepts = "lines", "Lines", "a text file of lines"

    def matches(self, source: Path) -> bool:
        return source.read_bytes()[: len(FIRST_LINE)] == FIRST_LINE.encode()

    def people(self, source: Path) -> list[str]:
        names = source.read_text().splitlines()[0].removeprefix(FIRST_LINE)
        return names.split(",") if names else []

    def read(self, source: Path, options: Options, *, start: int = 0) -> Iterator[Chunk]:
        lines = source.read_text().splitlines()[1:]
        for first in range(start, len(lines), CHUNK_LINES):
            yield self._chunk(lines, first)

    def _chunk(self, lines: list[str], first: int) -> Chunk:
        lanes: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
        ignored: dict[str, int] = defaultdict(int)
        reasons = []
        for number, line in enumerate(lines[first : first + CHUNK_LINES], first):
            match line.split():
                case ["bomb"]:
                    raise ZeroDivisionError
                case ["end"]:
                    raise Unreadable("The file breaks off.")
                case ["?"]:
                    reasons.append((number, "It is no reading."))
                case ["other", kind]:
                    ignored[kind] += 1
                case [device, metric, start, value]:
                    lanes[device.strip("-"), metric].append((int(start), float(value)))
        position = min(len(lines), first + CHUNK_LINES)
        found = {
            lane: columns_of([start for start, _ in rows], [value for _, value in rows])
            for lane, rows in lanes.items()
        }
        return Chunk(found, position, reasons, dict(ignored), position / len(lines))


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Lines:
    """The importer `lines`, files in a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    importer = Lines()
    monkeypatch.setitem(IMPORTERS, importer.code, importer)
    return importer


def text_of(count: int, *, people: str = "", device: str = "Watch", extra: str = "") -> bytes:
    """A file of so many heart rates a minute apart, and more lines after them."""
    rows = [
        f"{device} heart_rate {1_700_000_000_000 + n * 60_000} {60 + n}" for n in range(count)
    ]
    return "\n".join([FIRST_LINE + people, *rows, *extra.split("\n")]).strip("\n").encode()


Upload = Callable[..., ImportUpload]


@pytest.fixture
def make_upload(alice: User, patient: Patient, lines: Lines) -> Upload:
    """`make_upload(content)`: a file that is whole, of Alice's patient."""
    from hashlib import sha256

    def make(content: bytes, *, name: str = "data.txt", user: User = alice) -> ImportUpload:
        upload = services.upload_begin(
            by=user.actor, patient_id=patient.id, name=name, size=len(content)
        )
        for offset in range(0, len(content), uploads.PART_BYTES):
            part = content[offset : offset + uploads.PART_BYTES]
            services.upload_receive(
                by=user.actor, upload_id=upload.id, offset=offset, data=part
            )
        return services.upload_finish(
            by=user.actor, upload_id=upload.id, digest=sha256(content).hexdigest()
        )

    return make
