"""The working calendar of a city: day types with Chinese holidays and make-up workdays, and working hours.

A day's type comes from the first of: a row of the city (database), a national row (database), `data/holidays.toml`,
the `holidays` package (State Council notices), the working week. A year for which no notice is known yet keeps its
statutory holidays but has no make-up days; its days are `provisional`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache

import holidays

from jiedao.rules import store
from jiedao.rules.deadlines import HOUR, Spans
from jiedao.rules.loader import KERNEL
from jiedao.rules.rows import city_stem
from jiedao.text import Text

TYPES = {
    "work": Text("工作日", "working day"),
    "rest": Text("休息日", "rest day"),
    "holiday": Text("法定节假日", "public holiday"),
    "makeup": Text("调休上班", "make-up working day"),
}
MINUTE = HOUR // 60


@dataclass(frozen=True, slots=True)
class Day:
    """One day as a page shows it; `provisional`: the notice for its year is not known yet."""

    date: date
    type: str
    source: str
    provisional: bool = False

    @property
    def works(self) -> bool:
        return self.type in ("work", "makeup")


@dataclass(frozen=True, slots=True)
class Table:
    """Loaded rows by date, and the years that national rows settle."""

    days: Mapping[date, Day]
    years: frozenset[int]


class WorkCalendar:
    """The calendar of one city (an area code; None: this installation's). Give `table` to bypass the database."""

    def __init__(self, city: str | None = None, table: Table | None = None) -> None:
        self.city = store.home() if city is None else city
        self._table = table if table is not None else _loaded(self.city)
        self._days: dict[int, tuple[int, Spans]] = {}
        self._skips: dict[int, bool] = {}

    def describe(self, on: date) -> Day:
        """Type and source of a day."""
        row = self._table.days.get(on)
        if row:
            return row
        provisional = on.year not in self._table.years and not _noticed(on.year)
        china = _china(on.year)
        if on in china.weekend_workdays:
            return Day(on, "makeup", "state-council")
        if on in china:
            return Day(on, "holiday", "state-council", provisional)
        week = store.value("calendar.work_week", on=on, city=self.city)
        return Day(on, "work" if on.isoweekday() in week else "rest", "calendar.work_week", provisional)

    def type_of(self, on: date) -> str:
        """work, rest, holiday or makeup."""
        return self.describe(on).type

    def is_workday(self, on: date) -> bool:
        return bool(self.day(on.toordinal())[0])

    def provisional(self, on: date) -> bool:
        return self.describe(on).provisional

    def intervals(self, on: date) -> list[tuple[time, time]]:
        """Working hours of a day, in order; empty on a day off. An end of 24:00 shows as 00:00."""
        return [(_time(begin), _time(close)) for begin, close in self.day(on.toordinal())[1]]

    def day(self, ordinal: int) -> tuple[int, Spans]:
        """For the deadline engine: working microseconds of a day and its spans, microseconds since midnight."""
        found = self._days.get(ordinal)
        if found is None:
            on = date.fromordinal(ordinal)
            spans = self._hours(on) if self.describe(on).works else ()
            found = self._days[ordinal] = (sum(close - begin for begin, close in spans), spans)
        return found

    def skips_first_day(self, ordinal: int) -> bool:
        found = self._skips.get(ordinal)
        if found is None:
            policy = store.value("deadline.work_day_policy", on=date.fromordinal(ordinal), city=self.city)
            found = self._skips[ordinal] = policy == "following"
        return found

    def _hours(self, on: date) -> Spans:
        hours = store.value("calendar.work_hours", on=on, city=self.city)
        return tuple((_microseconds(begin), _microseconds(close)) for begin, close in hours)


def calendar_for(city: str | None = None) -> WorkCalendar:
    """The shared calendar of a city, made anew when a rule or a holiday row changed."""
    global _generation
    if store.generation() != _generation:
        _calendars.clear()
        _generation = store.generation()
    found = _calendars.get(city)
    if found is None:
        found = _calendars[city] = WorkCalendar(city)
    return found


_calendars: dict[str | None, WorkCalendar] = {}
_generation: int | None = None


def _loaded(city: str) -> Table:
    """Rows of the shipped table, then national rows of the database, then the city's, later ones winning."""
    shipped, settled = _shipped()
    days, years = dict(shipped), set(settled)
    for row in store.calendar_rows():
        if not row.city:
            years.add(row.date.year)
        if city.startswith(city_stem(row.city)):
            days[row.date] = Day(row.date, row.type, row.source)
    return Table(days, frozenset(years))


@cache
def _shipped() -> tuple[dict[date, Day], frozenset[int]]:
    rows = tomllib.loads((KERNEL / "holidays.toml").read_text(encoding="utf-8")).get("day", [])
    days = {row["date"]: Day(row["date"], row["type"], row["source"]) for row in rows}
    return days, frozenset(on.year for on in days)


@cache
def _china(year: int) -> holidays.HolidayBase:
    """Days off of a year and its make-up days, those that next January's notice puts into December too."""
    return holidays.country_holidays("CN", years=(year, year + 1))


@cache
def _noticed(year: int) -> bool:
    """Whether the package holds the State Council notice of a year: every notice since 2007 names make-up days."""
    return any(on.year == year for on in _china(year).weekend_workdays)


def _microseconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * HOUR + int(minutes) * MINUTE


def _time(microseconds: int) -> time:
    hours, rest = divmod(microseconds, HOUR)
    return time(hours % 24, rest // MINUTE)
