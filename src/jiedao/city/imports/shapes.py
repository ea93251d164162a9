"""Polygons of known areas from GeoJSON.

A feature names its area by `code`, `adcode`, `area_code`, or `gb` (156 before the code).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape as from_mapping

from jiedao.city import areas
from jiedao.city.imports import files
from jiedao.city.models import Area
from jiedao.errors import Invalid
from jiedao.text import Text

KEYS = ("code", "adcode", "area_code", "gb")
COUNTRY = "156"


def read(path: Path) -> dict[str, shapely.Geometry]:
    """Valid polygons by area code. Raises Refused when a feature has no code or no polygon, or nothing is there."""
    found: dict[str, shapely.Geometry] = {}
    for number, feature in enumerate(files.features(path), 1):
        code, outline = _code(feature.get("properties")), _polygon(feature.get("geometry"))
        if not code or outline is None:
            why = Text(
                f"第 {number} 个要素没有区划代码或有效的多边形",
                f"feature {number} has no area code or no valid polygon",
            )
            raise files.bad(path, why, Text("属性 " + " / ".join(KEYS), "a property " + " / ".join(KEYS)))
        found[code] = outline
    if not found:
        raise files.bad(path, Text("没有多边形", "it has no polygons"))
    return found


def store(outlines: dict[str, shapely.Geometry]) -> dict[str, int]:
    """Give known areas their polygons, and the city the union of its districts; returns what was skipped and why."""
    known = Area.objects.in_bulk(outlines)
    for code, area in known.items():
        area.set_shape(outlines[code])
    for city in Area.objects.filter(level=Area.Level.CITY).exclude(code__in=outlines):
        districts = list(Area.objects.filter(parent=city).exclude(code__in=known).exclude(shape=None))
        parts = [outlines[code] for code in known if code.startswith(city.code) and len(code) == 6]
        parts += [shapely.from_wkb(bytes(district.shape)) for district in districts]
        if parts:
            city.set_shape(shapely.union_all(parts))
            known[city.code] = city
    fields = ["shape", "west", "south", "east", "north", "lon", "lat", "tile"]
    Area.objects.bulk_update(known.values(), fields, 200)
    unknown = len(outlines.keys() - known.keys())
    return {"unknown_area": unknown} if unknown else {}


def _code(properties: Any) -> str:
    properties = properties if isinstance(properties, dict) else {}
    raw = next((str(properties[key]) for key in KEYS if properties.get(key)), "")
    if len(raw) == 9 and raw.startswith(COUNTRY) and "gb" in properties:
        raw = raw[3:]
    try:
        return areas.normalise(raw)
    except Invalid:
        return ""


def _polygon(geometry: Any) -> shapely.Geometry | None:
    try:
        found = from_mapping(geometry)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, RecursionError, shapely.errors.ShapelyError):
        return None
    if found.geom_type not in ("Polygon", "MultiPolygon") or found.is_empty:
        return None
    west, south, east, north = found.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return None
    return _polygonal(found if found.is_valid else shapely.make_valid(found))


def _polygonal(found: shapely.Geometry) -> shapely.Geometry | None:
    """The polygons of a repaired shape; None where nothing with an area is left."""
    parts = [part for part in shapely.get_parts(found) if part.geom_type in ("Polygon", "MultiPolygon")]
    whole = shapely.union_all(parts)
    return whole if whole.area > 0 else None
