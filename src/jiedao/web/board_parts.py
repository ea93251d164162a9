"""What the pages of the board share: the area and period asked for, addresses of evidence, a figure as it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from jiedao.city import areas
from jiedao.errors import Forbidden, Invalid
from jiedao.measures.compute import Period
from jiedao.measures.indicators import Measure
from jiedao.people import access
from jiedao.text import Text


def an_area(request: HttpRequest) -> str:
    """The area asked for, as its stem; the user's own where none is asked. Raises Forbidden outside their scope."""
    reach = access.scope(request.user, "measure.view").areas
    asked = request.GET.get("area", "").strip()[:20]
    code = access.stem(asked) if asked in areas.book().entries else ""
    if not code and "" not in reach:
        return reach[0]
    if not any(code.startswith(one) for one in reach):
        text = Text("您只能查看本辖区的指标。", "You see the figures of your own area only.")
        raise Forbidden(text, field="area", value=asked)
    return code


def area_name(code: str) -> Text:
    return areas.full_name(code) if code else Text("全市", "The whole city")


def trail(request: HttpRequest, code: str) -> list[tuple[str, Text]]:
    """(code, name) from the widest area the user may see down to this one."""
    reach = access.scope(request.user, "measure.view").areas
    steps = ["", *(step for step in areas.path(code) if len(step) > 4)]
    return [
        (step, areas.name(step) if step else Text("全市", "City"))
        for step in steps
        if any(step.startswith(one) for one in reach)
    ]


def link(name: str, **values: Any) -> str:
    given = {key: value for key, value in values.items() if value not in ("", None)}
    return f"{reverse(name)}?{urlencode(given)}" if given else reverse(name)


@dataclass(frozen=True)
class Shown:
    """A measure with the addresses of the cases behind its two counts."""

    measure: Measure
    part: str
    whole: str

    @classmethod
    def of(cls, measure: Measure, area: str, period: Period, subject: str, key: Any = "") -> Shown:
        given = {"area": area, "first": period.first, "last": period.last, "of": key and f"{subject}:{key}"}
        name = measure.indicator.code
        addresses = [link("board-evidence", set=name, part=part, **given) for part in ("k", "n")]
        return cls(measure, *addresses)

    @property
    def percent(self) -> str:
        return "–" if self.measure.rate is None else f"{100 * self.measure.rate:.1f}%"

    @property
    def interval(self) -> str:
        low, high = self.measure.interval
        return f"{100 * low:.0f}–{100 * high:.0f}%"


PERIODS = (
    ("month", Text("本月", "This month")),
    ("last", Text("上月", "Last month")),
    ("30", Text("近 30 天", "Last 30 days")),
    ("year", Text("今年", "This year")),
)


def a_period(request: HttpRequest) -> tuple[Period, str]:
    """The period asked for and its code; two dates win over a name. Raises Invalid."""
    first, last = request.GET.get("first", ""), request.GET.get("last", "")
    today = timezone.localdate()
    try:
        if first and last:
            return Period(date.fromisoformat(first), date.fromisoformat(last)), ""
    except ValueError as error:
        expected = Text("年-月-日", "year-month-day")
        raise Invalid(
            Text("日期不对。", "This is not a date."), field="first", value=first, expected=expected
        ) from error
    start = today.replace(day=1)
    named = {
        "month": Period(start, today),
        "last": Period((start - timedelta(days=1)).replace(day=1), start - timedelta(days=1)),
        "year": Period(today.replace(month=1, day=1), today),
    }
    code = request.GET.get("period", "30")
    return (named[code], code) if code in named else (Period.last_days(30, today), "30")
