"""The queues of the two workers, and why each exists."""

from enum import StrEnum


class Queue(StrEnum):
    # Alerts, turns and messages: someone waits. Never loads torch.
    FAST = "fast"
    # OCR, inference, training, imports: niced, may take minutes.
    HEAVY = "heavy"
