"""The deadline engine: the written vectors, holidays and make-up days of 2024–2026, and its laws as properties."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiedao.rules import WorkCalendar, deadline, deadline_with_pauses, elapsed
from jiedao.rules.calendar import Day, Table
from jiedao.rules.deadlines import HOUR, SHANGHAI, UNITS

CALENDAR = WorkCalendar("")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class FromStart(WorkCalendar):
    """The other policy of working days: n days of working time from the start."""

    def skips_first_day(self, ordinal: int) -> bool:
        return False


VECTORS = [
    # Friday 14 June 2024, an ordinary week after it
    ("a manhole cover is missing", "2024-06-14T23:10", 2, "urgent_hour", "2024-06-15T01:10"),
    ("exposed garbage", "2024-06-14T17:00", 4, "work_hour", "2024-06-17T11:30"),
    ("one working day", "2024-06-14T17:00", 1, "work_day", "2024-06-17T18:00"),
    ("two urgent days", "2024-06-15T10:00", 2, "urgent_day", "2024-06-17T10:00"),
    # after hours, in the noon break, at weekends, before dawn
    ("filed in the noon break", "2024-06-17T13:00", 1, "work_hour", "2024-06-17T15:30"),
    ("ends as the morning ends", "2024-06-17T11:00", 1, "work_hour", "2024-06-17T12:00"),
    ("filed on Sunday", "2024-06-16T10:00", 2, "work_hour", "2024-06-17T10:30"),
    ("filed on Saturday", "2024-06-15T10:00", 1, "work_day", "2024-06-17T18:00"),
    ("filed before dawn, the day does not count", "2024-06-17T03:00", 1, "work_day", "2024-06-18T18:00"),
    ("half an hour", "2024-06-17T11:45", 0.5, "work_hour", "2024-06-17T14:45"),
    # Spring Festival 2024: 10–17 February off, Sunday 4 and Sunday 18 February are worked, Friday 9 is worked
    ("over Spring Festival", "2024-02-09T17:00", 2, "work_hour", "2024-02-18T09:30"),
    ("make-up Sundays count", "2024-02-02T09:00", 1, "work_day", "2024-02-04T18:00"),
    ("three days over Spring Festival", "2024-02-08T09:00", 3, "work_day", "2024-02-19T18:00"),
    ("urgent over Spring Festival", "2024-02-09T23:00", 4, "urgent_hour", "2024-02-10T03:00"),
    # National Day 2024: 1–7 October off, Sunday 29 September and Saturday 12 October worked
    ("over National Day", "2024-09-30T17:00", 2, "work_hour", "2024-10-08T09:30"),
    ("into a make-up Saturday", "2024-10-11T17:30", 1, "work_hour", "2024-10-12T09:00"),
    ("two days before National Day", "2024-09-28T12:00", 2, "work_day", "2024-09-30T18:00"),
    # 2025: Spring Festival 28 January – 4 February; National Day with Mid-Autumn 1–8 October, 28 September worked
    ("over Spring Festival 2025", "2025-01-27T17:30", 1, "work_hour", "2025-02-05T09:00"),
    ("over the eight days of 2025", "2025-09-26T09:00", 4, "work_day", "2025-10-09T18:00"),
    # 2026: Spring Festival 15–23 February, Saturdays 14 and 28 worked
    ("make-up Saturday 2026", "2026-02-13T17:30", 1, "work_hour", "2026-02-14T09:00"),
    ("over Spring Festival 2026", "2026-02-13T09:00", 2, "work_day", "2026-02-24T18:00"),
]


@pytest.mark.parametrize(("what", "start", "amount", "unit", "end"), VECTORS, ids=[v[0] for v in VECTORS])
def test_vectors(what: str, start: str, amount: float, unit: str, end: str) -> None:
    assert deadline(at(start), amount, unit, CALENDAR) == at(end)


def test_the_other_policy_counts_working_time_from_the_start() -> None:
    assert deadline(at("2024-06-14T17:00"), 1, "work_day", FromStart("")) == at("2024-06-17T17:00")


def test_a_share_of_a_day_ends_on_the_minute() -> None:
    assert deadline(at("2024-06-14T17:00"), 0.8, "work_day", CALENDAR) == at("2024-06-17T16:36")


def test_a_pause_moves_the_end_past_the_noon_break() -> None:
    pause = (at("2024-06-17T09:00"), at("2024-06-17T10:00"))
    found = deadline_with_pauses(at("2024-06-14T17:00"), 4, "work_hour", CALENDAR, [pause])
    assert found == at("2024-06-17T15:00")
    assert elapsed(at("2024-06-14T17:00"), found, "work_hour", CALENDAR, [pause]) == 4


def test_a_pause_of_a_night_costs_working_hours_nothing() -> None:
    pause = (at("2024-06-14T18:00"), at("2024-06-17T08:30"))
    assert deadline_with_pauses(at("2024-06-14T17:00"), 4, "work_hour", CALENDAR, [pause]) == at("2024-06-17T11:30")


def test_an_hour_of_pause_is_its_share_of_a_working_day() -> None:
    pause = (at("2024-06-17T09:00"), at("2024-06-17T10:00"))
    found = deadline_with_pauses(at("2024-06-14T17:00"), 1, "work_day", CALENDAR, [pause])
    assert found == at("2024-06-18T09:30")


def test_overlapping_pauses_count_once() -> None:
    pauses = [(at("2024-06-17T09:30"), at("2024-06-17T10:00")), (at("2024-06-17T09:00"), at("2024-06-17T09:45"))]
    assert deadline_with_pauses(at("2024-06-14T17:00"), 4, "work_hour", CALENDAR, pauses) == at("2024-06-17T15:00")


def test_an_open_pause_leaves_no_deadline_unless_time_was_up_before() -> None:
    start = at("2024-06-17T09:00")
    assert deadline_with_pauses(start, 2, "work_hour", CALENDAR, [(at("2024-06-17T10:00"), None)]) is None
    late = [(at("2024-06-17T11:30"), None)]
    assert deadline_with_pauses(start, 2, "work_hour", CALENDAR, late) == at("2024-06-17T11:00")
    assert elapsed(start, at("2024-06-20T12:00"), "work_hour", CALENDAR, [(at("2024-06-17T10:00"), None)]) == 1


def test_another_zone_is_the_same_moment() -> None:
    utc = datetime.fromisoformat("2024-06-14T15:10+00:00")
    assert deadline(utc, 2, "urgent_hour", CALENDAR).isoformat() == "2024-06-15T01:10:00+08:00"


def test_nonsense_is_refused() -> None:
    start = at("2024-06-17T09:00")
    with pytest.raises(ValueError, match="above zero"):
        deadline(start, 0, "work_hour", CALENDAR)
    with pytest.raises(ValueError, match="unknown unit"):
        deadline(start, 1, "fortnight", CALENDAR)
    with pytest.raises(ValueError, match="no time zone"):
        deadline(start.replace(tzinfo=None), 1, "work_hour", CALENDAR)
    with pytest.raises(ValueError, match="ends before"):
        deadline_with_pauses(start, 1, "work_hour", CALENDAR, [(start, start - timedelta(hours=1))])


def test_a_calendar_without_work_is_refused() -> None:
    first = date(2024, 1, 1)
    days = {first + timedelta(n): Day(first + timedelta(n), "rest", "test") for n in range(900)}
    with pytest.raises(ValueError, match="no working time"):
        deadline(at("2024-01-05T09:00"), 1, "work_day", WorkCalendar("", Table(days, frozenset())))


# Laws, over three years of holidays and make-up days

moments = st.datetimes(datetime(2024, 1, 1), datetime(2026, 10, 31)).map(lambda d: d.replace(tzinfo=SHANGHAI))
units = st.sampled_from(UNITS)
amounts = st.one_of(st.integers(1, 15), st.floats(0.01, 15).map(lambda x: round(x, 4)))
pauses = st.lists(
    st.tuples(moments, st.timedeltas(timedelta(0), timedelta(days=20))).map(lambda p: (p[0], p[0] + p[1])), max_size=4
)
calendars = st.sampled_from([CALENDAR, FromStart("")])


@given(moments, amounts, units, calendars)
def test_what_elapsed_by_the_deadline_is_the_limit(start, amount, unit, calendar) -> None:
    end = deadline(start, amount, unit, calendar)
    assert end > start
    assert elapsed(start, end, unit, calendar) == pytest.approx(amount, abs=1e-6)


@given(moments, amounts, units, calendars)
def test_the_deadline_is_the_first_such_moment(start, amount, unit, calendar) -> None:
    before = deadline(start, amount, unit, calendar) - timedelta(seconds=1)
    assert elapsed(start, before, unit, calendar) < amount


@given(moments, st.timedeltas(timedelta(0), timedelta(days=40)), amounts, units, calendars)
def test_a_later_start_never_ends_earlier(start, later, amount, unit, calendar) -> None:
    assert deadline(start, amount, unit, calendar) <= deadline(start + later, amount, unit, calendar)


@given(moments, amounts, amounts, units, calendars)
def test_a_longer_limit_ends_later(start, amount, more, unit, calendar) -> None:
    assert deadline(start, amount, unit, calendar) < deadline(start, amount + more, unit, calendar)


@given(moments, amounts, units, calendars, pauses)
def test_pauses_never_shorten_and_are_taken_out(start, amount, unit, calendar, pauses) -> None:
    found = deadline_with_pauses(start, amount, unit, calendar, pauses)
    assert found is not None
    assert found >= deadline(start, amount, unit, calendar)
    assert elapsed(start, found, unit, calendar, pauses) == pytest.approx(amount, abs=1e-6)


@given(moments, amounts, units, calendars, pauses, moments)
def test_one_more_pause_never_shortens(start, amount, unit, calendar, pauses, begin) -> None:
    one_more = [*pauses, (begin, begin + timedelta(days=3))]
    without = deadline_with_pauses(start, amount, unit, calendar, pauses)
    assert without is not None
    assert deadline_with_pauses(start, amount, unit, calendar, one_more) >= without


@given(moments, st.integers(1, 15))
def test_working_days_end_at_the_close_of_a_working_day(start, amount) -> None:
    end = deadline(start, amount, "work_day", CALENDAR)
    assert CALENDAR.is_workday(end.date())
    assert end.time() == CALENDAR.intervals(end.date())[-1][1]
    between = (start.date() + timedelta(n) for n in range(1, (end.date() - start.date()).days + 1))
    assert sum(CALENDAR.is_workday(on) for on in between) == amount


@given(moments, amounts)
def test_working_hours_agree_with_counting_minute_by_minute(start, amount) -> None:
    start = start.replace(second=0, microsecond=0)
    hours = round(amount) or 1
    end, worked = start, 0
    while worked < hours * 60:
        on, clock = end.date(), end.time()
        worked += any(begin <= clock < close for begin, close in CALENDAR.intervals(on))
        end += timedelta(minutes=1)
    assert deadline(start, hours, "work_hour", CALENDAR) == end


def test_typical_limits_cost_microseconds() -> None:
    """Counted, not timed: a limit of five days looks at no more days than the calendar has between."""
    seen = []

    class Counting(WorkCalendar):
        def day(self, ordinal):
            seen.append(ordinal)
            return super().day(ordinal)

    deadline(at("2024-06-14T17:00"), 5, "work_day", Counting(""))
    assert len(seen) == 7
    assert CALENDAR.day(date(2024, 6, 14).toordinal())[0] == 7 * HOUR
