"""`jiedao report`: the indicators of an area up to a day."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

help = "某日某区域的指标 · the indicators of a day, an area"
NEEDS_DATABASE = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--area", default="", metavar="CODE", help="区划代码，默认全市 · area code, default the city")
    parser.add_argument(
        "--date", type=date.fromisoformat, metavar="D", help="最后一天，默认今天 · last day, default today"
    )
    parser.add_argument("--days", type=int, default=30, metavar="N", help="天数，默认 30 · days, default 30")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象 · print one JSON object")


def run(args: argparse.Namespace) -> dict[str, Any] | int:
    found = report(args.area, args.date, args.days)
    if args.json:
        return found
    print(f"{found['name']} · {found['first']} – {found['last']}")
    counts = ("opened_today", "ended_today", "open", "overdue")
    print("  " + " · ".join(f"{SAID[name]} {found[name]:,}" for name in counts))
    for one in found["indicators"]:
        print(f"  {describe(one)}")
    return 0


SAID = {
    "opened_today": "当日上报 reported",
    "ended_today": "当日办结 ended",
    "open": "在办 open",
    "overdue": "超时 overdue",
}
"""The two counts of the day are of the last day; the other two of this moment."""


def describe(one: dict[str, Any]) -> str:
    """A line for a person; a rate of too few observations is not said."""
    name = f"{one['name']['zh']} {one['name']['en']}"
    if not one["enough"]:
        return f"{name}: 样本少 too few ({one['k']}/{one['n']})"
    low, high = one["interval"]
    return f"{name}: {one['rate']:.1%} ({low:.1%}–{high:.1%}, {one['k']:,}/{one['n']:,})"


def report(area: str, last: date | None, days: int) -> dict[str, Any]:
    """Counts and indicators of the period that ends on a day. Raises Refused for an area or period that cannot be."""
    from django.utils import timezone

    from jiedao.city import areas
    from jiedao.errors import Invalid
    from jiedao.measures import board
    from jiedao.measures.compute import Frame, Period, compute
    from jiedao.measures.evaluation import indicators, within
    from jiedao.people.access import stem
    from jiedao.text import Text

    if days < 1:
        raise Invalid(Text("天数至少为 1。", "At least one day."), field="days", value=days)
    code = stem(areas.get(area).code) if area else ""
    period = Period.last_days(days, last or timezone.localdate())
    frame = Frame(period, within(code))
    measures = compute(indicators("area"), frame)[None].values()
    return {
        "area": code,
        "name": str(areas.full_name(code)) if code else str(Text("全市", "the whole city")),
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        **board.counts(code, period.last),
        "indicators": [_said(one) for one in measures],
    }


def _said(measure: Any) -> dict[str, Any]:
    return {
        "code": measure.indicator.code,
        "name": measure.indicator.name.as_dict(),
        "k": measure.k,
        "n": measure.n,
        "rate": measure.rate,
        "interval": list(measure.interval),
        "enough": measure.enough,
    }
