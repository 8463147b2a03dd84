"""ActiGraph `.gt3x` files, made by a writer to the published format."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from biometrics.features.counts import Counter, enmo
from biometrics.importers.base import Unreadable
from biometrics.importers.gt3x import GT3X
from biometrics.importers.gt3x_log import (
    Fault,
    decoded_float,
    log_records,
    parameters,
    unpacked_12_bit,
    unpacked_16_bit,
)
from biometrics.tests import gt3x_files as made
from biometrics.tests.importing import MINUTE, OSLO, assert_resumes, read

NEW_YORK_HOURS = 4


def test_the_published_examples_are_read_as_published() -> None:
    packed = bytes.fromhex("006008EBD007009EBF007008EBF0")[:9]
    steps = [[8, 6, -323], [9, 7, -321]]
    assert unpacked_12_bit(packed).tolist() == steps
    assert unpacked_16_bit(bytes.fromhex("3000ccff4201")).tolist() == [[48, -52, 322]]
    assert decoded_float(0x09400000) == 256
    assert decoded_float(0x0C400000) == 2048
    assert decoded_float(0x05418937) == pytest.approx(16.384)
    assert parameters(bytes.fromhex("000037000000400901000A001E000000")) == {
        (0, 55): 0x09400000, (1, 10): 30,
    }  # fmt: skip
    header = bytes.fromhex("1E0671E8B4547C00")
    body = json.dumps(
        {"MetadataType": "Bio", "SubjectName": "CLE2A14151617", "Race": "", "Limb": "",
         "Side": "", "Dominance": "", "Parsed": False, "JSON": None},
        separators=(",", ":"),
    ).encode()  # fmt: skip
    assert made.record(6, 0x54B4E871, body) == header + body + b"\xf8"


def test_minutes_of_acceleration_counts_and_light(tmp_path: Path) -> None:
    samples = made.moving(180)
    lights = [made.lux(made.START + n, 40 + n % 2) for n in range(0, 180, 30)]
    log = [made.parameters(), *lights[:2], made.seconds_of(samples[:60])]
    log += [*lights[2:4], made.seconds_of(samples[60:120], made.START + 60)]
    log += [*lights[4:], made.seconds_of(samples[120:], made.START + 120)]
    path = made.write(tmp_path / "a.gt3x", log)
    assert GT3X.matches(path)
    found = read(GT3X, path, zone=OSLO)
    expected = np.round(samples, 3)
    per_minute = enmo(expected.reshape(-1, 3)).reshape(3, -1).mean(axis=1)
    assert found.of("acceleration").value.tolist() == pytest.approx(per_minute.tolist())
    counts = Counter(30).feed(expected[:, :, 1].ravel()).reshape(3, -1).sum(axis=1)
    assert counts.min() > 1000
    assert found.of("activity").value.tolist() == counts.tolist()
    assert found.of("light").value.tolist() == [40, 40, 40]
    first = datetime.fromtimestamp(found.of("activity").start_ms[0] / 1000, UTC)
    assert first == datetime(2024, 3, 10, 8, tzinfo=UTC)
    assert set(found.of("activity").offset_min.tolist()) == {60}
    assert found.reasons == []
    assert "wear" not in found.metrics()
    assert found.devices() == {"ActiGraph MOS2A01234567"}
    assert "Jane" not in repr(found)


@pytest.mark.parametrize("rate", [30, 40, 100])
def test_packed_seconds_give_the_same_as_plain_ones(tmp_path: Path, rate: int) -> None:
    samples = np.round(made.moving(120, rate) * 256) / 256
    plain = [made.parameters(scale=256), made.seconds_of(samples)]
    steps = samples * 256 / 341
    packed = [made.parameters(scale=256)]
    packed += [made.activity(made.START + n, second) for n, second in enumerate(steps)]
    head = made.info(rate)
    one = read(GT3X, made.write(tmp_path / "a.gt3x", plain, head))
    two = read(GT3X, made.write(tmp_path / "b.gt3x", packed, head))
    for metric in ("acceleration", "activity"):
        assert len(one.of(metric)) == 2
        assert one.of(metric).value.tolist() == two.of(metric).value.tolist()


def test_a_gap_stays_a_gap_and_its_minutes_are_left_out(tmp_path: Path) -> None:
    samples = made.moving(300)
    # Seconds 70 … 99 are missing, and 130 … 139 are written empty, as in idle sleep.
    log = [made.parameters()]
    for n, second in enumerate(samples):
        if 130 <= n < 140:
            log.append(made.record(made.ACTIVITY2, made.START + n))
        elif not 70 <= n < 100:
            log.append(made.activity2(made.START + n, second))
    found = read(GT3X, made.write(tmp_path / "a.gt3x", log))
    activity = found.of("activity")
    assert np.diff(activity.start_ms).tolist() == [3 * MINUTE, MINUTE]
    assert found.ignored == {"second without samples": 10, "minute that isn't whole": 2}
    # After the last gap the filter starts anew: with the samples from second 140 on.
    fresh = Counter(30).feed(np.round(samples[140:], 3)[:, :, 1].ravel())
    assert activity.value.tolist()[1:] == [fresh[40:100].sum(), fresh[100:160].sum()]


def test_idle_sleep_of_an_hour_is_a_device_not_worn(tmp_path: Path) -> None:
    samples, hours = made.moving(60), [0, 30, 120]
    log = [made.parameters(idle_sleep=True)]
    log += [made.seconds_of(samples, made.START + minute * 60) for minute in hours]
    found = read(GT3X, made.write(tmp_path / "a.gt3x", log))
    wear = found.of("wear")
    minutes = ((wear.start_ms - wear.start_ms[0]) // MINUTE).tolist()
    worn = dict(zip(minutes, wear.value.tolist(), strict=True))
    # Of the half hour nothing is said: a sleeper is as still.
    assert sorted(worn) == [0, 30, *range(31, 121)]
    assert {minute for minute, value in worn.items() if value == 1} == {0, 30, 120}


def test_the_skin_sensor_knows_and_its_last_state_goes_on(tmp_path: Path) -> None:
    samples = made.moving(60)
    log = [made.parameters(), made.record(made.CAPSENSE, made.START, b"\0\0\0\0\x01\0")]
    log += [made.seconds_of(samples)]
    log += [made.record(made.CAPSENSE, made.START + 60, b"\0\0\0\0\0\0")]
    log += [made.seconds_of(samples, made.START + 240)]
    wear = read(GT3X, made.write(tmp_path / "a.gt3x", log)).of("wear")
    assert wear.value.tolist() == [1, 0, 0, 0, 0]
    assert set(np.diff(wear.start_ms).tolist()) == {MINUTE}


def test_damaged_records_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    samples = made.moving(240)
    seconds = [made.activity2(made.START + n, second) for n, second in enumerate(samples)]
    seconds[70] = seconds[70][:-1] + bytes([seconds[70][-1] ^ 1])
    seconds[130] = b"rubbish\x1e\x00" + seconds[130] + b"\0\0\0"
    seconds[200] = seconds[200][:90]
    found = read(GT3X, made.write(tmp_path / "a.gt3x", [made.parameters(), *seconds]))
    assert found.reasons == [
        (71, "The checksum of the record is wrong."),
        (131, "Bytes between two records are no record."),
        (202, "The checksum of the record is wrong."),
    ]
    starts = found.of("activity").start_ms
    assert ((starts - made.START * 1000) // MINUTE).tolist() == [0, 2]


def test_a_log_that_breaks_off_gives_what_is_before(tmp_path: Path) -> None:
    log = made.parameters() + made.seconds_of(made.moving(130))
    found = read(GT3X, made.write(tmp_path / "a.gt3x", log[:-40]))
    assert len(found.of("activity")) == 2
    assert found.reasons == [(130, "The log breaks off in this record.")]


def test_records_are_whole_wherever_the_blocks_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    log = made.seconds_of(made.moving(20)) + b"\0" * 9 + made.lux(made.START + 20, 7)
    from io import BytesIO

    whole = list(log_records(BytesIO(log)))
    assert len(whole) == 21
    assert not any(isinstance(one, Fault) for one in whole)
    for block in (1, 7, 8, 9, 190, 1000):
        monkeypatch.setattr("biometrics.importers.gt3x_log.BLOCK", block)
        assert list(log_records(BytesIO(log))) == whole


def test_other_records_are_counted_and_odd_ones_named(tmp_path: Path) -> None:
    log = [made.record(made.METADATA, made.START, b"no json"), made.parameters()]
    log += [
        made.record(2, made.START, b"\x10\x10"),
        made.record(made.EVENT, made.START, b"\x08"),
    ]
    log += [made.record(made.ACTIVITY2, made.START, b"\x01"), made.lux(made.START, 65_535)]
    log += [
        made.record(0x63, made.START, b"?"),
        made.record(made.ACTIVITY2, made.START, b"12" * 9),
    ]
    log += [made.lux(made.START + 60, 1), made.lux(made.START, 1)]
    found = read(GT3X, made.write(tmp_path / "a.gt3x", log))
    assert found.ignored == {
        "metadata": 1, "battery": 1, "event": 1, "light without a reading": 1,
        "record type 99": 1, "second without samples": 1,
    }  # fmt: skip
    assert [number for number, _ in found.reasons] == [7, 9]


def test_a_time_that_cannot_be_is_named(tmp_path: Path) -> None:
    samples = made.moving(60)
    downloaded = made.EPOCH_TICKS + (made.START + 3600) * 10_000_000
    log = [made.seconds_of(samples), made.activity2(made.START + 5, samples[0])]
    log += [made.lux(made.START + 3 * 86_400, 5), made.lux(7, 5)]
    log += [made.activity2(made.START + 60, samples[0])]
    path = made.write(tmp_path / "a.gt3x", log, made.info(Download_Date=str(downloaded)))
    found = read(GT3X, path)
    assert found.reasons == [
        (60, "The second comes twice."),
        (61, "The record's time can't be."),
        (62, "The record's time goes back."),
    ]
    assert len(found.of("activity")) == 1


def test_seconds_of_zeros_are_no_samples(tmp_path: Path) -> None:
    samples = made.moving(120)
    samples[70] = 0
    found = read(GT3X, made.write(tmp_path / "a.gt3x", made.seconds_of(samples)))
    assert len(found.of("activity")) == 1
    assert found.ignored == {"second without samples": 1, "minute that isn't whole": 1}


def metadata(**said: object) -> bytes:
    return made.record(made.METADATA, made.START, json.dumps(said).encode())


def test_the_files_own_offset_comes_before_the_chosen_zone(tmp_path: Path) -> None:
    log, head = made.seconds_of(made.moving(60)), made.info(TimeZone="-04:00:00")
    found = read(GT3X, made.write(tmp_path / "a.gt3x", log, head), zone=OSLO).of("activity")
    assert found.start_ms[0] == (made.START + NEW_YORK_HOURS * 3600) * 1000
    assert found.offset_min.tolist() == [-60 * NEW_YORK_HOURS]
    log = metadata(MetadataType="LocalTimeLog", UsedUtc=True) + log
    log = metadata(MetadataType="SubjectTimeLog", UtcOffset="-06:00:00") + log
    found = read(GT3X, made.write(tmp_path / "b.gt3x", log), zone=OSLO).of("activity")
    assert found.start_ms[0] == made.START * 1000
    assert found.offset_min.tolist() == [-360]


def test_the_older_format(tmp_path: Path) -> None:
    samples = np.round(made.moving(120) * 341) / 341
    bits = b"".join(made.packed_12_bit(second) for second in samples)
    light = bytes.fromhex("00001300FFFF98084C04") + b"\0\0" * 115
    head = made.info(serial="NEO1C16110020")
    path = made.write_old(tmp_path / "a.gt3x", bits, light, head)
    assert GT3X.matches(path)
    found = read(GT3X, path)
    expected = enmo(np.round(samples, 3).reshape(-1, 3)).reshape(2, -1).mean(axis=1)
    assert found.of("acceleration").value.tolist() == pytest.approx(expected.tolist())
    # The published example: 0, 0, 0, 2500 (the most) and 1375 lux, then dark.
    assert found.of("light").value.tolist() == pytest.approx([(2500 + 1375) / 60, 0])


@pytest.mark.parametrize("old", [False, True])
def test_reading_resumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bool) -> None:
    samples = made.moving(60 * 15, size=0.3)
    if old:
        bits = b"".join(made.packed_12_bit(second) for second in samples)
        path = made.write_old(tmp_path / "a.gt3x", bits, b"\x50\0" * 900, made.info())
    else:
        log = [made.parameters(idle_sleep=True), made.seconds_of(samples)]
        log += [made.lux(made.START + 900, 5), made.seconds_of(samples, made.START + 9000)]
        path = made.write(tmp_path / "a.gt3x", log)
    assert_resumes(GT3X, path, monkeypatch, zone=OSLO)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("Serial Number: X\n", "no sample rate"),
        (made.info(rate=31), "31 Hz"),
        (made.info(Start_Date="7"), "no start"),
    ],
)
def test_a_head_without_a_rate_is_refused(tmp_path: Path, head: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read(GT3X, made.write(tmp_path / "a.gt3x", b"", head))


def test_other_files_are_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "a.gt3x").write_bytes(b"PK\x03\x04 cut off")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("info.txt", made.info())
    for name in ("a.gt3x", "b.zip", "absent.gt3x", "."):
        assert not GT3X.matches(tmp_path / name)
    with pytest.raises(Unreadable, match=r"no \.gt3x file"):
        read(GT3X, tmp_path / "a.gt3x")


def test_a_damaged_zip_is_told(tmp_path: Path) -> None:
    log = made.parameters() + made.seconds_of(np.random.default_rng(1).random((180, 30, 3)))
    data = bytearray(made.write(tmp_path / "a.gt3x", log).read_bytes())
    data[len(data) // 2] ^= 0xFF
    (tmp_path / "a.gt3x").write_bytes(data)
    with pytest.raises(Unreadable, match="damaged"):
        read(GT3X, tmp_path / "a.gt3x")
