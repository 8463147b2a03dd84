"""How well spans were found: by span, by character, and alarms in texts without any."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from clinicity.privacy.phi.spans import Span

Detector = Callable[[str], Sequence[Span]]


@dataclass(frozen=True)
class Labelled:
    text: str
    spans: tuple[Span, ...] = ()


@dataclass
class Tally:
    """Sums over texts; the figures are properties."""

    texts: int = 0
    spans: int = 0
    covered: int = 0
    chars: int = 0
    chars_found: int = 0
    chars_alarmed: int = 0
    clean: int = 0
    alarmed: int = 0
    by_type: dict[str, list[int]] = field(default_factory=dict)

    def add(self, example: Labelled, found: Iterable[Span]) -> None:
        alarmed = {i for span in found for i in range(span.start, span.end)}
        right = {i for span in example.spans for i in range(span.start, span.end)}
        self.texts += 1
        self.chars += len(right)
        self.chars_alarmed += len(alarmed)
        self.chars_found += len(right & alarmed)
        for span in example.spans:
            self._add_span(example.text, span, alarmed)
        if not example.spans:
            self.clean += 1
            self.alarmed += bool(alarmed)

    def _add_span(self, text: str, span: Span, alarmed: set[int]) -> None:
        # White space between two found parts tells nothing.
        places = (i for i in range(span.start, span.end) if not text[i].isspace())
        covered = all(place in alarmed for place in places)
        count = self.by_type.setdefault(span.type, [0, 0])
        count[0] += covered
        count[1] += 1
        self.spans += 1
        self.covered += covered

    def figures(self) -> dict[str, float | None]:
        """Shares from 0 to 1; None where nothing was there to count."""
        recall = share(self.chars_found, self.chars)
        precision = share(self.chars_found, self.chars_alarmed)
        return {
            "recall_span": share(self.covered, self.spans),
            "recall_char": recall,
            "precision_char": precision,
            "f2": f_beta(precision, recall, beta=2),
            "false_alarm_share": share(self.alarmed, self.clean),
        }


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def f_beta(precision: float | None, recall: float | None, *, beta: float) -> float | None:
    if precision is None or recall is None:
        return None
    below = beta**2 * precision + recall
    return (1 + beta**2) * precision * recall / below if below else 0.0


def tallied(examples: Iterable[Labelled], detector: Detector) -> Tally:
    tally = Tally()
    for example in examples:
        tally.add(example, detector(example.text))
    return tally
