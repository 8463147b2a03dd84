"""Merging samples by identity, and making samples void or valid again. Pure numpy."""

from dataclasses import dataclass, replace

import numpy as np

from biometrics.features.columns import EMPTY, VALID, Columns, Ints, Mask, joined


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge gives: the state after it, and how each new sample fared."""

    columns: Columns
    accepted: int
    duplicate: int
    corrected: int


@dataclass(frozen=True, slots=True)
class _Rows:
    """Old and new samples sorted by identity, each group in the order they came."""

    columns: Columns
    # Place in the joined columns; those of `new` come after all of `old`.
    place: Ints
    # The same sample as the row before.
    same: Mask


def merge(old: Columns, new: Columns) -> Merged:
    """Merge new samples into old ones; `old` is sorted, `new` is in the order it came.

    Same identity and value is a duplicate, and leaves everything as it is: what was void
    stays void. Same identity and another value corrects the one before it, within `new`
    as well. The result is sorted by identity. O((n+m) log(n+m)); O(m) for news of later.
    """
    if _follows(old, new):
        return Merged(joined([old, new]) if len(old) else new, len(new), 0, 0)
    rows = _sorted(old, new)
    unchanged = np.zeros(len(rows.place), dtype=bool)
    unchanged[1:] = rows.columns.value[1:] == rows.columns.value[:-1]
    repeats = rows.same & unchanged
    fresh = rows.place >= len(old)
    return Merged(
        columns=rows.columns.take(_last_changes(rows.same, repeats)),
        accepted=int(np.sum(fresh & ~rows.same)),
        duplicate=int(np.sum(fresh & repeats)),
        corrected=int(np.sum(fresh & rows.same & ~unchanged)),
    )


def marked(held: Columns, named: Columns, void: int) -> Columns:
    """`held` with the samples that `named` identifies made void, or valid with VALID."""
    if not len(named):
        return held
    rows = _sorted(held, named)
    # A named sample stands right behind the held one of its identity.
    behind = np.flatnonzero(rows.same & (rows.place >= len(held))) - 1
    hit = rows.place[behind]
    marks = held.void.copy()
    marks[hit[hit < len(held)]] = void
    return replace(held, void=marks)


def without(held: Columns, named: Columns) -> Columns:
    """`held` without the samples that `named` identifies."""
    gone = marked(replace(held, void=np.full(len(held), VALID)), named, 1)
    return held.take(gone.void == VALID)


def _follows(old: Columns, new: Columns) -> bool:
    """Whether the new samples are in order and all start after the old ones."""
    if len(old) and (not len(new) or new.start_ms[0] <= old.start_ms[-1]):
        return not len(new)
    return bool((new.start_ms[1:] > new.start_ms[:-1]).all())


def _sorted(old: Columns, new: Columns) -> _Rows:
    both = joined([old or EMPTY, new]) if len(old) else new
    order = np.arange(len(both))
    sorting = np.lexsort((order, both.sequence, both.duration_ms, both.start_ms))
    rows = both.take(sorting)
    same = np.zeros(len(rows), dtype=bool)
    same[1:] = rows.start_ms[1:] == rows.start_ms[:-1]
    same[1:] &= rows.duration_ms[1:] == rows.duration_ms[:-1]
    same[1:] &= rows.sequence[1:] == rows.sequence[:-1]
    return _Rows(rows, order[sorting], same)


def _last_changes(same: Mask, repeats: Mask) -> Ints:
    """For each group of one identity the row that last changed something."""
    changes = np.flatnonzero(~repeats)
    group = np.cumsum(~same)[changes]
    last = np.ones(len(changes), dtype=bool)
    last[:-1] = group[1:] != group[:-1]
    return changes[last]
