"""How well a patrol covers, how long places lie idle, how hard it is to predict, how fairly it is shared.

Times are minutes on any one scale; a window is (start, end). Idleness after Machado and others (2002).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Window = tuple[float, float]


def coverage(covered: ArrayLike, size: ArrayLike) -> float:
    """Share of the total size that is covered: length coverage with lengths, weighted with weights, of targets with 1s.

    `covered` (n,) bool, `size` (n,). With nothing to cover the share is 1.
    """
    sizes = np.asarray(size, dtype=np.float64)
    total = float(sizes.sum())
    return float(sizes[np.asarray(covered, dtype=bool)].sum()) / total if total > 0 else 1.0


def gaps(visits: ArrayLike, window: Window) -> Floats:
    """(visits + 1,) waits between visits in a window whose start and end count as visits."""
    start, end = window
    times = np.sort(np.asarray(visits, dtype=np.float64))
    inside = times[(times >= start) & (times <= end)]
    return np.diff(np.concatenate([[start], inside, [end]]))


def mean_idleness(visits: ArrayLike, window: Window) -> float:
    """Time mean of the minutes since the last visit: Σ gap² / 2W."""
    waits = gaps(visits, window)
    return float((waits**2).sum() / (2.0 * (window[1] - window[0])))


def worst_idleness(visits: ArrayLike, window: Window) -> float:
    """Longest time without a visit."""
    return float(gaps(visits, window).max())


def graph_idleness(visits: Sequence[ArrayLike], window: Window) -> float:
    """Mean over places of the mean idleness; `visits` one array a place."""
    return float(np.mean([mean_idleness(times, window) for times in visits])) if len(visits) else 0.0


def revisit_interval(visits: ArrayLike) -> tuple[float, float]:
    """Median and 95th percentile of the time between visits; NaN with fewer than two."""
    waits = np.diff(np.sort(np.asarray(visits, dtype=np.float64)))
    if len(waits) == 0:
        return float("nan"), float("nan")
    return float(np.median(waits)), float(np.percentile(waits, 95))


def dose_compliance(stays: ArrayLike, low: float, high: float) -> float:
    """Share of stops at hot spots that last from `low` to `high` minutes; NaN without stops."""
    minutes = np.asarray(stays, dtype=np.float64)
    return float(((minutes >= low) & (minutes <= high)).mean()) if len(minutes) else float("nan")


def deterrence(risk: ArrayLike, dosage: ArrayLike, scale: float) -> float:
    """Σ risk · (1 - e^(-dosage / scale)); (n,) minutes spent at places of (n,) risk."""
    spent = np.asarray(dosage, dtype=np.float64)
    return float((np.asarray(risk, dtype=np.float64) * -np.expm1(-spent / scale)).sum())


def turn_entropy(walks: Sequence[Sequence[Hashable]]) -> float:
    """Bits of surprise at the next place, given the present one, over observed walks: -Σ πᵢ Σ pᵢⱼ log₂ pᵢⱼ."""
    counts: dict[Hashable, dict[Hashable, int]] = {}
    for walk in walks:
        for here, there in pairwise(walk):
            row = counts.setdefault(here, {})
            row[there] = row.get(there, 0) + 1
    total = sum(sum(row.values()) for row in counts.values())
    return sum(sum(row.values()) / total * _bits(np.array(list(row.values()))) for row in counts.values())


def turn_entropy_share(walks: Sequence[Sequence[Hashable]], degree: dict[Hashable, int]) -> float:
    """The same as a share of the most possible, Σ πᵢ log₂ degreeᵢ; 0 where no place leaves a choice."""
    left = [here for walk in walks for here in walk[:-1]]
    most = float(np.mean([np.log2(max(1, degree[here])) for here in left])) if left else 0.0
    return turn_entropy(walks) / most if most > 0 else 0.0


def start_entropy(times: ArrayLike, window: Window, bin_minutes: float) -> float:
    """Evenness of visit times over the bins of a window, 0 (always the same bin) to 1."""
    bins = max(1, round((window[1] - window[0]) / bin_minutes))
    counts, _ = np.histogram(np.asarray(times, dtype=np.float64), bins=bins, range=window)
    return _bits(counts) / float(np.log2(bins)) if bins > 1 and counts.sum() else 0.0


def jaccard(a: Collection[int], b: Collection[int]) -> float:
    """Shared streets over all streets of two routes or nights; 0 for two empty ones."""
    first, second = set(a), set(b)
    union = len(first | second)
    return len(first & second) / union if union else 0.0


def mean_overlap(nights: Sequence[Collection[int]]) -> float:
    """Mean Jaccard of one night and the next; lower is harder to predict. 0 with fewer than two nights."""
    return float(np.mean([jaccard(a, b) for a, b in pairwise(nights)])) if len(nights) > 1 else 0.0


def miss_probability(visits: ArrayLike, window: Window, duration: float) -> float:
    """Chance that nobody passes during `duration` minutes begun at a random time that still ends in the window."""
    span = window[1] - window[0] - duration
    if span <= 0:
        return 0.0 if len(gaps(visits, window)) > 1 else 1.0
    return float(np.maximum(0.0, gaps(visits, window) - duration).sum() / span)


def gini(values: ArrayLike) -> float:
    """Inequality of shares, 0 (all alike) to 1 - 1/n (one has all); 0 for nothing to share."""
    ranked = np.sort(np.asarray(values, dtype=np.float64))
    n, total = len(ranked), float(ranked.sum())
    if n == 0 or total <= 0:
        return 0.0
    ranks = np.arange(1, n + 1)
    return float((2 * ranks - n - 1) @ ranked / (n * total))


def response(minutes: ArrayLike, risk: ArrayLike) -> float:
    """Mean minutes from the nearest team to an incident drawn in proportion to risk; (teams, places), (places,)."""
    nearest = np.asarray(minutes, dtype=np.float64).min(axis=0)
    weights = np.asarray(risk, dtype=np.float64)
    return float(nearest @ weights / weights.sum())


def _bits(counts: NDArray[np.int64]) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum()) + 0.0
