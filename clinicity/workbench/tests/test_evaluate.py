import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

GOOD = [
    {
        "text": "Patient may write to jane@example.org",
        "spans": [{"start": 21, "end": 37, "type": "ANYTHING"}],
    },
    {"text": "Take one tablet twice a day.", "spans": []},
]


def written(folder: Path, *lines: object) -> Path:
    path = folder / "in.jsonl"
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))
    return path


def test_figures_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("evaluate", "phi", written(tmp_path, *GOOD, ""), "--json")
    figures = json.loads(capsys.readouterr().out)
    assert figures["recall_span"] == figures["recall_char"] == figures["f2"] == 1
    assert figures["precision_char"] == 1
    assert figures["false_alarm_share"] == 0
    assert figures["recall_ANYTHING"] == 1


def test_figures_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("evaluate", "phi", written(tmp_path, GOOD[1]))
    assert "false_alarm_share" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: this is no JSON"),
        ("[]", "line 2: an object"),
        ({"spans": []}, 'line 2: "text"'),
        ({"text": "a"}, 'line 2: "spans"'),
        ({"text": "a", "spans": [3]}, "line 2: a span"),
        ({"text": "a", "spans": [{"start": 0, "end": 2, "type": "X"}]}, "line 2: the span 0–2"),
        (
            {"text": "a", "spans": [{"start": True, "end": 1, "type": "X"}]},
            "line 2: a span needs",
        ),
        ({"text": "a", "spans": [{"start": 0, "end": 1}]}, "line 2: a span needs"),
    ],
)
def test_bad_line_is_named(tmp_path: Path, line: object, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("evaluate", "phi", written(tmp_path, GOOD[1], line))


def test_no_file_and_no_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be read"):
        call_command("evaluate", "phi", tmp_path / "none")
    with pytest.raises(CommandError, match="no line"):
        call_command("evaluate", "phi", written(tmp_path, ""))
