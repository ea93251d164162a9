"""The board's map: the parts of an area as one SVG, shaded in steps by a count, each part a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians

import shapely
from django.core.cache import cache
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from jiedao.city import areas, stamps
from jiedao.city.models import Area

WIDTH, HEIGHT = 1000, 720
KEEP_S = 3600
STEPS = 5
DETAIL = 1000
"""Shapes are simplified to this fraction of the map's width."""
NAMED = 40
"""Parts are written on the map up to this many."""


@dataclass(frozen=True)
class Part:
    """One part: path data in the map's pixels, and where its name stands."""

    code: str
    path: str
    x: float
    y: float
    wide: float


@dataclass(frozen=True)
class Said:
    """What a part shows: its figure, a sentence for whoever points at it or hears it, and where it leads."""

    value: int
    text: str
    href: str


def sheet(area: str) -> list[Part]:
    """The children of an area, drawn once for as long as areas do not change."""
    key = f"web.board_map.{area}.{'-'.join(map(str, stamps.read('areas')))}"
    found = cache.get(key)
    if found is None:
        found = _draw(area)
        cache.set(key, found, KEEP_S)
    return found


def _draw(area: str) -> list[Part]:
    found = _shapes(area)
    if not found:
        return []
    west, south, east, north = shapely.total_bounds([shape for _, shape in found])
    squeeze = cos(radians((south + north) / 2))
    wide, high = (east - west) * squeeze, north - south
    scale = min(WIDTH / max(wide, 1e-9), HEIGHT / max(high, 1e-9))
    edge = ((WIDTH - wide * scale) / 2, (HEIGHT - high * scale) / 2)

    def flat(points):  # (n, 2) degrees → pixels, y down
        return (points - (west, north)) * (squeeze * scale, -scale) + edge

    return [_part(code, shapely.transform(shape, flat)) for code, shape in found]


LEVELS = (("district", 6), ("subdistrict", 9), ("community", 12), ("cell", 20))


def _shapes(area: str) -> list[tuple[str, shapely.Geometry]]:
    """The children of an area with their shapes; where only smaller areas have any, those put together."""
    first = next((n for n, (_, digits) in enumerate(LEVELS) if digits > len(area)), len(LEVELS) - 1)
    digits = LEVELS[first][1]
    for level, _ in LEVELS[first:]:
        rows = Area.objects.filter(level=level, code__startswith=area).exclude(shape=None)
        held: dict[str, list[shapely.Geometry]] = {}
        for code, shape in rows.order_by("code").values_list("code", "shape"):
            held.setdefault(code[:digits], []).append(shapely.from_wkb(bytes(shape)))
        if held:
            return [(code, shapely.union_all(shapes)) for code, shapes in held.items()]
    return []


def _part(code: str, shape: shapely.Geometry) -> Part:
    light = shapely.simplify(shape, WIDTH / DETAIL)
    rings = [ring for one in shapely.get_parts(light) for ring in (one.exterior, *one.interiors)]
    path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring.coords[:-1]) + "Z" for ring in rings)
    at = shapely.point_on_surface(shape)
    left, _, right, _ = shape.bounds
    return Part(code, path, round(at.x, 1), round(at.y, 1), round(right - left, 1))


def limits(values: Sequence[int]) -> list[int]:
    """Upper ends of at most STEPS steps, whole numbers up to the largest value, each once."""
    most = max(values, default=0)
    return sorted({max(1, round(most * step / STEPS)) for step in range(1, STEPS + 1)}) if most else []


def step_of(value: int, ends: Sequence[int]) -> int:
    """0 for nothing, then 1 to STEPS."""
    return 0 if not value else next((number for number, end in enumerate(ends, 1) if value <= end), STEPS)


def draw(area: str, said: Mapping[str, Said], title: str) -> SafeString:
    """The map; parts that nothing is said of are drawn empty."""
    parts = sheet(area)
    if not parts:
        return mark_safe("")
    ends = limits([one.value for one in said.values()])
    shapes, words = [], []
    size = max(22, WIDTH / 32)
    for part in parts:
        one = said.get(part.code)
        shade = step_of(one.value, ends) if one else 0
        shape = f'<path class="part step-{shade}" d="{part.path}"/>'
        if one:
            name = escape(areas.name(part.code))
            shape = f'<a href="{escape(one.href)}" aria-label="{escape(one.text)}">{shape}</a>'
            if len(parts) <= NAMED and part.wide > 3.2 * size:
                words.append(
                    f'<text class="on-{shade}" x="{part.x}" y="{part.y}"><tspan class="value">{one.value:,}</tspan>'
                    f'<tspan class="name" x="{part.x}" dy="1.15em">{name}</tspan></text>'
                )
        shapes.append(shape)
    box = f"-4 -4 {WIDTH + 8} {HEIGHT + 8}"
    return mark_safe(  # noqa: S308  # every text in it went through escape()
        f'<svg class="areas" viewBox="{box}" role="group" aria-label="{escape(title)}">'
        f'{"".join(shapes)}<g class="words" aria-hidden="true">{"".join(words)}</g></svg>'
    )
