"""`{% load jiedao %}`: the words, marks and components of every page. Reference: docs/web.md; shown at /styleguide/."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from jiedao.text import Text
from jiedao.web import charts, components, dates, parts

register = template.Library()
register.tags.update(components.register.tags)
TONES = {"success": "accent", "error": "red", "warning": "orange", "info": "blue"}


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


@register.simple_tag(takes_context=True)
def qs(context: Context, **changes: Any) -> str:
    """`{% qs state="open" %}`: this page's query with changes; see `components.query`."""
    return components.query(context["request"], **changes)


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
