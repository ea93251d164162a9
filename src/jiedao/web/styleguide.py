"""/styleguide/: every component with invented content; also what the browser tests look at."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from jiedao.errors import Invalid
from jiedao.people.gate import public
from jiedao.text import Text
from jiedao.web import places

COLOURS = (
    "page",
    "sheet",
    "sunk",
    "ink",
    "ink-2",
    "ink-3",
    "line",
    "line-strong",
    "accent",
    "accent-strong",
    "accent-tint",
)


@cache
def icons() -> list[str]:
    """Names in the sprite."""
    sprite = files("jiedao.web").joinpath("static/jiedao/icons.svg").read_text("utf-8")
    return re.findall(r'<symbol id="([^"]+)"', sprite)


@public
@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return render(
        request, "web/styleguide.html", {"colours": COLOURS, "icons": icons(), **_words(), **_times(now), **_figures()}
    )


def _words() -> dict[str, Any]:
    wrong = Invalid(
        Text("地点在本市之外", "The place is outside the city"),
        field="place",
        expected=Text("市域内的一个点", "a point inside the city"),
    )
    return {
        "wrong": wrong,
        "options": [("E0101", Text("非法小广告", "Illegal posted ads")), ("E0203", Text("暴露垃圾", "Exposed litter"))],
        "steps": [Text("上报", "Report"), Text("受理", "Accept"), Text("处置", "Handle"), Text("办结", "Done")],
        "tabs": [
            ("?tab=open", Text("在办", "Open"), 12),
            ("?tab=done", Text("办结", "Done"), 340),
            ("?tab=all", Text("全部", "All"), None),
        ],
        "unit": SimpleNamespace(name="城管执法局", name_en="City Management Bureau"),
        "legend": [
            ("ring", "accent", Text("待办", "open")),
            ("triangle", "orange", Text("将超时", "due soon")),
            ("octagon", "red", Text("超时", "overdue")),
        ],
        "points": _points(),
    }


def _points() -> dict[str, Any]:
    """A few marks around the middle of the city."""
    west, south, east, north = places.city_bounds() or (113.12, 27.82, 113.14, 27.84)
    lon, lat = (west + east) / 2, (south + north) / 2
    spots = ((0, 0.002, "ring", "accent"), (0.003, -0.001, "triangle", "orange"), (-0.003, -0.002, "octagon", "red"))
    label = str(Text("暴露垃圾", "Exposed litter"))
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [lon + x, lat + y]},
            "properties": {"shape": shape, "tone": tone, "label": label},
        }
        for x, y, shape, tone in spots
    ]
    return {"type": "FeatureCollection", "features": features}


def _times(now: datetime) -> dict[str, Any]:
    def item(hours: float, zh: str, en: str, current: bool = False) -> SimpleNamespace:
        at = now - timedelta(hours=hours)
        return SimpleNamespace(at=at, text=Text(zh, en), actor="", photos=(), current=current, note="")

    return {
        "late": now - timedelta(hours=3),
        "soon": now + timedelta(minutes=50),
        "today": now + timedelta(hours=9),
        "later": now + timedelta(days=4),
        "timeline": [
            item(5, "您上报了问题", "You reported the problem"),
            item(4.6, "已受理，交桂花街道城管办", "Accepted; given to Guihua subdistrict"),
            item(1, "处置员已到现场", "A handler is on the spot", current=True),
        ],
        "now": now,
    }


def _figures() -> dict[str, Any]:
    months = list(range(1, 13))
    return {
        "months": months,
        "lines": [
            (Text("今年", "This year"), [320, 290, 410, 380, 420, 460, 440, 430, 390, 405, 380, 362]),
            (Text("去年", "Last year"), [300, 310, 350, 340, 400, None, None, 420, 410, 400, 395, 390]),
        ],
        "bars": [
            (Text("桂花街道", "Guihua"), 412),
            (Text("月塘街道", "Yuetang"), 286),
            (Text("茨菇塘街道", "Cigutang"), 133),
        ],
        "parts": [
            (Text("市容环境", "Appearance"), 48),
            (Text("施工管理", "Building sites"), 21),
            (Text("街面秩序", "Street order"), 19),
            (Text("其他", "Other"), 12),
        ],
        "trend": [12, 14, 9, 11, 15, 13, 18, 17],
    }
