"""Counting: all indicators of a page in one grouped query a base, and the cases behind any one figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from jiedao.cases.models import Case
from jiedao.errors import Invalid
from jiedao.measures.indicators import BASES, Indicator, Measure, Tally
from jiedao.text import Text

AREA_GROUPS = ("district", "subdistrict", "community", "cell")


@dataclass(frozen=True)
class Period:
    """Local days, both ends included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            text = Text("结束日期早于开始日期", "The last day is before the first")
            raise Invalid(text, field="last", value=self.last, expected=Text(f"≥ {self.first}", f"≥ {self.first}"))

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        zone = timezone.get_current_timezone()
        start = datetime.combine(self.first, time(), zone)
        return start, datetime.combine(self.last + timedelta(days=1), time(), zone)

    @classmethod
    def last_days(cls, days: int, today: date | None = None) -> Period:
        today = today or timezone.localdate()
        return cls(today - timedelta(days=days - 1), today)


@dataclass(frozen=True)
class Frame:
    """Which rows count at all: a period, and a condition over cases (area, kind, permission)."""

    period: Period
    cases: Q = field(default_factory=Q)


def prefixed(condition: Q, prefix: str) -> Q:
    """The same condition seen from a table that reaches the case over `prefix`."""
    if not prefix:
        return condition
    children = [prefixed(c, prefix) if isinstance(c, Q) else (prefix + c[0], c[1]) for c in condition.children]
    return Q(*children, _connector=condition.connector, _negated=condition.negated)


def rows(tally: Tally, frame: Frame) -> QuerySet:
    """The counted rows themselves."""
    base = BASES[tally.base]
    start, end = frame.period.bounds
    window = Q(**{f"{base.time}__gte": start, f"{base.time}__lt": end})
    return apps.get_model(base.model).objects.filter(window & tally.where & prefixed(frame.cases, base.case))


def evidence(tally: Tally, frame: Frame) -> QuerySet[Case]:
    """The cases behind a count, newest first."""
    base = BASES[tally.base]
    found = rows(tally, frame)
    cases = found if not base.case else Case.objects.filter(id__in=found.values("case_id"))
    return cases.order_by("-id")


def group_path(base: str, group: str) -> str:
    """The column a base groups by: an area column, `unit`, or `person`."""
    at = BASES[base]
    if group in AREA_GROUPS:
        return at.case + group
    return at.unit if group == "unit" else at.person


def _count(base: str, named: Sequence[tuple[str, Tally]], frame: Frame, group: str | None) -> dict:
    source = rows(Tally(base, Q()), frame)
    counts = {name: Count("pk", filter=tally.where) for name, tally in named}
    if group is None:
        return {None: source.aggregate(**counts)}
    path = group_path(base, group)
    grouped = source.order_by().values(path).annotate(**counts)
    return {row[path]: row for row in grouped if row[path] not in (None, "")}


def compute(
    indicators: Iterable[Indicator], frame: Frame, *, group: str | None = None
) -> dict[Any, dict[str, Measure]]:
    """{group value: {indicator code: Measure}}; one query a base whatever the number of indicators and groups.

    `group` is district, subdistrict, community, cell, unit, person, or None for one total under the key None.
    """
    wanted = list(indicators)
    named = [(f"k{i}", x.numerator) for i, x in enumerate(wanted)] + [
        (f"n{i}", x.denominator) for i, x in enumerate(wanted)
    ]
    named.sort(key=lambda pair: pair[1].base)
    found: dict[Any, dict[str, int]] = {}
    for base, part in groupby(named, key=lambda pair: pair[1].base):
        for key, row in _count(base, list(part), frame, group).items():
            found.setdefault(key, {}).update(row)
    return {
        key: {x.code: Measure(x, row.get(f"k{i}", 0), row.get(f"n{i}", 0)) for i, x in enumerate(wanted)}
        for key, row in found.items()
    }
