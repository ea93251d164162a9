"""单元网格 from streets and blocks, where a community has none: cells that tile it exactly.

A cell carries `city.grid.households_min` to `…_max` households where the community's households are known, else about
`city.grid.cell_area_m2`; open country without buildings counts only by `city.grid.open_cell_area_m2`. Codes are the
community's code and a number of `city.grid_code.sequence_digits` digits, row by row from the north-west. Unchanged
input gives unchanged cells.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from django.db import transaction

from jiedao import rules
from jiedao.city import areas, blocks, names, stamps
from jiedao.city.blocks import Ground, Limits, Shape
from jiedao.city.geometry import Metres
from jiedao.city.locate import Locator
from jiedao.city.models import Area, Asset, Building, Street
from jiedao.errors import Conflict, Invalid
from jiedao.text import Text

NOT_DIVIDING = frozenset({"footway", "path", "steps", "cycleway", "bridleway", "track"})
"""Ways too small to bound a cell."""
EMPTY_CELLS = 4
"""Where households are counted, ground without any may make a cell this many times as large as one in open country."""
BUILT_UP_BY_BUILDING = 0.25
"""In open country each building makes this share of a cell's area built-up ground."""
ROW_SHARE = 0.9
"""Height of a reading row, as a share of the side of an average cell."""


@dataclass(frozen=True)
class GridRules:
    """The city's settings for unit cells."""

    households_min: float
    households_max: float
    cell_area_m2: float
    open_cell_area_m2: float
    digits: int

    @classmethod
    def of(cls, code: str) -> GridRules:
        """The rule rows that hold for an area."""

        def value(name: str) -> float:
            return rules.lookup(f"city.{name}", city=code).value

        return cls(
            value("grid.households_min"),
            value("grid.households_max"),
            value("grid.cell_area_m2"),
            value("grid.open_cell_area_m2"),
            int(value("grid_code.sequence_digits")),
        )


@dataclass
class Homes:
    """Buildings of a community: n × 2 degrees, and the households of each (0: not known)."""

    lonlat: np.ndarray
    households: np.ndarray

    @classmethod
    def none(cls) -> Homes:
        return cls(np.empty((0, 2)), np.empty(0))


def cells(shape: Shape, streets: Sequence[shapely.Geometry], homes: Homes, settings: GridRules) -> list[Shape]:
    """The cells of one community in reading order, in degrees.

    No database. Raises Conflict when the digits do not suffice.
    """
    metres = Metres.around(shape)
    flat = metres.flat(shape)
    points = metres.flat_points(homes.lonlat)
    lines = list(metres.flat(np.asarray(list(streets), object))) if len(streets) else []
    room = 10**settings.digits - 1
    fewest = flat.area / (area_limits(settings.open_cell_area_m2).most * EMPTY_CELLS)
    found = _divide(flat, lines, points, homes.households, settings) if fewest <= room else []
    if not 0 < len(found) <= room:
        raise Conflict(
            Text(
                "该社区需要 {n} 个网格，{digits} 位顺序码只够 {room} 个：请调大设置 city.grid_code.sequence_digits",
                "this community needs {n} cells, {digits} sequence digits suffice for {room}: raise the setting "
                "city.grid_code.sequence_digits",
            ).format(n=len(found) or math.ceil(fewest), digits=settings.digits, room=room),
            field="city.grid_code.sequence_digits",
            value=settings.digits,
        )
    order = blocks.reading_order(found, ROW_SHARE * (flat.area / len(found)) ** 0.5)
    return [shape] if len(found) == 1 else [metres.round(found[i]) for i in order]


def _divide(flat: Shape, lines: list, points: np.ndarray, households: np.ndarray, settings: GridRules) -> list[Shape]:
    if households.sum() > 0:
        per_m2 = settings.households_min / (EMPTY_CELLS * settings.open_cell_area_m2)
        limits = Limits(settings.households_min, settings.households_max)
        return blocks.divide(flat, lines, Ground(per_m2, points, households), limits)
    return blocks.divide(flat, lines, by_area(points, settings), area_limits(settings.cell_area_m2))


def area_limits(size_m2: float) -> Limits:
    return Limits(0.6 * size_m2, 1.4 * size_m2)


def by_area(points: np.ndarray, settings: GridRules) -> Ground:
    """Ground that weighs by its area, open country less; `points` are the buildings, n × 2 metres."""
    size = settings.cell_area_m2
    loads = np.full(len(points), size * BUILT_UP_BY_BUILDING)
    return Ground(1.0, points, loads, settings.open_cell_area_m2, size / settings.open_cell_area_m2)


def cut(community: Area | str) -> list[Area]:
    """Cut one community into cells and store them; its buildings and assets get theirs. What has cells keeps them.

    Raises Invalid for an area that is no community or has no polygon, Conflict when the sequence digits do not suffice.
    """
    area = community if isinstance(community, Area) else areas.get(community)
    if area.level != Area.Level.COMMUNITY or area.shape is None:
        raise Invalid(
            Text(
                "{name} 不是有边界的社区，无法划分网格", "{name} is no community with a boundary; it cannot be gridded"
            ).format(name=area.name),
            field="area",
            value=area.code,
            expected=Text("有边界的社区或村", "a community or village with a polygon"),
        )
    with transaction.atomic():
        present = list(Area.objects.filter(parent=area, level=Area.Level.CELL).order_by("code"))
        if present:
            return present
        shape = shapely.from_wkb(bytes(area.shape))
        found = cells(shape, _streets(area), _homes(area), GridRules.of(area.code))
        made = rows(area, found)
        Area.objects.bulk_create(made, 500)
        stamps.bump("areas", "map")
        settle(area, made)
    return made


def rows(community: Area, shapes: Sequence[Shape]) -> list[Area]:
    """Unsaved cells for polygons in reading order."""
    digits = GridRules.of(community.code).digits
    made = []
    for number, shape in enumerate(shapes, 1):
        zh, en = f"第{number}网格", f"Cell {number}"
        code = f"{community.code}{number:0{digits}d}"
        cell = Area(code=code, level=Area.Level.CELL, parent=community, name=zh, name_en=en, source="cut")
        cell.search = names.search_key(zh, en)
        cell.set_shape(shape)
        made.append(cell)
    return made


def settle(community: Area, made: Sequence[Area]) -> None:
    """Write the cell of each building and asset of a community, and the households and people of each cell."""
    locator = Locator([cell.code for cell in made], [shapely.from_wkb(cell.shape) for cell in made])
    counts = {cell.code: [0, 0] for cell in made}
    for model in (Building, Asset):
        things = list(model.objects.filter(community=community.code).defer("tags"))
        places = locator.many([thing.lon for thing in things], [thing.lat for thing in things])
        for thing, place in zip(things, places, strict=True):
            thing.cell = place.cell if place else ""
            if place and model is Building:
                counts[thing.cell][0] += thing.households
                counts[thing.cell][1] += thing.population
        model.objects.bulk_update(things, ["cell"], 500)
    for cell in made:
        cell.households, cell.population = counts[cell.code]
    Area.objects.bulk_update(made, ["households", "population"], 200)


def _streets(area: Area) -> list[shapely.Geometry]:
    near = Street.objects.exclude(kind__in=NOT_DIVIDING).filter(
        west__lte=area.east, east__gte=area.west, south__lte=area.north, north__gte=area.south
    )
    return list(shapely.from_wkb([bytes(shape) for shape in near.order_by("ref").values_list("shape", flat=True)]))


def _homes(area: Area) -> Homes:
    found = np.array(
        list(Building.objects.filter(community=area.code).order_by("ref").values_list("lon", "lat", "households"))
    )
    return Homes(found[:, :2], found[:, 2]) if len(found) else Homes.none()
