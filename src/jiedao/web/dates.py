"""Dates as people say them: 6月17日 周一 19:00, in English Mon 17 June, 19:00; and how long is left."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from jiedao.text import Text

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

SOON_SHARE = 0.8
"""A clock that has run this far is shown as due soon; the escalation ladder itself is rule data."""
SOON = timedelta(hours=2)
TODAY = timedelta(hours=24)


def local(moment: datetime) -> datetime:
    """Aware, in the city's time zone; a naive time is taken as local."""
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def day(of: date, *, today: date | None = None) -> Text:
    """6月17日 周一 / Mon 17 June; with the year when it is another than this one."""
    today = today or timezone.localdate()
    week = of.weekday()
    zh = f"{of.month}月{of.day}日 周{WEEKDAYS_ZH[week]}"
    en = f"{WEEKDAYS_EN[week]} {of.day} {MONTHS_EN[of.month - 1]}"
    return Text(zh, en) if of.year == today.year else Text(f"{of.year}年{zh}", f"{en} {of.year}")


def when(moment: datetime | date, form: str = "full", *, today: date | None = None) -> Text:
    """`form`: full (day and time), day, time, or short for lists: the time today, else the day without its weekday."""
    if not isinstance(moment, datetime):
        return day(moment, today=today)
    moment = local(moment)
    clock = f"{moment:%H:%M}"
    if form == "time" or (form == "short" and moment.date() == (today or timezone.localdate())):
        return Text(clock, clock)
    said = day(moment.date(), today=today)
    if form == "short":
        return Text(said.zh.split()[0], re.sub(r"^\w+ (\d+ \w{3})\w*", r"\1", said.en))
    return said if form == "day" else Text(f"{said.zh} {clock}", f"{said.en}, {clock}")


def span(length: timedelta) -> Text:
    """A length of time in its largest unit, two units under two days: 3 天, 1 小时 20 分 / 3 days, 1 h 20 min."""
    minutes = max(1, round(abs(length.total_seconds()) / 60))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days >= 2:
        return Text(f"{days} 天", f"{days} days")
    if days:
        return Text(f"1 天 {hours} 小时", f"1 day {hours} h") if hours else Text("1 天", "1 day")
    if hours:
        return Text(f"{hours} 小时 {rest} 分", f"{hours} h {rest} min") if rest else Text(f"{hours} 小时", f"{hours} h")
    return Text(f"{rest} 分钟", f"{rest} min")


@dataclass(frozen=True)
class Left:
    """What a deadline chip shows: `tone` is red, orange, yellow or plain; `shape` names the mark beside the word."""

    tone: str
    shape: str
    text: Text


def left(
    deadline: datetime | None,
    *,
    start: datetime | None = None,
    stopped: datetime | None = None,
    paused: bool = False,
    now: datetime | None = None,
) -> Left:
    """How long is left until `deadline`, how late it is, or (with `stopped`) whether it was met."""
    if paused:
        return Left("plain", "pause", Text("计时暂停", "Clock paused"))
    if deadline is None:
        return Left("plain", "clock", Text("无时限", "No time limit"))
    if stopped is not None:
        late = stopped - deadline
        if late > timedelta(0):
            return Left("red", "octagon", Text("超时 {span}", "Late by {span}").format(span=span(late)))
        return Left("plain", "check", Text("按时", "On time"))
    rest = deadline - (now or timezone.now())
    if rest <= timedelta(0):
        return Left("red", "octagon", Text("已超时 {span}", "Overdue by {span}").format(span=span(rest)))
    ran = 1 - rest / (deadline - start) if start and deadline > start else 0.0
    tone, shape = "plain", "clock"
    if rest <= SOON or ran >= SOON_SHARE:
        tone, shape = "orange", "triangle"
    elif rest <= TODAY:
        tone, shape = "yellow", "diamond"
    return Left(tone, shape, Text("还剩 {span}", "{span} left").format(span=span(rest)))
