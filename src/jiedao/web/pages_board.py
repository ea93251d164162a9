"""/board/: the wall of an area, dark and readable across a room; every figure leads to its cases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from jiedao.cases import kinds
from jiedao.city import areas
from jiedao.measures import board as figures
from jiedao.measures.compute import Period
from jiedao.measures.evaluation import weights
from jiedao.people.gate import needs
from jiedao.text import Text
from jiedao.web import board_map
from jiedao.web.board_parts import Shown, an_area, area_name, link, trail
from jiedao.web.desk_flow import ALL, ENDED, MINE, stages

views = needs("measure.view")
METRICS = {"open": Text("在办", "Open"), "late": Text("超时", "Overdue"), "today": Text("今日上报", "Today")}


@views
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The wall; htmx asks for it again every half minute and takes the middle of the page."""
    code, metric = an_area(request), request.GET.get("by", "open")
    metric = metric if metric in METRICS else "open"
    found = figures.wall(code)
    today = timezone.localdate()
    said = {
        place: board_map.Said(getattr(counts, metric), _place_said(place, counts), link("board", area=place, by=metric))
        for place, counts in found.places.items()
    }
    period = Period.last_days(figures.RATES_DAYS, today)
    rates = [Shown.of(measure, code, period, "") for measure in found.rates]
    context = {
        "wall": found,
        "area": code,
        "name": area_name(code),
        "trail": trail(request, code),
        "metric": metric,
        "metrics": [(link("board", area=code, by=by), name, None) for by, name in METRICS.items()],
        "here": link("board", area=code, by=metric),
        "map": board_map.draw(code, said, str(Text("各区域", "By area"))),
        "ends": board_map.limits([one.value for one in said.values()]),
        "places": _ranking(found, metric, said),
        "stages": _stages(found),
        "hot": _hot(found, today),
        "days": _days(found),
        "rates": rates,
        "headline": _headline(rates),
        "days_back": figures.RATES_DAYS,
        "links": {
            "today": link("board-evidence", set="opened", area=code, first=today, last=today),
            "ended": link("board-evidence", set="ended", area=code, first=today, last=today),
            "open": link("desk", stage="all", area=code),
            "late": link("desk", stage="all", late=1, area=code),
        },
        "latest": [(case, kinds.get(case.kind).class_name(case.category)) for case in found.latest],
    }
    return render(request, "web/board/wall.html", context)


def _headline(rates: list[Shown]) -> list[Shown]:
    """The rate of greatest weight, and what the public says."""
    points = weights()
    first = max(rates, key=lambda one: points.get(one.measure.indicator.code, 0.0), default=None)
    voice = [one for one in rates if one.measure.indicator.denominator.base == "feedback"]
    return [*([first] if first else []), *(one for one in voice[:1] if one is not first)]


def _place_said(code: str, counts: figures.Place) -> str:
    text = Text(
        "{name}：在办 {open}，超时 {late}，今日上报 {today}", "{name}: {open} open, {late} overdue, {today} today"
    )
    return str(text.format(name=areas.name(code), open=counts.open, late=counts.late, today=counts.today))


def _ranking(found: figures.Wall, metric: str, said: dict[str, board_map.Said]) -> list[tuple[Text, int, int, str]]:
    """(name, figure, share of the largest in %, address), largest first."""
    most = max((one.value for one in said.values()), default=0) or 1
    ordered = sorted(said.items(), key=lambda pair: (-pair[1].value, pair[0]))[:10]
    return [(areas.name(code), one.value, round(100 * one.value / most), one.href) for code, one in ordered]


def _stages(found: figures.Wall) -> list[tuple[Text, int, str]]:
    """The backlog by stage of the flows, with the list behind each."""
    line = [stage for stage in stages(None) if stage.code not in (MINE, ALL, ENDED)]
    return [
        (
            stage.name,
            sum(found.by_state.get(state, 0) for state in stage.states),
            link("desk", stage=stage.code, area=found.area),
        )
        for stage in line
    ]


def _hot(found: figures.Wall, today: date) -> list[tuple[Text, int, int, str]]:
    first = today - timedelta(days=figures.HOT_DAYS - 1)
    most = max((n for _, _, n in found.hot), default=0) or 1
    return [
        (
            kinds.get(kind).class_name(category), n, round(100 * n / most),
            link("board-evidence", set="opened", cls=category, area=found.area, first=first, last=today),
        )
        for kind, category, n in found.hot
        if kind in kinds.all_kinds()
    ]  # fmt: skip


def _days(found: figures.Wall) -> dict[str, Any]:
    labels = [f"{day.month}/{day.day}" for day, _, _ in found.days]
    series = [
        (Text("上报", "Reported"), [n for _, n, _ in found.days]),
        (Text("办结", "Ended"), [n for _, _, n in found.days]),
    ]
    return {"labels": labels, "series": series}
