"""What the importers stand on: units, chunks, text files, ZIPs."""

import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from biometrics.importers.ahead import ahead
from biometrics.importers.base import CHUNK, Chunk, Unreadable
from biometrics.importers.data_points import values
from biometrics.importers.lines import delimiter_of, encoding_of, head
from biometrics.importers.records import Record, Span, chunks, point
from biometrics.importers.units import SPELLINGS, converted
from biometrics.metrics import METRICS
from clinicity.common.exceptions import Invalid


@pytest.mark.parametrize(
    ("metric", "value", "unit", "expected"),
    [
        ("heart_rate", 60, "", 60),
        ("heart_rate", 60, " BPM ", 60),
        ("heart_rate", 1, "Hz", 60),
        ("heart_rate", 60, "{anything}/min", 60),
        ("steps", 5, "steps", 5),
        ("steps", 5, "1", 5),
        ("spo2", 0.97, "1", 97),
        ("body_temperature", 98.6, "°F", 37),
        ("weight", 2, "lbs", 0.90718474),
        ("mood", 3, "{score_1_5}", 5),
    ],
)
def test_spellings_of_units(metric: str, value: float, unit: str, expected: float) -> None:
    assert converted(metric, value, unit) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("metric", "unit"),
    [("heart_rate", "kg"), ("weight", "{kg}"), ("mood", "{score_0_4}"), ("mood", "{points}")],
)
def test_a_unit_is_never_guessed(metric: str, unit: str) -> None:
    with pytest.raises(Invalid, match="The unit of"):
        converted(metric, 1, unit)


def test_every_spelling_is_some_metrics_unit() -> None:
    known = {"{count}", "{steps}", "m[g]", "[g]"}
    for metric in METRICS.values():
        known |= {metric.unit, *metric.conversions}
    assert set(SPELLINGS.values()) <= known


@pytest.mark.parametrize(
    ("span", "value", "said"),
    [
        (Span(-1, 0, 0), 1, "before 1970"),
        (Span(0, -1, 0), 1, "before it starts"),
        (Span(0, 10**18, 0), 1, "year 9999"),
        (Span(0, 0, 0), float("nan"), "not a number"),
    ],
)
def test_a_point_that_cannot_be(span: Span, value: float, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        point("heart_rate", span, value)


def test_chunks_are_bounded_whatever_a_record_gives() -> None:
    one = point("heart_rate", Span(0, 0, 0), 60)
    for record in (Record([one]), Record(reasons=["no"]), Record(ignored=["other"])):
        positions = [chunk.position for chunk in chunks(record for _ in range(50_000))]
        assert positions == [CHUNK, 2 * CHUNK, 50_000]
    assert list(chunks([])) == []
    assert [chunk.position for chunk in chunks([Record()] * 3)] == [3]


def test_reading_ahead_gives_the_same_and_raises_in_its_place() -> None:
    taken: list[int] = []
    running = threading.Event()

    def reading() -> Iterator[Chunk]:
        yield Chunk({}, 1)
        running.set()  # while the first one is in the hands of the taker
        yield Chunk({}, 2)
        raise Unreadable("The file breaks off.")

    following = ahead(reading())
    for _ in range(2):
        taken.append(next(following).position)
        assert running.wait(5)
    assert taken == [1, 2]
    with pytest.raises(Unreadable, match="breaks off"):
        next(following)


def test_encodings(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for encoding, expected in (("utf-8", "utf-8-sig"), ("utf-16", "utf-16")):
        path.write_bytes("a,Gerät\n".encode(encoding))
        assert encoding_of(path) == expected
        assert head(path, 1) == ["a,Gerät"]
    # Far behind what is looked at first.
    path.write_bytes(b"a,b\n" * 30_000 + "1,ß\n".encode("latin-1"))
    assert encoding_of(path) == "latin-1"
    assert head(tmp_path / "absent", 1) == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    lines = ["a{0}b{0}c", "1{0}2{0}3", '"x,y;z"{0}5{0}6']
    assert delimiter_of([line.format(delimiter) for line in lines]) == delimiter


def test_decimal_commas_are_no_delimiters() -> None:
    assert delimiter_of(["a;b", "1,5;2,5", "3,5;4"]) == ";"


def test_a_locked_zip_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.json", "[]")
    data = bytearray((tmp_path / "a.zip").read_bytes())
    # The flag of encryption, in the entry of the ZIP's directory.
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(Unreadable, match="password"):
        list(values(tmp_path / "a.zip"))
