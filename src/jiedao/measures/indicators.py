"""Indicators as data: two counts over tables that lead to cases, so that every figure can open what it counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from django.db.models import Q

from jiedao.text import Text

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Base:
    """A table to count in: Django model label, the time column that a period selects, the path from a row to its case.

    `unit` and `person` are the paths by which a row belongs to a unit or to the member of staff who did it.
    """

    model: str
    time: str
    case: str
    unit: str = ""
    person: str = ""


BASES: dict[str, Base] = {
    "case": Base("cases.Case", "opened_at", "", "unit", "handler"),
    "promise": Base("cases.Case", "promised", "", "unit", "handler"),
    "clock": Base("cases.Clock", "deadline", "case__", "unit", "case__handler"),
    "entry": Base("cases.Entry", "at", "case__", "case__unit", "actor"),
    "report": Base("cases.Report", "at", "case__", "case__unit", "by"),
    "feedback": Base("cases.Feedback", "at", "case__", "case__unit", "case__handler"),
}


@dataclass(frozen=True)
class Tally:
    """Rows of one base that satisfy `where` inside the period."""

    base: str
    where: Q


@dataclass(frozen=True)
class Indicator:
    """指标: numerator over denominator. `subjects` says for whom it is computed: area, unit, person."""

    code: str
    name: Text
    formula: Text
    numerator: Tally
    denominator: Tally
    better: str = "high"
    subjects: tuple[str, ...] = ("area", "unit")
    source: str = ""


@dataclass(frozen=True)
class Measure:
    """What came out: k of n, with the 95 % Wilson interval where there are enough observations."""

    indicator: Indicator
    k: int
    n: int
    enough_from: int = 30

    @property
    def rate(self) -> float | None:
        return self.k / self.n if self.n else None

    @property
    def enough(self) -> bool:
        return self.n >= self.enough_from

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.k, self.n)

    def normalised(self) -> float | None:
        """0 to 1, 1 always the better end."""
        if self.rate is None:
            return None
        return self.rate if self.indicator.better == "high" else 1 - self.rate


def wilson(k: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson score interval of a proportion (Wilson 1927); (0, 1) when nothing was observed."""
    if n == 0:
        return 0.0, 1.0
    p = k / n
    centre = p + z * z / (2 * n)
    spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def score(measures: Sequence[Measure], weights: dict[str, float]) -> float | None:
    """Weighted mean of the normalised indicators, 0 to 100; indicators that counted nothing leave their weight out."""
    known = [(weights.get(m.indicator.code, 0.0), m.normalised()) for m in measures]
    used = [(weight, value) for weight, value in known if weight and value is not None]
    total = sum(weight for weight, _ in used)
    return 100 * sum(weight * value for weight, value in used) / total if total else None
