"""`{% load jiedao %}`: the words, marks and components of every page. Reference: docs/web.md; shown at /styleguide/."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from jiedao.text import Text
from jiedao.web import charts, dates, parts, places

register = template.Library()
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
TONES = {"success": "accent", "error": "red", "warning": "orange", "info": "blue"}
COMPONENTS = "web/components"


@register.simple_tag
def t(zh: str, en: str, **values: Any) -> SafeString:
    """The sentence in the reader's language; `{name}` is filled from the keywords, escaped."""
    said = str(Text(zh, en))
    if not values:
        return mark_safe(said)  # noqa: S308  # both sentences are literals of a template
    return mark_safe(said.format(**{k: conditional_escape(v) for k, v in values.items()}))  # noqa: S308


@register.filter
def en(zh: str, english: str) -> Text:
    """`"提交"|en:"Submit"`: both languages as one value, for the parameter of a component."""
    return Text(zh, english)


@register.simple_tag
def icon(name: str, label: Any = "", css: str = "") -> SafeString:
    """A picture of the sprite. Without a label it is decoration and hidden from screen readers."""
    name_of = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {} focusable="false"><use href="{}#{}"></use></svg>',
        css,
        name_of,
        static("jiedao/icons.svg"),
        name,
    )


@register.simple_tag
def when(moment: datetime | date | None, form: str = "full") -> SafeString:
    """`form`: full, day, time, short."""
    if moment is None:
        return mark_safe('<span class="none">–</span>')
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), dates.when(moment, form))


@register.simple_tag
def left(
    deadline: datetime | None, start: datetime | None = None, stopped: datetime | None = None, paused: bool = False
) -> SafeString:
    """How long is left: shape, word and colour; the moment itself in the title."""
    found = dates.left(deadline, start=start, stopped=stopped, paused=paused)
    title = dates.when(deadline) if deadline else ""
    return chip(found.text, found.tone, found.shape, title=title)


@register.simple_tag
def chip(text: Any, tone: str = "plain", shape: str = "", title: Any = "") -> SafeString:
    """A word with a mark. `tone`: plain, accent, red, orange, yellow, blue."""
    mark = icon(shape, css="mark") if shape else ""
    titled = format_html(' title="{}"', title) if title else ""
    return format_html('<span class="chip chip-{}"{}>{}{}</span>', tone, titled, mark, text)


@register.simple_tag
def risk(level: str, text: Any = "") -> SafeString:
    """A risk level of a case or place: red, orange, yellow, blue; never of a citizen."""
    shape, word = parts.RISKS[level]
    return chip(text or word, level, shape)


@register.simple_tag
def state(case: Any) -> SafeString:
    """The state of a case as its flow names it; the mark says open, waiting or done."""
    from jiedao.web.states import shown

    found = shown(case)
    return chip(found.name, found.tone, found.shape)


@register.simple_tag
def area(code: str, full: bool = False) -> SafeString:
    """An area's name; `full` puts the names of the subdistrict and district above it in front."""
    from jiedao.city import areas

    if not code:
        return mark_safe('<span class="none">–</span>')
    above = [n for n in (6, 9) if full and n < len(code)]
    names = [str(areas.name(code[:n])) for n in (*above, len(code))]
    return format_html('<span class="area" data-area="{}">{}</span>', code, " · ".join(names))


@register.simple_tag
def money(fen: int | None) -> str:
    return parts.money(fen)


@register.filter
def number(value: Any) -> str:
    """1234567 → 1,234,567; at most three significant figures behind the point."""
    return charts.number(value)


@register.inclusion_tag(f"{COMPONENTS}/rule.html")
def rule(key: str, **scope: Any) -> dict[str, Any]:
    """A number of a law, standard or city with its unit; its source opens beside it."""
    from jiedao.rules import lookup
    from jiedao.rules.rows import CERTAINTIES
    from jiedao.rules.store import current

    found = lookup(key, **scope)
    return {
        "rule": found,
        "value": parts.plain(found.value),
        "unit": parts.unit(found.unit),
        "source": current().shipped.sources.get(found.source),
        "certainty": CERTAINTIES.get(found.certainty, ""),
    }


@register.simple_tag(takes_context=True)
def qs(context: Context, **changes: Any) -> str:
    """`?…` of this page with some parameters changed; None or "" removes one, `after` falls away unless given."""
    query: QueryDict = context["request"].GET.copy()
    for name, value in {"after": None, **changes}.items():
        if value is None or value == "":
            query.pop(name, None)
        elif isinstance(value, list | tuple):
            query.setlist(name, [str(item) for item in value])
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


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


@register.simple_tag
def spark(values: Sequence[float | None], title: Any = "") -> SafeString:
    return charts.spark(values, str(title))


@register.simple_tag
def chart_line(labels: Sequence[Any], series: Sequence[tuple[str, Any]], title: Any = "", unit: str = "") -> SafeString:
    return charts.line(labels, [(str(n), v) for n, v in series], title=str(title), unit=unit)


@register.simple_tag
def chart_bar(
    items: Sequence[tuple[Any, float]], title: Any = "", unit: str = "", links: Sequence[str] = ()
) -> SafeString:
    return charts.bar([(str(n), v) for n, v in items], title=str(title), unit=unit, links=links)


@register.simple_tag
def chart_stack(items: Sequence[tuple[Any, float]], title: Any = "") -> SafeString:
    return charts.stack([(str(n), v) for n, v in items], title=str(title))


@register.simple_tag
def chart_share(k: int, n: int, title: Any = "") -> SafeString:
    return charts.share(k, n, title=str(title))


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
    started = bool(context["request"].GET.get("after"))
    return {"first": qs(context) if started else "", "next": qs(context, after=next) if next else "", "total": total}


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


@register.simple_tag
def clock() -> str:
    """Today and the time, for the board; the script moves it on."""
    return str(dates.when(timezone.now()))


@register.filter
def tone(level: str) -> str:
    """The tone of a notice for a level of django.contrib.messages."""
    return TONES.get(level, "plain")


@register.filter
def named(thing: Any) -> str:
    """The name of a row that has `name` and `name_en`, in the reader's language."""
    return str(Text(thing.name, getattr(thing, "name_en", "") or thing.name))
