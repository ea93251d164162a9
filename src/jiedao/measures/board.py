"""大屏: what goes on in an area at this moment, in a fixed number of queries, kept for some seconds."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from jiedao.cases import kinds
from jiedao.cases.models import Case
from jiedao.measures.compute import Frame as Window
from jiedao.measures.compute import Period, compute
from jiedao.measures.evaluation import child_level, indicators, within
from jiedao.measures.indicators import Measure

KEEP_S, KEEP_RATES_S = 20, 300
"""Seconds: counts of this moment, and rates of a month, which cost more and hardly move."""
DAYS = 14
HOT_DAYS = 7
HOT = 6
LATEST = 6
RATES_DAYS = 30


@dataclass(frozen=True)
class Place:
    """One part of the area."""

    open: int = 0
    late: int = 0
    today: int = 0


@dataclass(frozen=True)
class Wall:
    """Counts are cases. `days`: (day, opened, ended), oldest first, today last. `hot`: (kind, class, opened)."""

    at: datetime
    area: str
    level: str
    by_state: dict[str, int]
    late: int
    places: dict[str, Place]
    days: list[tuple[date, int, int]]
    hot: list[tuple[str, str, int]]
    rates: list[Measure]
    latest: list[Case]

    @property
    def open(self) -> int:
        return sum(self.by_state.values())

    @property
    def opened_today(self) -> int:
        return self.days[-1][1]

    @property
    def ended_today(self) -> int:
        return self.days[-1][2]


def wall(area: str = "") -> Wall:
    """The figures of an area ('' the city), at most KEEP_S old."""
    return cache.get_or_set(f"measures.wall.{area}", lambda: _wall(area), KEEP_S)


def _wall(area: str) -> Wall:
    now, cases, level = timezone.now(), within(area), child_level(area)
    today = timezone.localdate(now)
    standing, late = _open(cases, level, now)
    opened = _by_day(cases, "opened_at", today, level)
    ended = _by_day(cases & ~Q(state="merged"), "closed_at", today)
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    fresh = Counter({code: n for (day, code), n in opened.items() if day == today})
    parts = {code: Place(by_state.total(), late[code], fresh.pop(code, 0)) for code, by_state in standing.items()}
    totals: Counter[date] = Counter()
    for (day, _), n in opened.items():
        totals[day] += n
    return Wall(
        at=now,
        area=area,
        level=level,
        by_state=dict(sum(standing.values(), Counter())),
        late=late.total(),
        places={code: place for code, place in parts.items() if code}
        | {code: Place(today=n) for code, n in fresh.items() if code},
        days=[(day, totals[day], ended[day, ""]) for day in days],
        hot=_hot(cases, today),
        rates=_rates(area, today),
        latest=list(
            Case.objects.filter(cases, state__in=_shown()).order_by("-opened_at", "-pk").defer("text", "form")[:LATEST]
        ),
    )


def _rates(area: str, today: date) -> list[Measure]:
    def count() -> list[Measure]:
        return list(
            compute(indicators("area"), Window(Period.last_days(RATES_DAYS, today), within(area)))[None].values()
        )

    return cache.get_or_set(f"measures.rates.{area}.{today}", count, KEEP_RATES_S)


def _open(cases: Q, level: str, now: datetime) -> tuple[dict[str, Counter[str]], Counter[str]]:
    """({part of the area or '': {state: open cases}}, {part: overdue cases}), one query."""
    rows = Case.objects.filter(cases, closed_at=None).order_by().values_list(level, "state")
    late = Count("pk", filter=Q(deadline__lt=now))
    standing: dict[str, Counter[str]] = defaultdict(Counter)
    overdue: Counter[str] = Counter()
    for code, state, n, over in rows.annotate(n=Count("pk"), late=late):
        standing[code][state] += n
        overdue[code] += over
    return standing, overdue


def counts(area: str, day: date) -> dict[str, int]:
    """Cases opened and ended on a day; open and overdue at this moment."""
    cases, (start, end) = within(area), Period(day, day).bounds
    open_cases = Case.objects.filter(cases, closed_at=None)
    ended = Case.objects.filter(cases, closed_at__gte=start, closed_at__lt=end).exclude(state="merged")
    return {
        "opened_today": Case.objects.filter(cases, opened_at__gte=start, opened_at__lt=end).count(),
        "ended_today": ended.count(),
        "open": open_cases.count(),
        "overdue": open_cases.filter(deadline__lt=timezone.now()).count(),
    }


def _by_day(cases: Q, column: str, today: date, level: str = "") -> Counter[tuple[date, str]]:
    """(day, part of the area or '') → cases whose `column` lies in the last DAYS."""
    start, _ = Period(today - timedelta(days=DAYS - 1), today).bounds
    rows = Case.objects.filter(cases, **{f"{column}__gte": start}).order_by()
    keys = ("day", level) if level else ("day",)
    counted = rows.annotate(day=TruncDate(column)).values_list(*keys).annotate(n=Count("pk"))
    return Counter({(row[0], row[1] if level else ""): row[-1] for row in counted})


def _hot(cases: Q, today: date) -> list[tuple[str, str, int]]:
    start, _ = Period.last_days(HOT_DAYS, today).bounds
    rows = Case.objects.filter(cases, opened_at__gte=start).exclude(category="").order_by()
    return list(rows.values_list("kind", "category").annotate(n=Count("pk")).order_by("-n", "category")[:HOT])


def _shown() -> set[str]:
    """States that everybody may see, of kinds that are public."""
    return {
        state.code for kind in kinds.all_kinds().values() if kind.public for state in kind.flow.states if state.shown
    }
