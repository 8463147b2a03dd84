"""Apple Health exports as files: zipped, broken off, hostile, resumed."""

import gc
import tracemalloc
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from benchmarks.apple_export import export_write
from biometrics.importers import apple_source
from biometrics.importers.apple_health import APPLE_HEALTH
from biometrics.importers.base import CHUNK, Chunk, Options, Unreadable
from biometrics.tests.apple_files import (
    DTD,
    HEAD,
    TAIL,
    WATCH,
    chunks_of,
    make_export,
    make_record,
    make_zip,
    only,
    samples_of,
)

RECORD = make_record()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """About 58,000 records of every kind."""
    return export_write(tmp_path_factory.mktemp("apple") / "export.xml", megabytes=25)


@pytest.fixture(scope="module")
def whole(large: Path) -> list[Chunk]:
    return chunks_of(large)


def test_chunks_are_of_one_size(whole: list[Chunk]) -> None:
    positions = [chunk.position for chunk in whole]
    assert positions[:-1] == [CHUNK * n for n in range(1, len(whole))]
    assert len(whole) == 3


def test_chunks_account_for_every_record(large: Path, whole: list[Chunk]) -> None:
    text = large.read_text()
    inner = text.count("<Correlation") * 2
    workouts = text.count("<Workout ")
    heads = text.count("<ExportDate ") + text.count("<Me ")
    kept = len(samples_of(whole))
    ignored = sum(sum(chunk.ignored.values()) for chunk in whole)
    assert not any(chunk.reasons for chunk in whole)
    # A workout gives three samples; a correlation and the two heads none.
    assert kept + ignored - 2 * workouts + inner // 2 + heads == whole[-1].position
    assert (
        whole[-1].position
        == text.count("<Record ")
        - inner
        + text.count("<ActivitySummary ")
        + workouts
        + inner // 2
        + heads
    )


def test_progress_grows_to_the_end(whole: list[Chunk]) -> None:
    progress = [chunk.progress for chunk in whole]
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    assert 0.2 < progress[0] < 0.6


def test_resumed_at_each_border_it_gives_the_very_same_rest(
    large: Path, whole: list[Chunk]
) -> None:
    for number, before in enumerate(whole):
        rest = chunks_of(large, start=before.position)
        assert samples_of(rest) == samples_of(whole[number + 1 :])
        assert [each.position for each in rest] == [
            each.position for each in whole[number + 1 :]
        ]
        assert [each.ignored for each in rest] == [each.ignored for each in whole[number + 1 :]]


def test_resumed_between_borders_it_ends_at_the_same_borders(
    large: Path, whole: list[Chunk]
) -> None:
    rest = chunks_of(large, start=CHUNK + 7)
    assert [chunk.position for chunk in rest] == [chunk.position for chunk in whole[1:]]


def test_real_parser_and_expression_read_the_same(
    tmp_path: Path, whole: list[Chunk], large: Path
) -> None:
    # A second space is no shape of Apple's: every record goes to the real parser.
    source = make_export(
        tmp_path, large.read_text().replace("<Record ", "<Record  "), head="", tail=""
    )
    assert samples_of(chunks_of(source)) == samples_of(whole)


def test_small_blocks_give_the_same(
    large: Path, whole: list[Chunk], monkeypatch: pytest.MonkeyPatch
) -> None:
    from biometrics.importers import apple_xml

    monkeypatch.setattr(apple_source, "PROLOG", 2000)
    monkeypatch.setattr(apple_xml, "BLOCK", 3001)
    assert samples_of(chunks_of(large)) == samples_of(whole)


def test_zip_gives_the_same_and_is_never_unpacked(tmp_path: Path, whole: list[Chunk]) -> None:
    source = export_write(tmp_path / "export.zip", megabytes=25)
    assert APPLE_HEALTH.matches(source)
    assert samples_of(chunks_of(source)) == samples_of(whole)
    assert [path.name for path in tmp_path.iterdir()] == ["export.zip"]


def test_memory_does_not_grow_with_the_file(large: Path, tmp_path: Path) -> None:
    small = export_write(tmp_path / "export.xml", megabytes=8)
    # The second is three times as large, and takes no more than a chunk more.
    assert _peak(large) < _peak(small) * 1.5 + 8 * 1024**2


def _peak(source: Path) -> int:
    gc.collect()
    tracemalloc.start()
    for _ in APPLE_HEALTH.read(source, Options()):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize(
    "name", ["Exportieren.xml", "a/exportación.xml", "导出.xml", "EXPORT.XML"]
)
def test_export_is_known_by_its_content_in_any_language(tmp_path: Path, name: str) -> None:
    source = make_zip(tmp_path, HEAD + RECORD + TAIL, name)
    assert APPLE_HEALTH.matches(source)
    assert len(samples_of(chunks_of(source))) == 1


BROKEN_DTD = (
    "<!DOCTYPE HealthData [\n<!-- HealthKit Export Version: 12 -->\n"
    "<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>\n"
    "<!ATTLIST VisionPrescription\n  type CDATA #REQUIRED\n  brand CDATA #IMPLIED\n"
    "<!ELEMENT RightEye EMPTY>\n<!ATTLIST RightEye\n  sphere CDATA #IMPLIED\n"
    "  device CDATA #IMPLIED\n  <!ELEMENT MetadataEntry EMPTY>\n]>"
)


def test_broken_document_type_of_ios_16_is_read_over(tmp_path: Path) -> None:
    source = make_export(tmp_path, RECORD, head=HEAD.replace(DTD, BROKEN_DTD))
    assert len(only(source)[1]) == 1


def test_control_characters_of_ios_16_do_no_harm(tmp_path: Path) -> None:
    device = WATCH.replace("Zoë’s Watch", "Zoë’s\x0bWatch")
    record = make_record(source=device)
    for text in (record, record.replace("<Record ", "<Record  ")):
        lane, _ = only(make_export(tmp_path, text))
        assert lane[0].startswith("Zoë’s Watch")


@pytest.mark.parametrize("cut", [1, 14, 15, 40, 300])
def test_what_stands_before_a_break_is_given_first(tmp_path: Path, cut: int) -> None:
    text = HEAD + RECORD * 3 + TAIL
    source = tmp_path / "export.xml"
    source.write_bytes(text.encode()[:-cut])
    found: list[Chunk] = []
    reading = APPLE_HEALTH.read(source, Options())
    if cut == 1:  # only the last line's end is missing
        assert sum(map(len, next(reading).lanes.values())) == 3
        return
    with pytest.raises(Unreadable, match=r"The file breaks off after [23] records\."):
        found.extend(reading)
    assert len(samples_of(found)) == (3 if cut <= 15 else 2)


def test_what_stands_before_a_damaged_part_of_a_zip_is_given_first(tmp_path: Path) -> None:
    source = export_write(tmp_path / "export.zip", megabytes=25)
    data = bytearray(source.read_bytes())
    middle = int(len(data) * 0.9)
    data[middle : middle + 64] = bytes(64)
    source.write_bytes(data)
    found: list[Chunk] = []
    with pytest.raises(Unreadable, match=r"damaged|breaks off|not the XML"):
        found.extend(APPLE_HEALTH.read(source, Options()))
    assert found[0].position == CHUNK


def test_zip_without_its_end_is_told(tmp_path: Path) -> None:
    source = make_zip(tmp_path, HEAD + RECORD + TAIL)
    source.write_bytes(source.read_bytes()[:-40])
    with pytest.raises(Unreadable, match="the end of the zip is missing"):
        chunks_of(source)


def test_zip_without_an_export_is_told(tmp_path: Path) -> None:
    source = make_zip(tmp_path, "<other/>")
    assert not APPLE_HEALTH.matches(source)
    with pytest.raises(Unreadable, match=r"no export\.xml"):
        chunks_of(source)


@pytest.mark.parametrize("text", ["", "<?xml version='1.0'?><other/>", "a,b\n1,2\n"])
def test_other_files_are_told(tmp_path: Path, text: str) -> None:
    source = make_export(tmp_path, head=text, tail="")
    assert not APPLE_HEALTH.matches(source)
    with pytest.raises(Unreadable, match="no export of the Health app"):
        chunks_of(source)


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    for source in (tmp_path / "none.zip", tmp_path):
        assert not APPLE_HEALTH.matches(source)
        with pytest.raises(Unreadable, match="can't be opened"):
            chunks_of(source)


def test_entities_are_never_unfolded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE HealthData [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    source = make_export(tmp_path, RECORD, head=HEAD.replace(DTD, bomb))
    with pytest.raises(Unreadable, match="declares XML entities"):
        chunks_of(source)


def test_zip_that_was_made_to_burst_is_not_opened(tmp_path: Path) -> None:
    source = make_zip(tmp_path, HEAD.encode() + b" " * 40_000_000 + TAIL.encode())
    assert source.stat().st_size < 100_000
    with pytest.raises(Unreadable, match="unpacks to more than 200 times"):
        chunks_of(source)


def test_element_without_an_end_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from biometrics.importers import apple_xml

    monkeypatch.setattr(apple_xml, "LARGEST", 1000)
    source = make_export(tmp_path, RECORD, "<Workout>", "x" * 2000, RECORD)
    with pytest.raises(Unreadable, match="What follows record 1 is not the XML"):
        chunks_of(source)


@pytest.mark.parametrize("kind", ["export.xml", "export.zip"])
def test_damaged_files_are_read_or_told_and_nothing_else(tmp_path: Path, kind: str) -> None:
    whole = export_write(tmp_path / kind, megabytes=0.1).read_bytes()
    chance = Random(7)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        (tmp_path / kind).write_bytes(data)
        with suppress(Unreadable):
            chunks_of(tmp_path / kind)
        assert APPLE_HEALTH.matches(tmp_path / kind) in (True, False)
