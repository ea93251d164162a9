"""Whether areas hold together: boundaries there, cells that tile, assets in their cells. Independent of gridding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from jiedao.city import areas
from jiedao.city.models import Area, Asset
from jiedao.registry import Finding
from jiedao.text import Text

GAP_WIDTH_M = 1.0
"""Grids must tile with no gap wider than this (GB/T 30428.1)."""
METRES_PER_DEGREE = 111_320.0
NODING = 1e-11
"""Degrees to which vertices are rounded while comparing: a micrometre."""
ASSET_BATCH = 50_000
SHOWN = 20


def check() -> Iterator[Finding]:
    """All findings of the city room, for `jiedao check`."""
    yield from without_shape()
    yield from broken_tilings()
    yield from misplaced_assets()


def without_shape() -> Iterator[Finding]:
    """Areas without a polygon, counted by level; a city in use needs those of its communities."""
    total: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for level, shaped in Area.objects.values_list("level", "west"):
        total[level][0] += 1
        total[level][1] += shaped is None
    if not total:
        yield Finding("city.areas", Text("还没有区划：请先导入", "no areas yet: import some"), "warning")
    for level in areas.LEVELS:
        count, missing = total[level]
        if missing:
            label = areas.LEVEL_NAMES[level]
            text = Text("{label}：{n} 个中有 {m} 个没有边界", "{label}: {m} of {n} have no boundary")
            yield Finding("city.areas", text.format(label=label, n=count, m=missing), "warning")


def tiling(shape: shapely.Geometry, cells: Sequence[shapely.Geometry]) -> tuple[float, float]:
    """Square metres of `shape` (degrees) that its cells miss or reach beyond, and that more than one cell covers."""
    middle = shapely.get_y(shapely.centroid(shape))
    m2 = METRES_PER_DEGREE**2 * float(np.cos(np.radians(middle)))
    parts = np.asarray(cells, object)
    one, other = shapely.STRtree(parts).query(parts, "intersects")
    twice = one < other
    overlap = shapely.area(shapely.intersection(parts[one[twice]], parts[other[twice]])).sum()
    whole = shapely.union_all(parts, grid_size=NODING)
    gap = shapely.area(shapely.symmetric_difference(shape, whole, grid_size=NODING))
    return float(gap) * m2, float(overlap) * m2


def broken_tilings() -> Iterator[Finding]:
    """Communities whose cells leave a gap or overlap more than drawing precision allows."""
    cells = defaultdict(list)
    rows = Area.objects.filter(level=Area.Level.CELL).exclude(shape=None).values_list("parent_id", "shape")
    for parent, shape in rows.iterator(chunk_size=2000):
        cells[parent].append(shapely.from_wkb(bytes(shape)))
    communities = Area.objects.filter(level=Area.Level.COMMUNITY).exclude(shape=None).values_list("code", "shape")
    for code, raw in communities.iterator(chunk_size=500):
        if code not in cells:
            continue
        shape = shapely.from_wkb(bytes(raw))
        if not all(part.is_valid for part in (shape, *cells[code])):
            text = Text("{name} 或其网格的多边形无效", "the polygon of {name} or of one of its cells is not valid")
            yield Finding(f"city.cells.{code}", text.format(name=areas.name(code)))
            continue
        gap, overlap = tiling(shape, cells[code])
        allowed = GAP_WIDTH_M * shape.length * METRES_PER_DEGREE * 0.01
        if max(gap, overlap) > allowed:
            text = Text(
                "{name} 的网格缺漏 {gap:.0f} m²，重叠 {overlap:.0f} m²",
                "cells of {name}: gap {gap:.0f} m², overlap {overlap:.0f} m²",
            )
            yield Finding(f"city.cells.{code}", text.format(name=areas.name(code), gap=gap, overlap=overlap))


def misplaced_assets() -> Iterator[Finding]:
    """Assets whose point does not lie in the polygon of the cell they name."""
    rows = Area.objects.filter(level=Area.Level.CELL).exclude(shape=None).values_list("code", "shape")
    shapes = {code: shapely.from_wkb(bytes(shape)) for code, shape in rows.iterator(chunk_size=2000)}
    shapely.prepare(list(shapes.values()))
    wrong: list[str] = []
    batch: list[tuple[str, str, float, float]] = []
    assets = Asset.objects.exclude(cell="").order_by("cell").values_list("code", "cell", "lon", "lat")
    for row in assets.iterator(chunk_size=ASSET_BATCH):
        batch.append(row)
        if len(batch) == ASSET_BATCH:
            wrong += _outside(batch, shapes)
            batch = []
    wrong += _outside(batch, shapes)
    if wrong:
        listed = ", ".join(wrong[:SHOWN]) + (" …" if len(wrong) > SHOWN else "")
        text = Text("{n} 个部件不在所记网格内：{listed}", "{n} assets lie outside the cell they name: {listed}")
        yield Finding("city.assets", text.format(n=len(wrong), listed=listed))


def _outside(batch: list[tuple[str, str, float, float]], shapes: dict[str, shapely.Geometry]) -> list[str]:
    """Codes of assets more than a drawing error away from their cell."""
    if not batch:
        return []
    codes, cells, lons, lats = zip(*batch, strict=True)
    homes = np.asarray([shapes.get(cell) for cell in cells], object)
    near = shapely.dwithin(homes, shapely.points(lons, lats), 1e-6)
    return [code for code, inside in zip(codes, near.tolist(), strict=True) if not inside]
