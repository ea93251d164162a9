"""Charts drawn on the server as SVG: no script, readable without colour, their figures as text for screen readers.

Every function returns safe markup. Labels are escaped; numbers are formatted here. No inline style: classes only.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from jiedao.measures.indicators import Measure, wilson

Number = int | float
TOO_FEW = Measure.enough_from
"""A share of fewer observations is drawn hatched and said to be of too few (DESIGN, Indicator)."""


def number(value: Number | None) -> str:
    """Thousands apart, at most three significant figures behind the point: 1,234 · 0.127 · 12.5."""
    if value is None:
        return "–"
    if isinstance(value, int) or abs(value) >= 1000 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.3g}"


def ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round steps that cover low…high."""
    if high <= low:
        high = low + 1
    raw = (high - low) / wanted
    power = 10 ** floor(log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first, last = floor(low / step), ceil(high / step)
    return [round(i * step, 10) for i in range(first, last + 1)]


def _svg(width: float, height: float, kind: str, title: str, body: list[str]) -> SafeString:
    return mark_safe(  # noqa: S308  # every text in `body` went through escape()
        f'<svg class="chart chart-{kind}" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="{escape(title)}">{"".join(body)}</svg>'
    )


def _said(title: str, labels: Sequence[object], values: Sequence[Number | None], unit: str) -> str:
    pairs = ", ".join(f"{a} {number(v)}{unit}" for a, v in zip(labels, values, strict=False))
    return f"{title}: {pairs}" if title else pairs


def spark(values: Sequence[Number | None], title: str = "", width: int = 120, height: int = 32) -> SafeString:
    """A small line without axes; the last value is marked by a ring."""
    known = [v for v in values if v is not None]
    if len(known) < 2:
        return _svg(width, height, "spark", title or number(known[0] if known else None), [])
    points = _points(values, min(known), max(known), 4, 4, width - 10, height - 8)
    x, y = [p for p in points if p][-1]
    body = [*_paths(points), f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>']
    return _svg(width, height, "spark", f"{title} {number(known[0])} → {number(known[-1])}".strip(), body)


def line(
    labels: Sequence[object],
    series: Sequence[tuple[str, Sequence[Number | None]]],
    *,
    title: str = "",
    unit: str = "",
    width: int = 400,
    height: int = 240,
) -> SafeString:
    """Lines over one axis. `series` are (name, values), values as long as `labels`; None leaves a gap.

    Series differ by dash as well as shade, and are named at their right end.
    """
    known = [v for _, values in series for v in values if v is not None] or [0, 1]
    marks = ticks(min(0, *known), max(known))
    plot = (52, 14, width - 52 - (88 if len(series) > 1 else 16), height - 44)
    body, ends = _grid(marks, plot, unit), []
    for i, (name, values) in enumerate(series):
        points = _points(values, marks[0], marks[-1], *plot)
        x, y = next((p for p in reversed(points) if p), (plot[0], plot[1]))
        ends.append((y, x, name))
        ring = f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        body.append(f'<g class="series series-{i % 4}">{"".join(_paths(points))}{ring}</g>')
    body += _names(ends) if len(series) > 1 else []
    body += _labels(labels, plot, height)
    said = "; ".join(_said(name, labels, values, unit) for name, values in series)
    return _svg(width, height, "line", f"{title}. {said}" if title else said, body)


def bar(
    items: Sequence[tuple[str, Number]],
    *,
    title: str = "",
    unit: str = "",
    width: int = 400,
    highest: Number | None = None,
    links: Sequence[str] = (),
) -> SafeString:
    """Lying bars, one a row, label left and figure right; `links[i]` makes row i a link to its evidence."""
    top = highest or max([v for _, v in items], default=1) or 1
    row, left, right = 32, width * 0.34, 72
    body = []
    for i, (label, value) in enumerate(items):
        y = i * row
        long = max(0.0, min(1.0, value / top)) * (width - left - right)
        part = (
            f'<text class="name" x="{left - 12:.1f}" y="{y + 21}" text-anchor="end">{escape(label)}</text>'
            f'<rect class="track" x="{left:.1f}" y="{y + 14}" width="{width - left - right:.1f}" height="4" rx="2"/>'
            f'<rect class="bar" x="{left:.1f}" y="{y + 10}" width="{max(long, 2):.1f}" height="12" rx="2"/>'
            f'<text class="figure" x="{width - right + 12:.1f}" y="{y + 21}">{number(value)}{escape(unit)}</text>'
        )
        body.append(f'<a href="{escape(links[i])}">{part}</a>' if i < len(links) and links[i] else part)
    said = _said(title, [a for a, _ in items], [v for _, v in items], unit)
    return _svg(width, max(row * len(items), 1), "bar", said, body)


def stack(parts: Sequence[tuple[str, Number]], *, title: str = "", width: int = 400) -> SafeString:
    """Parts of a whole in one bar; each part's name and share stand below it in a legend."""
    total = sum(v for _, v in parts) or 1
    body, x = [], 0.0
    for i, (_, value) in enumerate(parts):
        long = value / total * width
        body.append(f'<rect class="part part-{i % 6}" x="{x:.1f}" y="0" width="{max(long - 2, 0):.1f}" height="20"/>')
        x += long
    column, row = width / 2, 22
    for i, (name, value) in enumerate(parts):
        at, y = i % 2 * column, 34 + i // 2 * row
        body.append(f'<rect class="part part-{i % 6}" x="{at:.1f}" y="{y}" width="12" height="12"/>')
        body.append(f'<text x="{at + 18:.1f}" y="{y + 11}">{escape(name)} {value / total:.0%}</text>')
    return _svg(
        width,
        34 + ceil(len(parts) / 2) * row,
        "stack",
        _said(title, [n for n, _ in parts], [v for _, v in parts], ""),
        body,
    )


def share(k: int, n: int, *, title: str = "", width: int = 240) -> SafeString:
    """A rate with its 95 % Wilson interval as a whisker; hatched under 30 observations."""
    low, high = wilson(k, n)
    p = k / n if n else 0.0
    few = " few" if n < TOO_FEW else ""
    a, b = low * width, high * width
    body = [
        f'<rect class="track" x="0" y="12" width="{width}" height="8" rx="2"/>',
        f'<rect class="bar{few}" x="0" y="12" width="{max(p * width, 1):.1f}" height="8" rx="2"/>',
        f'<path class="whisker" d="M{a:.1f} 6v20M{b:.1f} 6v20M{a:.1f} 16H{b:.1f}"/>',
    ]
    return _svg(width, 32, "share", f"{title} {k}/{n} = {p:.1%} ({low:.1%} – {high:.1%})".strip(), body)


Point = tuple[float, float] | None


def _points(
    values: Sequence[Number | None], low: float, high: float, x: float, y: float, w: float, h: float
) -> list[Point]:
    steps, reach = max(len(values) - 1, 1), (high - low) or 1
    return [None if v is None else (x + i / steps * w, y + (1 - (v - low) / reach) * h) for i, v in enumerate(values)]


def _paths(points: Sequence[Point]) -> list[str]:
    """One path a run of known values, so that a gap stays a gap."""
    runs: list[list[str]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(f"{point[0]:.1f} {point[1]:.1f}")
    return [f'<path class="curve" d="M{"L".join(run)}"/>' for run in runs if run]


def _names(ends: Sequence[tuple[float, float, str]]) -> list[str]:
    """Names of lines beside their ends, pushed apart where they would lie on each other."""
    body, free = [], 0.0
    for y, x, name in sorted(ends):
        free = max(free + 20, y + 5)
        body.append(f'<text class="name" x="{x + 10:.1f}" y="{free:.1f}">{escape(name)}</text>')
    return body


def _grid(marks: Sequence[float], plot: tuple[float, float, float, float], unit: str) -> list[str]:
    x, y, w, h = plot
    body = []
    for i, mark in enumerate(marks):
        at = y + (1 - (mark - marks[0]) / (marks[-1] - marks[0])) * h
        said = f"{number(mark)}{escape(unit) if i == len(marks) - 1 else ''}"
        body.append(f'<path class="grid" d="M{x:g} {at:.1f}h{w:g}"/>')
        body.append(f'<text class="tick" x="{x - 8:g}" y="{at + 4:.1f}" text-anchor="end">{said}</text>')
    return body


def _labels(labels: Sequence[object], plot: tuple[float, float, float, float], height: float) -> list[str]:
    x, _, w, _ = plot
    steps, every = max(len(labels) - 1, 1), max(1, ceil(len(labels) / 7))
    return [
        f'<text class="tick" x="{x + i / steps * w:.1f}" y="{height - 8:g}" text-anchor="middle">{escape(label)}</text>'
        for i, label in enumerate(labels)
        if i % every == 0
    ]
