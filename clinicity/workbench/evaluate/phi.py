"""How well identifying spans are found in texts that the detector has never seen."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clinicity.privacy.phi import Span, detect
from clinicity.privacy.phi.scores import Labelled, Tally
from clinicity.workbench.evaluate.task import BadInput, Figures, Task, json_lines


class PhiTask(Task):
    """Figures over all texts, recall by type as labelled, and the speed."""

    line = '{"text", "spans": [{"start", "end", "type"}]}'

    def run(self, path: Path) -> Figures:
        examples = list(read(path))
        if not examples:
            raise BadInput(f"{path} holds no line.")
        tally, began = Tally(), time.perf_counter()
        for example in examples:
            tally.add(example, detect(example.text))
        seconds = time.perf_counter() - began
        size = sum(len(example.text.encode()) for example in examples)
        by_type = {f"recall_{k}": hit / of for k, (hit, of) in sorted(tally.by_type.items())}
        counts = {"texts": tally.texts, "spans": tally.spans, "texts_without": tally.clean}
        return tally.figures() | counts | {"kb_per_s": size / 1000 / seconds} | by_type


def read(path: Path) -> Iterator[Labelled]:
    for number, value in json_lines(path):
        try:
            yield _labelled(value)
        except BadInput as error:
            raise BadInput(f"{path}, line {number}: {error}") from error


def _labelled(value: dict[str, Any]) -> Labelled:
    text, spans = value.get("text"), value.get("spans")
    if not isinstance(text, str):
        raise BadInput('"text" must be a string.')
    if not isinstance(spans, list):
        raise BadInput('"spans" must be a list.')
    return Labelled(text, tuple(_span(span, len(text)) for span in spans))


def _span(value: Any, length: int) -> Span:
    if not isinstance(value, dict):
        raise BadInput(f"a span must be an object, not {value!r:.60}.")
    start, end, kind = value.get("start"), value.get("end"), value.get("type")
    if not (type(start) is int and type(end) is int and isinstance(kind, str)):
        raise BadInput('a span needs whole numbers "start" and "end", and a string "type".')
    if not 0 <= start < end <= length:
        raise BadInput(f"the span {start}–{end} lies outside its text of {length} characters.")
    return Span(start, end, kind)
