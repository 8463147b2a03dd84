"""From inputs to the content of a snapshot: features, coverage, abstentions, pictures.

The same inputs give the same bytes. A figure always comes with its interval and with
the days that it rests on; where too little was measured there is an abstention instead,
which says what would be needed.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np

from twins.inference import bootstrap
from twins.inference.circadian import circadian_step
from twins.inference.daily import LEAST_DAYS, daily_step, scores_step
from twins.inference.days import shares
from twins.inference.draft import Abstention, Draft
from twins.inference.inputs import FEATURES_VERSION, Inputs, Series, Window

STEPS: tuple[Callable[[Draft], None], ...] = (circadian_step, daily_step, scores_step)


def content(inputs: Inputs) -> dict[str, Any]:
    """Everything that the snapshot says, as JSON values."""
    window = inputs.window()
    if window is None:
        return _nothing(inputs)
    draft = Draft(inputs, window, bootstrap.seed_of(inputs.digest()))
    for step in STEPS:
        step(draft)
    return {
        "features_version": FEATURES_VERSION,
        "zone": inputs.zone,
        "window": {
            "start": window.start.isoformat(),
            "end": window.end.isoformat(),
            "days": window.days,
        },
        "features": [asdict(one) for one in draft.features],
        "abstentions": [asdict(one) for one in draft.abstentions],
        "coverage": coverage(inputs, window),
        "pictures": draft.pictures,
    }


def coverage(inputs: Inputs, window: Window) -> dict[str, Any]:
    """Of each metric: how much of each day of the window holds data, 0 to 1."""
    return {
        name: _metric_coverage(series, inputs.zone, window)
        for name, series in sorted(inputs.series.items())
        if len(series.times_ms)
    }


def _nothing(inputs: Inputs) -> dict[str, Any]:
    nothing = Abstention("twin", "nothing_measured", 0, LEAST_DAYS)
    return {
        "features_version": FEATURES_VERSION,
        "zone": inputs.zone,
        "window": None,
        "features": [],
        "abstentions": [asdict(nothing)],
        "coverage": {},
        "pictures": {},
    }


def _metric_coverage(series: Series, zone: str, window: Window) -> dict[str, Any]:
    share = np.round(shares(series, zone=zone, window=window), 4)
    return {
        "readings": len(series.times_ms),
        "first": _iso(int(series.times_ms[0])),
        "last": _iso(int(series.times_ms[-1])),
        "days": int(np.count_nonzero(share)),
        "shares": share.tolist(),
    }


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()
