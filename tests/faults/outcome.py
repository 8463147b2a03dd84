"""What a fault test found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """Counts of samples, or of batches; `lost` was acknowledged and is not there.

    `broken` names what else was promised and did not hold; `note` says what was done.
    """

    fault: str
    sent: int
    acknowledged: int
    stored: int
    lost: int
    doubled: int
    recover_s: float
    kills: int = 0
    broken: tuple[str, ...] = ()
    note: str = ""
    skipped: bool = False

    def is_expected(self, mutant: bool) -> bool:
        """Nothing lost, doubled or broken; by a mutant, something."""
        if self.skipped:
            return True
        whole = not (self.lost or self.doubled or self.broken) and self.acknowledged > 0
        return whole != mutant

    def __str__(self) -> str:
        told = (
            f"{self.fault}: {self.sent} sent, {self.acknowledged} acknowledged, "
            f"{self.stored} stored, {self.lost} lost, {self.doubled} doubled, "
            f"back after {self.recover_s:.1f} s at most, {self.kills} kills"
        )
        return "; ".join([told, *([self.note] if self.note else []), *self.broken])


HEADS = ("fault", "sent", "ack", "stored", "lost", "doubled", "recover_s", "ok")


def table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[n]) for row in [HEADS, *rows]) for n in range(len(HEADS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [HEADS, *rows]
    )
