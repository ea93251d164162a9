"""The components of templates/web/components/ as template tags; `{% load jiedao %}` brings them. See docs/web.md."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from jiedao.text import Text
from jiedao.web import charts, parts, places

register = template.Library()
COMPONENTS = "web/components"
MAP_WORDS = {
    "in": Text("放大", "Zoom in"),
    "out": Text("缩小", "Zoom out"),
    "me": Text("我的位置", "My location"),
    "denied": Text(
        "无法取得您的位置。请移动地图，或搜索地址。",
        "Your location is not available. Move the map, or search for an address.",
    ),
    "picked": Text("已选位置", "Place chosen"),
    "nothing": Text("没有找到，换个说法试试。", "Nothing found; try other words."),
    "pin": Text("图钉，可用方向键移动", "Pin; the arrow keys move it"),
    "failed": Text("地图暂时无法显示，请搜索地址。", "The map cannot be shown now; search for an address."),
}


def query(request: Any, **changes: Any) -> str:
    """`?…` of this page with some parameters changed; None or "" removes one, `after` falls away unless given."""
    given: QueryDict = request.GET.copy()
    for name, value in {"after": None, **changes}.items():
        if value is None or value == "":
            given.pop(name, None)
        elif isinstance(value, list | tuple):
            given.setlist(name, [str(item) for item in value])
        else:
            given[name] = str(value)
    return f"?{given.urlencode()}"


@register.inclusion_tag(f"{COMPONENTS}/rule.html")
def rule(key: str, **scope: Any) -> dict[str, Any]:
    """A number of a law, standard or city with its unit; its source opens beside it."""
    from jiedao.rules import lookup
    from jiedao.rules.rows import CERTAINTIES
    from jiedao.rules.store import current
    from jiedao.web import values

    found = lookup(key, **scope)
    return {
        "rule": found,
        "value": values.plain(found.value),
        "unit": parts.unit(found.unit),
        "source": current().shipped.sources.get(found.source),
        "certainty": CERTAINTIES.get(found.certainty, ""),
    }


@register.inclusion_tag(f"{COMPONENTS}/map.html", takes_context=True)
def map(  # the tag is called map
    context: Context,
    id: str,  # an HTML id
    *,
    label: Any = "",
    lon: float | None = None,
    lat: float | None = None,
    zoom: int | None = None,
    bounds: Sequence[float] | None = None,
    area: str = "",
    pick: bool = False,
    me: bool = False,
    source: str = "",
    points: Any = None,
    legend: Any = None,
    size: str = "",
) -> dict[str, Any]:
    """The city map; parameters in docs/web.md."""
    config = {
        "lon": lon,
        "lat": lat,
        "zoom": zoom,
        "bounds": list(bounds or places.city_bounds() or ()) or None,
        "area": area,
        "pick": pick,
        "me": me,
        "source": source,
        "points": points,
        "osm": context["shell"].osm,
    }
    return {
        "id": id,
        "label": label or Text("地图", "Map"),
        "words": json.dumps({name: str(text) for name, text in MAP_WORDS.items()}, ensure_ascii=False),
        "config": json.dumps({k: v for k, v in config.items() if v not in (None, "", [], False)}, default=str),
        "pick": pick,
        "lon": lon,
        "lat": lat,
        "legend": legend,
        "size": size,
        "shell": context["shell"],
    }


@register.inclusion_tag(f"{COMPONENTS}/photo.html")
def photo(attachment: Any, label: Any = "") -> dict[str, Any]:
    """A stored photo as a link to itself, or a paper as a named file."""
    return {"file": attachment, "url": f"/media/{attachment.id}", "label": label or Text("照片", "Photo")}


@register.inclusion_tag(f"{COMPONENTS}/button.html")
def button(
    label: Any,
    icon: str = "",
    *,
    look: str = "primary",
    href: str = "",
    type: str = "submit",  # HTML's word
    name: str = "",
    value: str = "",
    opens: str = "",
    key: str = "",
    wide: bool = False,
) -> dict[str, Any]:
    """A button, or (`href`) a link like one. `look`: primary, second, quiet, danger; `opens`: a dialog."""
    return locals()


@register.inclusion_tag(f"{COMPONENTS}/field.html")
def field(
    name: str,
    label: Any,
    *,
    type: str = "text",  # HTML's word
    value: Any = "",
    help: Any = "",
    error: Any = "",
    required: bool = False,
    options: Any = (),
    rows: int = 4,
    autocomplete: str = "",
    inputmode: str = "",
    placeholder: Any = "",
    maxlength: int | None = None,
    min: Any = None,  # HTML's word
    max: Any = None,  # HTML's word
    step: Any = None,
) -> dict[str, Any]:
    """A labelled control with help, and an error that says what would be right. Types: docs/web.md."""
    wrong, expected = parts.problem(error)
    given = [str(v) for v in value] if isinstance(value, list | tuple | set) else [str(value)]
    choices = [(str(v), said, str(v) in given) for v, said in options]
    return {**locals(), "choices": choices}


@register.inclusion_tag(f"{COMPONENTS}/photo_input.html")
def photo_input(
    name: str = "photos",
    label: Any = "",
    *,
    help: Any = "",
    error: Any = "",
    required: bool = False,
    many: bool = True,
) -> dict[str, Any]:
    """Camera or gallery; photos are made smaller in the browser and shown before they are sent."""
    wrong, expected = parts.problem(error)
    return {**locals(), "label": label or Text("照片", "Photos")}


@register.inclusion_tag(f"{COMPONENTS}/stat.html")
def stat(
    label: Any, value: Any, *, unit: Any = "", href: str = "", note: Any = "", trend: Any = None, tone: str = ""
) -> dict[str, Any]:
    """One figure with its name; `trend` is a list for a spark line, `href` its evidence."""
    shown = charts.number(value) if isinstance(value, int | float) else value
    return {**locals(), "value": shown}


@register.inclusion_tag(f"{COMPONENTS}/empty.html")
def empty(title: Any, text: Any = "", *, icon: str = "list", href: str = "", action: Any = "") -> dict[str, Any]:
    """Nothing here (yet): what that means, and what to do."""
    return locals()


@register.inclusion_tag(f"{COMPONENTS}/notice.html")
def notice(text: Any, *, tone: str = "plain", title: Any = "", icon: str = "") -> dict[str, Any]:
    """A message on the page. `tone`: plain, accent (done), red (failed), orange, yellow, blue."""
    return {**locals(), "icon": icon or {"accent": "check", "plain": "info", "blue": "info"}.get(tone, "warning")}


@register.inclusion_tag(f"{COMPONENTS}/steps.html")
def steps(labels: Sequence[Any], current: int) -> dict[str, Any]:
    """A journey of steps; `current` counts from 1."""
    stops = [
        (i, label, "done" if i < current else "now" if i == current else "next") for i, label in enumerate(labels, 1)
    ]
    return {"stops": stops, "current": current, "total": len(labels)}


@register.inclusion_tag(f"{COMPONENTS}/tabs.html")
def tabs(items: Sequence[tuple[str, Any, Any]], current: str, label: Any = "") -> dict[str, Any]:
    """Links that look like tabs. `items`: (address, label, count or None); `current` is an address."""
    return locals()


@register.inclusion_tag(f"{COMPONENTS}/pager.html", takes_context=True)
def pager(context: Context, next: Any, total: Any = None) -> dict[str, Any]:  # the word of queries.Page
    """Keyset paging: back to the start, and on with `?after=`."""
    request = context["request"]
    first = query(request) if request.GET.get("after") else ""
    return {"first": first, "next": query(request, after=next) if next else "", "total": total}


@register.inclusion_tag(f"{COMPONENTS}/timeline.html")
def timeline(items: Sequence[Any], promised: datetime | None = None) -> dict[str, Any]:
    """A case as a line with stations: `items` of jiedao.cases.timeline, then the promised time as the next stop."""
    return locals()


@register.inclusion_tag(f"{COMPONENTS}/case_card.html")
def case_card(case: Any, href: str = "") -> dict[str, Any]:
    """A case for a phone: picture of its state, place, and what is next."""
    return {"case": case, "href": href}


@register.inclusion_tag(f"{COMPONENTS}/case_row.html")
def case_row(case: Any, href: str = "", select: str = "", current: bool = False) -> dict[str, Any]:
    """A case as a row of a list on the desk; `select` names the check box for work on many."""
    return locals()


@register.inclusion_tag(f"{COMPONENTS}/unit_chip.html")
def unit_chip(unit: Any) -> dict[str, Any]:
    return {"unit": unit}


@register.simple_block_tag
def dialog(content: SafeString, id: str, title: Any) -> SafeString:  # an HTML id
    """`{% dialog "id" title %}…{% enddialog %}`; opened by a button with `opens="id"`, closed by Escape."""
    return render_to_string(f"{COMPONENTS}/dialog.html", {"id": id, "title": title, "content": content})


@register.simple_block_tag(takes_context=True)
def filters(context: Context, content: SafeString, target: str = "") -> SafeString:
    """`{% filters target="#cases" %}fields{% endfilters %}`: a GET form; with a target only that part is fetched."""
    given = {"request": context["request"], "content": content, "target": target}
    return render_to_string(f"{COMPONENTS}/filters.html", given)
