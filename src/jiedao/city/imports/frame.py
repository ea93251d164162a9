"""The areas that an extract needs so that each point of it lies in a community: known ones, else made and marked so.

Where a boundary is not known it is not guessed at from names: the ground that no known child of an area covers
becomes numbered provisional areas (待划界), cut along streets, with codes from 99, 990 or 900 on, which official codes
leave free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.conf import settings

from jiedao.city import areas, blocks, gridding, names
from jiedao.city.blocks import Shape
from jiedao.city.geometry import Metres, area_m2, joined, polygons
from jiedao.city.gridding import GridRules
from jiedao.city.imports import divisions
from jiedao.city.imports.extract import Boundary, Extract
from jiedao.city.models import Area
from jiedao.errors import Conflict, Invalid
from jiedao.text import Text

Level: Any = Area.Level
HULL, PROVISIONAL, FROM_MAP = "extract", "provisional", "osm"
HULL_MARGIN = 0.0005
"""Degrees around what the file holds, about 50 m."""
STRAY = 20.0
"""What lies so many times as far from the middle as three quarters of the rest is a mapping error, and outside."""
MAX_GROUND_KM2 = 60_000
MIN_REST_M2 = 5_000.0
"""Ground left over at the edges of known areas below this is drawing error, not a place."""
SECTION_CELLS = 75
"""A provisional community is cut for about so many unit cells, or for as many as the code's digits allow."""
CITY_TITLE = Text("导入的城市", "Imported city")


@dataclass(frozen=True)
class Free:
    """Codes of provisional children: digits that a child's code adds, and the first number."""

    digits: int
    first: int


FREE: dict[str, Free] = {Level.CITY: Free(2, 90), Level.DISTRICT: Free(3, 990), Level.SUBDISTRICT: Free(3, 900)}


class Frame:
    """Areas in memory while an import is laid out. `changed` are to be saved, parents first."""

    def __init__(self, extract: Extract) -> None:
        self.extract = extract
        self.known: dict[str, Area] = Area.objects.in_bulk()
        self.changed: dict[str, Area] = {}

    def shape(self, code: str) -> Any:
        """The polygon of an area, None where it has none."""
        area = self.known.get(code)
        return shapely.from_wkb(bytes(area.shape)) if area and area.shape else None

    def add(self, code: str, zh: str, en: str, source: str, shape: Shape | None = None) -> Area:
        area = divisions.area(code, zh, source)
        area.name_en = en[:120]
        area.search = names.search_key(zh, en)
        self.known[code] = area
        self.give(area, shape)
        return area

    def give(self, area: Area, shape: Shape | None) -> None:
        if shape is not None:
            area.set_shape(shape)
        self.changed[area.code] = area

    def children(self, code: str) -> list[Area]:
        return [area for area in self.known.values() if area.parent_id == code]

    def save(self) -> int:
        """Store what was made or changed; returns how many."""
        rows = sorted(self.changed.values(), key=lambda a: (len(a.code), a.code))
        fields = [
            "level",
            "parent",
            "name",
            "name_en",
            "search",
            "source",
            "shape",
            "west",
            "south",
            "east",
            "north",
            "lon",
            "lat",
            "tile",
        ]
        Area.objects.bulk_create(rows, 500, update_conflicts=True, unique_fields=["code"], update_fields=fields)
        return len(rows)


def lay_out(extract: Extract, code: str) -> tuple[Frame, Shape | None]:
    """The areas for an extract under a code ("": the whole city), and the shape that things must lie in (None: any).

    Raises Invalid when the code is unknown in a city that has areas, Conflict when the file lies elsewhere.
    """
    frame = Frame(extract)
    if code:
        code = areas.normalise(code)
        if areas.level(code) == Level.CELL:
            raise Invalid(
                Text("网格之下不能导入", "nothing can be imported into a grid cell"), field="area", value=code
            )
        _chain(frame, code)
        _widen(frame, code)
    elif not frame.known:
        code = areas.normalise(settings.OPTIONS.city)[:4]
        _chain(frame, code)
        _widen(frame, code)
        _from_map(frame, code)
    else:
        shaped = [area for area in frame.known.values() if area.shape]
        if not shaped:
            raise Invalid(
                Text(
                    "系统中的区划都没有边界，请用 --area 指明导入到哪个区划，或先导入边界",
                    "no area has a boundary yet: name the area with --area, or import boundaries first",
                ),
                field="area",
            )
        roots = [area for area in shaped if area.parent_id not in {other.code for other in shaped}]
        return frame, joined([frame.shape(area.code) for area in roots])
    _fill(frame, code)
    return frame, frame.shape(code)


def _chain(frame: Frame, code: str) -> None:
    """The area and those above it; made with bare names when the city is empty."""
    if code in frame.known:
        return
    if frame.known:
        areas.get(code)
    for end in (4, 6, 9, 12):
        step = code[:end]
        if len(step) == end:
            label = areas.LEVEL_NAMES[areas.level(step)]
            zh, en = (
                (CITY_TITLE.zh, CITY_TITLE.en)
                if end == 4
                else (f"{label.zh.split('/')[0]}{step}", f"{label.en} {step}")
            )
            frame.add(step, zh, en, HULL)


def _widen(frame: Frame, code: str) -> None:
    """Give an area without a boundary that of the extract; one that had an earlier extract's grows by it."""
    area, present = frame.known[code], frame.shape(code)
    if present is not None and area.source != HULL:
        return
    reach = _reach(frame.extract)
    if present is not None:
        if present.covers(reach):
            return
        reach = joined([present, reach])
    parent = next((frame.shape(code[:end]) for end in (9, 6, 4) if end < len(code) and frame.shape(code[:end])), None)
    if parent is not None:
        _same_place(parent, reach, area)
        reach = joined([shapely.intersection(parent, reach)])
    area.source = HULL
    frame.give(area, reach)


def _reach(extract: Extract) -> Shape:
    """The convex hull of the streets (else of the buildings or points) with a small margin, stray ones left out.

    Raises Invalid when it is larger than any city.
    """
    things = extract.streets or extract.buildings or extract.assets or extract.places
    shapes = np.asarray([thing.shape for thing in things], object)
    middles = shapely.get_coordinates(shapely.centroid(shapes))
    away = np.abs(middles - np.median(middles, axis=0)).max(axis=1)
    near = away <= STRAY * max(float(np.quantile(away, 0.75)), HULL_MARGIN)
    hull = shapely.convex_hull(shapely.multipoints(shapely.get_coordinates(shapes[near])))
    found = shapely.set_precision(shapely.buffer(hull, HULL_MARGIN, quad_segs=2), 1e-7)
    if (square_km := area_m2(shapely.envelope(found)) / 1e6) > MAX_GROUND_KM2:
        raise Invalid(
            Text(
                "文件覆盖约 {size:.0f} 平方公里，超过一个城市：请先裁剪到本市范围",
                "the file covers about {size:.0f} km², more than a city: cut it to the city first",
            ).format(size=square_km),
            field="file",
            value=round(square_km),
            expected=Text(f"不超过 {MAX_GROUND_KM2} 平方公里", f"at most {MAX_GROUND_KM2} km²"),
        )
    return found


def _same_place(parent: Shape, reach: Shape, area: Area) -> None:
    if not parent.intersects(reach):
        here, there = reach.centroid, parent.centroid
        raise Conflict(
            Text(
                "文件的位置（{a:.3f}, {b:.3f}）不在{name}的上级边界内（{c:.3f}, {d:.3f}）",
                "the file lies at {a:.3f}, {b:.3f}, outside the boundary above {name} at {c:.3f}, {d:.3f}",
            ).format(a=here.x, b=here.y, c=there.x, d=there.y, name=area.name),
            field="area",
            value=area.code,
        )


def _from_map(frame: Frame, city: str) -> None:
    """In an empty city: the finest administrative boundaries that the file itself draws become its subdistricts."""
    named = [b for b in frame.extract.boundaries if b.name]
    finest = max((level for level in {b.level for b in named} if sum(b.level == level for b in named) > 1), default=0)
    if not finest:
        return
    around = min((b for b in named if b.level < finest), key=lambda b: b.level, default=None)
    if around is not None:
        area = frame.known[city]
        area.name, area.name_en = around.name, around.name_en or around.name
        area.search = names.search_key(area.name, area.name_en)
    parts = _apart([b for b in named if b.level == finest])
    whole = joined([shape for _, shape in parts])
    frame.known[city].source = FROM_MAP
    frame.give(frame.known[city], whole)
    district = frame.add(
        f"{city}{FREE[Level.CITY].first}", frame.known[city].name, frame.known[city].name_en, FROM_MAP, whole
    )
    for number, (boundary, shape) in enumerate(parts, 1):
        frame.add(f"{district.code}{number:03d}", boundary.name, boundary.name_en or boundary.name, FROM_MAP, shape)


def _apart(boundaries: Sequence[Boundary]) -> list[tuple[Boundary, Shape]]:
    """Boundaries in the order of their names, each without what an earlier one holds."""
    found: list[tuple[Boundary, Shape]] = []
    for boundary in sorted(boundaries, key=lambda b: (b.name, b.ref))[:999]:
        shape = boundary.shape
        for _, earlier in found:
            if shape.intersects(earlier):
                shape = shapely.difference(shape, earlier)
        if any(part.area > 1e-9 for part in polygons(shape)):
            found.append((boundary, joined([shape])))
    return found


def _fill(frame: Frame, code: str) -> None:
    """Cover the ground of an area with children, down to communities."""
    area = frame.known[code]
    if area.level == Level.COMMUNITY:
        return
    covered = [frame.shape(child.code) for child in frame.children(code) if child.shape]
    rest = frame.shape(code)
    if covered:
        rest = joined([shapely.difference(rest, joined(covered))])
        rest = joined([part for part in polygons(rest) if area_m2(part) >= MIN_REST_M2] or [shapely.Polygon()])
    if not rest.is_empty:
        _provisional(frame, area, _sections(frame, rest, area))
    for child in list(frame.children(code)):
        if child.shape:
            _fill(frame, child.code)


def _provisional(frame: Frame, area: Area, shapes: Sequence[Shape]) -> None:
    free = FREE[area.level]
    number = free.first
    child = areas.LEVEL_NAMES[areas.LEVELS[areas.LEVELS.index(area.level) + 1]]
    for shape in shapes:
        while f"{area.code}{number:0{free.digits}d}" in frame.known:
            number += 1
        if number >= 10**free.digits:
            raise Conflict(
                Text(
                    f"{area.name} 的临时区划代码已用完，请先导入边界",
                    f"no provisional codes are left in {area.name}: import boundaries",
                ),
                field="area",
                value=area.code,
            )
        order = number - free.first + 1
        name = f"{child.zh.split('/')[0]}{order}（待划界）", f"Provisional {child.en} {order}"
        frame.add(f"{area.code}{number:0{free.digits}d}", *name, PROVISIONAL, shape)


def _sections(frame: Frame, rest: Shape, area: Area) -> list[Shape]:
    """Ground cut into provisional children of an area, in reading order, in degrees, small enough for codes."""
    if area.level == Level.CITY:
        return [rest]
    grid = GridRules.of(area.code)
    metres = Metres.around(rest)
    flat = metres.flat(rest)
    streets = [thing.shape for thing in frame.extract.streets if thing.kind not in gridding.NOT_DIVIDING]
    lines = list(metres.flat(np.asarray(streets, object))) if streets else []
    ground = gridding.by_area(metres.flat_points(middles(frame.extract)), grid)
    most = min(SECTION_CELLS, 0.7 * 10**grid.digits) * grid.cell_area_m2
    if area.level == Level.DISTRICT:
        most *= 0.7 * _room(frame, Level.SUBDISTRICT, "")
    room = _room(frame, area.level, area.code)
    found = blocks.divide(flat, lines, ground, blocks.Limits(0.4 * most, most))
    while len(found) > room > 0:
        most *= 1.5 * len(found) / room
        found = blocks.divide(flat, lines, ground, blocks.Limits(0.4 * most, most))
    order = blocks.reading_order(found, 0.9 * (flat.area / len(found)) ** 0.5)
    return [rest] if len(found) == 1 else [metres.round(found[i]) for i in order]


def _room(frame: Frame, level: str, code: str) -> int:
    """How many provisional codes an area of this level has left."""
    free = FREE[level]
    taken = sum(child.code[len(code) :] >= str(free.first) for child in frame.children(code)) if code else 0
    return 10**free.digits - free.first - taken


def middles(extract: Extract) -> np.ndarray:
    """n × 2 degrees of the buildings."""
    if not extract.buildings:
        return np.empty((0, 2))
    return shapely.get_coordinates(shapely.point_on_surface([thing.shape for thing in extract.buildings]))
