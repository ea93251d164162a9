"""综合评价: indicators of every area, unit or member of staff, their score by the weights of the rules, and ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from jiedao import rules
from jiedao.measures.compute import Frame, Period, compute
from jiedao.measures.indicators import Indicator, Measure, score
from jiedao.people.access import column, stem
from jiedao.registry import registry
from jiedao.rules.store import current

SUBJECTS = ("area", "unit", "person")


@dataclass
class Row:
    """One subject: an area code, or the id of a unit or user. `rank` counts from 1, equals share one; no rank where
    the score rests on too few observations."""

    subject: str | int
    measures: list[Measure]
    score: float | None = None
    band: str = ""
    rank: int | None = None
    few: bool = False
    """No figure of the score rests on enough observations."""


@dataclass(frozen=True)
class Table:
    indicators: list[Indicator]
    rows: list[Row]
    total: list[Measure]
    weights: dict[str, float] = field(default_factory=dict)


def indicators(subject: str = "") -> list[Indicator]:
    """Every system's indicators, or those computed for area, unit or person."""
    return [x for x in registry().collect("indicators") if not subject or subject in x.subjects]


def weights(city: str | None = None) -> dict[str, float]:
    """Indicator code → points, from the rule `<system>.score_weights` of each system that has one."""
    return {code: points for row in _rules("score_weights", city) for code, points in row.items()}


def bands(city: str | None = None) -> list[tuple[float, str]]:
    """(points from, colour), highest first, from the first rule `<system>.score_bands`."""
    found: list = next(iter(_rules("score_bands", city)), [])
    return sorted(((float(points), colour) for points, colour in found), reverse=True)


def rule_keys() -> list[str]:
    """The rules that a score rests on."""
    names = [f"{system.id}.{name}" for system in registry().systems() for name in ("score_weights", "score_bands")]
    return [name for name in names if name in current().rules]


def _rules(name: str, city: str | None) -> list:
    return [rules.value(key, city=city) for key in rule_keys() if key.endswith(f".{name}")]


def within(area: str) -> Q:
    """Cases of an area; all for the whole city."""
    code = stem(area) if area else ""
    return Q(**{column(code): code}) if code else Q()


def child_level(area: str) -> str:
    """The column by which an area is divided: '' → district → subdistrict → community → cell."""
    code = stem(area) if area else ""
    return {0: "district", 6: "subdistrict", 9: "community"}.get(len(code), "cell")


def evaluate(subject: str, period: Period, area: str = "", *, only: Sequence[str | int] | None = None) -> Table:
    """Figures for the parts of an area, for units or for staff (`only` these), best score first.

    Ten indicators cost at most one query a base, twice: for the rows and for the total.
    """
    chosen = indicators(subject)
    frame = Frame(period, within(area))
    group = child_level(area) if subject == "area" else subject
    found = compute(chosen, frame, group=group)
    total = compute(chosen, frame)[None]
    points, limits = weights(area or None), bands(area or None)
    kept = found if only is None else {key: found[key] for key in only if key in found}
    rows = [_row(key, list(measured.values()), points, limits) for key, measured in kept.items()]
    return Table(chosen, _ranked(rows), list(total.values()), points)


def _row(subject: str | int, measures: list[Measure], points: dict[str, float], limits: list) -> Row:
    mark = score(measures, points)
    counted = [m for m in measures if points.get(m.indicator.code)] or measures[:1]
    few = not any(m.enough for m in counted)
    band = next((colour for least, colour in limits if mark is not None and mark >= least), "")
    return Row(subject, measures, mark, band, few=few)


def _ranked(rows: list[Row]) -> list[Row]:
    """By score; where there is none, by the first rate. Those with too few observations stand below, without a rank."""

    def worth(row: Row) -> float:
        if row.score is not None:
            return row.score
        return next((value for m in row.measures if (value := m.normalised()) is not None), -1.0)

    rows.sort(key=lambda row: (row.few, -worth(row), str(row.subject)))
    for place, row in enumerate(rows):
        if not row.few:
            same = place and worth(rows[place - 1]) == worth(row)
            row.rank = rows[place - 1].rank if same else place + 1
    return rows
