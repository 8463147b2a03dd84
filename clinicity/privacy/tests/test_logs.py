import logging
import sys

import pytest

from clinicity.privacy.logs import ScrubFilter, scrubbed


@pytest.mark.parametrize(
    ("text", "planted"),
    [
        ("mail to zoe.smith@example.org failed", "zoe.smith"),
        ("GET /patients/?search=Zoe+Smith 200", "Zoe"),
        ("born 1985-07-20 in Leeds", "1985-07-20"),
        ("born 20 July 1985 in Leeds", "20 July 1985"),
        ("NHS number 943 476 5919 refused", "943 476 5919"),
        ("card 4111 1111 1111 1111", "4111"),
        ("phone: 020 7946 0958 is wrong", "7946"),
        ("duplicate key\nDETAIL:  Key (name)=(Zoe) already exists.", "Zoe"),
    ],
)
def test_planted_value_is_cut(text: str, planted: str) -> None:
    assert planted not in scrubbed(text)


def test_time_stamps_and_ids_stay() -> None:
    line = "2026-11-23T10:00:00 job 01a20a3e-a900-774a-a142-d86081cf7ea9 done"
    assert scrubbed(line) == line


def test_exception_text_is_cut_as_well() -> None:
    try:
        raise ValueError("no account zoe@example.org")
    except ValueError:
        record = logging.LogRecord("x", 40, __file__, 1, "failed", (), exc_info=sys.exc_info())
    ScrubFilter().filter(record)
    assert "zoe@example.org" not in record.getMessage()
    assert "ValueError" in record.getMessage()


def test_what_is_added_to_a_record_is_cut_as_well() -> None:
    record = logging.LogRecord("x", 30, __file__, 1, "Bad Request", (), exc_info=None)
    record.request, record.status_code = "<GET '/api/v1/patients/?search=Zoe'>", 400
    ScrubFilter().filter(record)
    assert "Zoe" not in str(vars(record))
    assert record.status_code == 400
