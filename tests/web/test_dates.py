"""Dates and times left, as people say them in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jiedao.web import dates

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2024, 6, 17, 19, 0, tzinfo=SHANGHAI)
TODAY = MONDAY.date()


def both(text):
    return text.zh, text.en


def test_a_moment_is_said_with_weekday_and_time():
    assert both(dates.when(MONDAY, today=TODAY)) == ("6月17日 周一 19:00", "Mon 17 June, 19:00")


def test_a_moment_is_said_in_local_time():
    assert dates.when(datetime(2024, 6, 17, 11, 0, tzinfo=UTC), today=TODAY).en == "Mon 17 June, 19:00"


def test_another_year_is_named():
    assert both(dates.when(MONDAY, today=date(2025, 1, 1))) == ("2024年6月17日 周一 19:00", "Mon 17 June 2024, 19:00")


@pytest.mark.parametrize(
    ("form", "zh"),
    [("day", "6月17日 周一"), ("time", "19:00"), ("short", "19:00")],
)
def test_forms(form, zh):
    assert dates.when(MONDAY, form, today=TODAY).zh == zh


def test_short_is_the_day_when_it_is_not_today():
    assert both(dates.when(MONDAY, "short", today=date(2024, 6, 18))) == ("6月17日", "17 Jun")
    assert both(dates.when(MONDAY, "short", today=date(2025, 6, 18))) == ("2024年6月17日", "17 Jun 2024")


def test_a_date_has_no_time():
    assert both(dates.when(date(2024, 10, 1), today=TODAY)) == ("10月1日 周二", "Tue 1 October")


@pytest.mark.parametrize(
    ("length", "zh", "en"),
    [
        (timedelta(seconds=5), "1 分钟", "1 min"),
        (timedelta(minutes=50), "50 分钟", "50 min"),
        (timedelta(hours=3), "3 小时", "3 h"),
        (timedelta(hours=3, minutes=20), "3 小时 20 分", "3 h 20 min"),
        (timedelta(days=1), "1 天", "1 day"),
        (timedelta(days=1, hours=5), "1 天 5 小时", "1 day 5 h"),
        (timedelta(days=9, hours=5), "9 天", "9 days"),
        (timedelta(hours=-2), "2 小时", "2 h"),
    ],
)
def test_spans(length, zh, en):
    assert both(dates.span(length)) == (zh, en)


@pytest.mark.parametrize(
    ("rest", "tone", "shape", "zh"),
    [
        (timedelta(hours=-3), "red", "octagon", "已超时 3 小时"),
        (timedelta(minutes=50), "orange", "triangle", "还剩 50 分钟"),
        (timedelta(hours=9), "yellow", "diamond", "还剩 9 小时"),
        (timedelta(days=4), "plain", "clock", "还剩 4 天"),
    ],
)
def test_what_is_left_has_tone_shape_and_words(rest, tone, shape, zh):
    found = dates.left(MONDAY + rest, now=MONDAY)
    assert (found.tone, found.shape, found.text.zh) == (tone, shape, zh)


def test_a_clock_four_fifths_run_is_due_soon():
    start, deadline = MONDAY - timedelta(days=8), MONDAY + timedelta(days=2)
    assert dates.left(deadline, start=start, now=MONDAY).tone == "orange"
    assert dates.left(deadline, now=MONDAY).tone == "plain"


def test_a_stopped_clock_says_whether_it_was_met():
    assert dates.left(MONDAY, stopped=MONDAY - timedelta(minutes=1)).text.en == "On time"
    late = dates.left(MONDAY, stopped=MONDAY + timedelta(hours=2))
    assert (late.tone, late.text.en) == ("red", "Late by 2 h")


def test_paused_and_without_a_limit():
    assert dates.left(MONDAY, paused=True).text.zh == "计时暂停"
    assert dates.left(None).text.en == "No time limit"
