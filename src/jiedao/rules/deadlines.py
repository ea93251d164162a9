"""The one deadline engine: clock arithmetic over working time. Pure functions; the calendar is passed in.

Units: `urgent_hour` and `urgent_day` run day and night; `work_hour` runs inside working hours; `work_day` counts
working days. Shanghai has kept one offset since 1991, so local clock time is elapsed time.

A working day counts by the share of its working time that has passed, so pauses subtract exactly. Under the policy
`following` the day of the start does not count, and n days end at the close of the n-th following working day.

Inside, a moment is an integer, microseconds since the midnight that began proleptic day 0, and an amount is exact:
microseconds, or for `work_day` days as an integer or a fraction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
UNITS = ("urgent_hour", "urgent_day", "work_hour", "work_day")

HOUR = 3_600_000_000
DAY = 24 * HOUR
PARTS = 1_000_000
"""A working day is told apart to this many parts."""
IDLE_DAYS = 400
"""A calendar with this many days and no work in them is broken, not a holiday."""

Amount = int | Fraction
Spans = tuple[tuple[int, int], ...]
Pause = tuple[datetime, datetime | None]
"""From when to when the clock stood still; an end of None: still standing."""


class Calendar(Protocol):
    """What the engine asks of a calendar; `jiedao.rules.calendar.WorkCalendar` is one."""

    def day(self, ordinal: int) -> tuple[int, Spans]:
        """Working microseconds of a day, and its working spans as microseconds since midnight, in order."""

    def skips_first_day(self, ordinal: int) -> bool:
        """Whether a clock of working days started on this day begins with the next one (policy `following`)."""


def deadline(start: datetime, amount: float, unit: str, calendar: Calendar) -> datetime:
    """When `amount` (> 0) of `unit` counted from `start` has run out; aware, Asia/Shanghai."""
    left = _clock(amount, unit)
    return _datetime(_advance(calendar, _begin(start, unit, calendar), left, unit))


def deadline_with_pauses(
    start: datetime, amount: float, unit: str, calendar: Calendar, pauses: Iterable[Pause]
) -> datetime | None:
    """As `deadline`, with the clock standing still during `pauses`; None while an open pause holds it."""
    left = _clock(amount, unit)
    at = _begin(start, unit, calendar)
    for begin, end in _ordered(pauses):
        if begin > at:
            run = _measure(calendar, at, begin, unit)
            if run >= left:
                break
            left -= run
        if end is None:
            return None
        at = max(at, end)
    return _datetime(_advance(calendar, at, left, unit))


def elapsed(start: datetime, end: datetime, unit: str, calendar: Calendar, pauses: Iterable[Pause] = ()) -> float:
    """How much of `unit` has run from `start` to `end`, pauses taken out; 0 when `end` is not after `start`."""
    scale = _scale(unit)
    total: Amount = 0
    at, stop = _begin(start, unit, calendar), _moment(end)
    for halt, resume in _ordered(pauses):
        if min(halt, stop) > at:
            total += _measure(calendar, at, min(halt, stop), unit)
        at = max(at, stop if resume is None else resume)
    if stop > at:
        total += _measure(calendar, at, stop, unit)
    return round(float(total / scale), 6)


def _begin(start: datetime, unit: str, calendar: Calendar) -> int:
    """The moment the clock begins to run."""
    at = _moment(start)
    if unit == "work_day" and calendar.skips_first_day(at // DAY):
        return (at // DAY + 1) * DAY
    return at


def _clock(amount: float, unit: str) -> Amount:
    """An amount of a unit in clock terms."""
    if not amount > 0:
        raise ValueError(f"a limit must be above zero, not {amount!r}")
    scale = _scale(unit)
    if unit == "work_day":
        return int(amount) if amount == int(amount) else Fraction(max(1, round(amount * PARTS)), PARTS)
    return max(1, round(amount * scale))


def _scale(unit: str) -> int:
    """Clock terms in one unit."""
    if unit not in UNITS:
        raise ValueError(f"unknown unit {unit!r}; one of {', '.join(UNITS)}")
    return 1 if unit == "work_day" else DAY if unit == "urgent_day" else HOUR


def _ordered(pauses: Iterable[Pause]) -> list[tuple[int, int | None]]:
    found = [(_moment(a), None if b is None else _moment(b)) for a, b in pauses]
    if any(b is not None and b < a for a, b in found):
        raise ValueError("a pause ends before it begins")
    return sorted(found, key=lambda pause: pause[0])


def _advance(calendar: Calendar, at: int, amount: Amount, unit: str) -> int:
    """The first moment at which `amount` (> 0) has run since `at`."""
    if unit.startswith("urgent"):
        return at + int(amount)
    by_day = unit == "work_day"
    ordinal, within = divmod(at, DAY)
    last = ordinal + IDLE_DAYS
    while ordinal < last:
        total, spans = calendar.day(ordinal)
        if total:
            done = _worked(spans, within) if within else 0
            left = _worth(total - done, total, by_day)
            if amount <= left:
                return ordinal * DAY + _reach(spans, done + (ceil(amount * total) if by_day else int(amount)))
            amount -= left
            last = ordinal + IDLE_DAYS
        ordinal, within = ordinal + 1, 0
    raise ValueError(f"no working time in the {IDLE_DAYS} days before {_datetime(last * DAY):%Y-%m-%d}")


def _measure(calendar: Calendar, at: int, end: int, unit: str) -> Amount:
    """How much runs between two moments."""
    if unit.startswith("urgent"):
        return end - at
    by_day = unit == "work_day"
    run = _so_far(calendar, end, by_day) - _so_far(calendar, at, by_day)
    for ordinal in range(at // DAY, end // DAY):
        total = calendar.day(ordinal)[0]
        run += _worth(total, total, by_day)
    return run


def _so_far(calendar: Calendar, at: int, by_day: bool) -> Amount:
    """How much of its day has run at a moment."""
    ordinal, within = divmod(at, DAY)
    total, spans = calendar.day(ordinal)
    return _worth(_worked(spans, within), total, by_day)


def _worth(worked: int, total: int, by_day: bool) -> Amount:
    """What working microseconds of a day count: themselves, or their share of the day."""
    if not by_day or not worked:
        return worked
    return 1 if worked == total else Fraction(worked, total)


def _worked(spans: Spans, within: int) -> int:
    return sum(min(within, close) - begin for begin, close in spans if within > begin)


def _reach(spans: Spans, worked: int) -> int:
    """The first moment of a day at which this much of it is worked."""
    for begin, close in spans:
        if worked <= close - begin:
            return begin + worked
        worked -= close - begin
    raise ValueError("asked for more work than the day holds")


def _moment(when: datetime) -> int:
    if when.tzinfo is None:
        raise ValueError(f"{when!r} has no time zone")
    local = when.astimezone(SHANGHAI)
    seconds = (local.hour * 60 + local.minute) * 60 + local.second
    return local.toordinal() * DAY + seconds * 1_000_000 + local.microsecond


def _datetime(moment: int) -> datetime:
    ordinal, within = divmod(moment, DAY)
    return (datetime.fromordinal(ordinal) + timedelta(microseconds=within)).replace(tzinfo=SHANGHAI)
