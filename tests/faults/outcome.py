"""What a fault test found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """Counts of samples, or of jobs; `lost` was acknowledged and is not there."""

    fault: str
    sent: int
    acknowledged: int
    stored: int
    lost: int
    doubled: int
    recover_s: float
    kills: int

    def is_expected(self, mutant: bool) -> bool:
        """Nothing lost or doubled; by a mutant, something."""
        whole = not self.lost and not self.doubled and self.acknowledged > 0
        return whole != mutant

    def __str__(self) -> str:
        return (
            f"{self.fault}: {self.sent} sent, {self.acknowledged} acknowledged, "
            f"{self.stored} stored, {self.lost} lost, {self.doubled} doubled, "
            f"back after {self.recover_s:.1f} s at most, {self.kills} kills"
        )
