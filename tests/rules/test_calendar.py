"""Day types with holidays and make-up days, rows of the database, and years without a notice."""

from datetime import date, datetime, time

import pytest

from jiedao.rules import WorkCalendar, actions, calendar_for, deadline, store
from jiedao.rules.calendar import Table
from jiedao.rules.deadlines import SHANGHAI

SHIPPED = WorkCalendar("", Table({}, frozenset()))


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (date(2024, 6, 14), "work"),
        (date(2024, 6, 15), "rest"),
        (date(2024, 2, 4), "makeup"),
        (date(2024, 2, 12), "holiday"),
        (date(2024, 10, 12), "makeup"),
        (date(2025, 1, 26), "makeup"),
        (date(2025, 10, 8), "holiday"),
        (date(2026, 1, 2), "holiday"),
        (date(2026, 1, 4), "makeup"),
        (date(2026, 2, 23), "holiday"),
    ],
)
def test_days_of_three_years(on: date, kind: str) -> None:
    found = SHIPPED.describe(on)
    assert (found.type, found.provisional) == (kind, False)
    assert found.works == SHIPPED.is_workday(on)


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_the_number_of_working_days_of_a_year(year: int, days: int) -> None:
    first = date(year, 1, 1).toordinal()
    last = date(year, 12, 31).toordinal()
    assert sum(SHIPPED.is_workday(date.fromordinal(n)) for n in range(first, last + 1)) == days


def test_working_hours() -> None:
    friday = SHIPPED.intervals(date(2024, 6, 14))
    assert friday == [(time(8, 30), time(12)), (time(14, 30), time(18))]
    assert SHIPPED.intervals(date(2024, 6, 15)) == []


def test_a_year_without_a_notice_keeps_the_week_and_the_statutory_days_and_says_so() -> None:
    new_year, thursday = date(2041, 1, 1), date(2041, 3, 14)
    assert SHIPPED.describe(new_year).type == "holiday"
    assert SHIPPED.describe(thursday).type == "work"
    assert SHIPPED.provisional(new_year)
    assert SHIPPED.provisional(thursday)


def test_rows_of_the_country_settle_a_year_and_rows_of_a_city_do_not(live_rules) -> None:
    actions.do_calendar_days([(date(2041, 3, 16), "makeup")], source="notice")
    actions.do_calendar_days([(date(2042, 3, 14), "rest")], source="flood", city="430200")
    store.forget()
    zhuzhou, changsha = WorkCalendar("430211"), WorkCalendar("430100")
    assert zhuzhou.type_of(date(2041, 3, 16)) == "makeup"
    assert not zhuzhou.provisional(date(2041, 3, 14))
    assert zhuzhou.type_of(date(2042, 3, 14)) == "rest"
    assert changsha.type_of(date(2042, 3, 14)) == "work"
    assert zhuzhou.provisional(date(2042, 3, 17))


def test_the_shared_calendar_is_made_anew_when_days_change(live_rules) -> None:
    before = calendar_for("430200")
    assert calendar_for("430200") is before
    actions.do_calendar_days([(date(2026, 6, 15), "rest")], source="flood", city="430200")
    store.forget()
    start = datetime(2026, 6, 12, 17, tzinfo=SHANGHAI)
    assert deadline(start, 1, "work_day", before).day == 15
    assert deadline(start, 1, "work_day", calendar_for("430200")).day == 16
