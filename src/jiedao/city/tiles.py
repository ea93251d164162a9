"""Vector tiles of the city's own map: GeoJSON by layers, cut for a zoom, simplified, rounded, clipped with a margin.

A tile is one JSON object; each key is a layer that is not empty, each value a list of GeoJSON features in WGS-84
degrees:

    {"land": […], "water": […], "line": […], "building": […], "street": […], "area": […], "label": […]}

| layer    | geometry        | properties | zooms |
|----------|-----------------|------------|-------|
| land     | polygon         | kind, name?, name_en? | 8 on, large ones first |
| water    | polygon         | kind, name?, name_en? | 8 on |
| line     | line            | kind: river, stream, rail, wall | 10 on |
| building | polygon         | kind (its use), storeys?, name? | 16 on |
| street   | line            | kind (OSM highway), name?, name_en?, oneway?, bridge?, tunnel? | by class, all at 16 |
| area     | line (outline)  | level, code | districts, subdistricts, communities, cells as one comes nearer |
| label    | point           | kind (area level, water, place), name, name_en?, rank (high first), code? | |

Properties marked ? are left out when empty. Coordinates are rounded to about a quarter of a pixel.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import shapely
from django.db.models import QuerySet

from jiedao.city import names, tilekeys
from jiedao.city.models import Area, Asset, Building, Land, Place, Street

MIN_ZOOM, MAX_ZOOM = 6, 18
MARGIN = 1 / 16
"""Of a tile's side: what is drawn beyond the edge, so that strokes do not end at it."""
PIXELS = 256
KEYED_FROM = 13
"""From this zoom rows are found by their map key; below it so few classes are drawn that their class finds them."""
STREET_ZOOM = {
    "motorway": 6, "trunk": 6, "primary": 8, "motorway_link": 11, "trunk_link": 11, "secondary": 10, "primary_link": 12,
    "secondary_link": 13, "tertiary": 12, "tertiary_link": 13, "unclassified": 13, "residential": 14, "road": 14,
    "living_street": 14, "pedestrian": 14, "busway": 14, "service": 15, "cycleway": 15, "track": 15,
}  # fmt: skip
REST_OF_STREETS = 16
LINE_ZOOM = {"rail": 10, "river": 10, "stream": 14, "wall": 16}
ANY_LINE_ZOOM = 13
LINE_WKB = (b"\x02\0\0\0", b"\x05\0\0\0")
"""How a line string and a multi line string begin, after the byte order, as shapely writes them."""
WATERS = frozenset({"water", "river", "pond", "lake", "canal"})
BUILDING_ZOOM = 16
LEVEL_ZOOM = {"city": (6, 9), "district": (8, 12), "subdistrict": (11, 15), "community": (13, 18), "cell": (16, 18)}
LABEL_ZOOM = {"city": (6, 8), "district": (8, 11), "subdistrict": (11, 13), "community": (14, 16)}
LABEL_RANK = {"city": 100, "district": 90, "subdistrict": 80, "community": 70}
KNOWN_PLACES = frozenset(
    {"station", "hospital", "university", "college", "school", "townhall", "government", "police", "community_centre",
     "marketplace", "park"}
)  # fmt: skip
MAX_ASSETS = 2000

Layers = dict[str, list[str]]


class Cut:
    """What one tile asks for and how fine it is drawn."""

    def __init__(self, z: int, x: int, y: int) -> None:
        self.z, self.x, self.y = z, x, y
        self.west, self.south, self.east, self.north = tilekeys.bounds(z, x, y)
        self.pixel = (self.east - self.west) / PIXELS
        reach_x, reach_y = MARGIN * (self.east - self.west), MARGIN * (self.north - self.south)
        self.frame = (self.west - reach_x, self.south - reach_y, self.east + reach_x, self.north + reach_y)
        self.digits = max(3, int(np.ceil(-np.log10(self.pixel / 4))))

    def keys(self, finest: int = tilekeys.FINEST) -> list[int]:
        return tilekeys.keys(self.z, self.x, self.y, margin=MARGIN, finest=min(finest, tilekeys.FINEST))

    def boxed(self, rows: QuerySet) -> QuerySet:
        """Rows with box columns that meet the tile."""
        west, south, east, north = self.frame
        return rows.filter(west__lte=east, east__gte=west, south__lte=north, north__gte=south)

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a label's point is this tile's, so that each is sent once."""
        return self.west <= lon < self.east and self.south <= lat < self.north

    def draw(self, shapes: Iterable[bytes], smallest_px: float = 0.0) -> list[str]:
        """Each WKB as the text of a GeoJSON geometry, "" where nothing of it is to be seen."""
        found = shapely.from_wkb([bytes(shape) for shape in shapes])
        if not len(found):
            return []
        found = shapely.simplify(shapely.clip_by_rect(found, *self.frame), self.pixel / 2)
        if smallest_px:
            box = shapely.bounds(found)
            large = np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]) >= smallest_px * self.pixel
            found = np.where(large, found, None)
        found = shapely.transform(found, lambda at: np.round(at, self.digits))
        gone = shapely.is_missing(found) | shapely.is_empty(found)
        texts = shapely.to_geojson(found)
        return ["" if missing else text for missing, text in zip(gone.tolist(), texts.tolist(), strict=True)]


def build(z: int, x: int, y: int) -> bytes:
    """The JSON of a tile, b"" when nothing is there. At most 6 queries."""
    cut = Cut(z, x, y)
    layers: Layers = {"land": [], "water": [], "line": [], "building": [], "street": [], "area": [], "label": []}
    _land(cut, layers)
    _streets(cut, layers)
    if z >= BUILDING_ZOOM:
        _buildings(cut, layers)
    _areas(cut, layers)
    if z >= BUILDING_ZOOM - 1:
        _places(cut, layers)
    return write(layers)


def write(layers: Layers) -> bytes:
    parts = (f'"{name}":[{",".join(features)}]' for name, features in layers.items() if features)
    text = "{" + ",".join(parts) + "}"
    return b"" if text == "{}" else text.encode()


def feature(geometry: str, **properties: Any) -> str:
    kept = {key: value for key, value in properties.items() if value not in ("", None)}
    told = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    return f'{{"type":"Feature","geometry":{geometry},"properties":{told}}}'


def point(lon: float, lat: float) -> str:
    return f'{{"type":"Point","coordinates":[{lon:.6f},{lat:.6f}]}}'


def _land(cut: Cut, layers: Layers) -> None:
    columns = ("kind", "name", "name_en", "shape")
    rows = list(Land.objects.filter(tile__in=cut.keys(cut.z + 4)).order_by("tile", "ref").values_list(*columns))
    lines = [row for row in rows if bytes(row[3])[1:5] in LINE_WKB]
    grounds = [row for row in rows if bytes(row[3])[1:5] not in LINE_WKB]
    for (kind, name, name_en, raw), drawn in zip(grounds, cut.draw((row[3] for row in grounds), 3), strict=True):
        if not drawn:
            continue
        wet = kind in WATERS
        layers["water" if wet else "land"].append(feature(drawn, kind=kind, name=name, name_en=name_en))
        if wet and name and cut.z >= 12:
            middle = shapely.point_on_surface(shapely.from_wkb(bytes(raw)))
            if cut.holds(middle.x, middle.y):
                text = feature(point(middle.x, middle.y), kind="water", name=name, name_en=name_en, rank=60)
                layers["label"].append(text)
    shown = [row for row in lines if cut.z >= LINE_ZOOM.get(row[0], ANY_LINE_ZOOM)]
    for (kind, name, name_en, _), drawn in zip(shown, cut.draw(row[3] for row in shown), strict=True):
        if drawn:
            layers["line"].append(feature(drawn, kind=kind, name=name, name_en=name_en))


def _streets(cut: Cut, layers: Layers) -> None:
    classes = [kind for kind, zoom in STREET_ZOOM.items() if zoom <= cut.z]
    rows = Street.objects.all() if cut.z >= REST_OF_STREETS else Street.objects.filter(kind__in=classes)
    rows = rows.filter(tile__in=cut.keys()) if cut.z >= KEYED_FROM else cut.boxed(rows)
    found = list(rows.order_by("ref").values_list("kind", "name", "name_en", "tags", "shape"))
    for (kind, name, name_en, tags, _), drawn in zip(found, cut.draw((row[4] for row in found), 1), strict=True):
        if drawn:
            flags = {key: 1 for key in ("oneway", "bridge", "tunnel") if tags.get(key, "no") not in ("no", "", False)}
            named = {"name": name, "name_en": name_en} if cut.z >= 12 else {}
            layers["street"].append(feature(drawn, kind=kind, **named, **flags))


def _buildings(cut: Cut, layers: Layers) -> None:
    rows = Building.objects.filter(tile__in=cut.keys()).order_by("ref").values_list("use", "storeys", "name", "shape")
    found = list(rows)
    for (use, storeys, name, _), drawn in zip(found, cut.draw((row[3] for row in found), 1.5), strict=True):
        if drawn:
            told = {"storeys": storeys if storeys > 1 else "", "name": name} if cut.z > BUILDING_ZOOM else {}
            layers["building"].append(feature(drawn, kind=use, **told))


def _areas(cut: Cut, layers: Layers) -> None:
    def at(table: dict[str, tuple[int, int]]) -> list[str]:
        return [level for level, (first, last) in table.items() if first <= cut.z <= last]

    outlined, named = at(LEVEL_ZOOM), at(LABEL_ZOOM)
    rows = Area.objects.filter(level__in={*outlined, *named}, shape__isnull=False)
    rows = rows.filter(tile__in=cut.keys()) if cut.z >= KEYED_FROM else cut.boxed(rows)
    columns = ("level", "code", "name", "name_en", "lon", "lat", "shape")
    found = list(rows.order_by("code").values_list(*columns))
    edges = shapely.to_wkb(shapely.boundary(shapely.from_wkb([bytes(row[6]) for row in found]))) if found else []
    for (level, code, name, name_en, lon, lat, _), drawn in zip(found, cut.draw(edges), strict=True):
        if drawn and level in outlined:
            layers["area"].append(feature(drawn, level=level, code=code))
        if level in named and cut.holds(lon, lat):
            told = {
                "kind": level,
                "name": names.short(name),
                "name_en": name_en,
                "rank": LABEL_RANK[level],
                "code": code,
            }
            layers["label"].append(feature(point(lon, lat), **told))


def _places(cut: Cut, layers: Layers) -> None:
    rows = Place.objects.filter(tile__in=cut.keys())
    if cut.z == BUILDING_ZOOM - 1:
        rows = rows.filter(kind__in=KNOWN_PLACES)
    for kind, name, name_en, lon, lat in rows.order_by("ref").values_list("kind", "name", "name_en", "lon", "lat"):
        if cut.holds(lon, lat):
            rank = 50 if kind in KNOWN_PLACES else 20
            layers["label"].append(feature(point(lon, lat), kind=kind, name=name, name_en=name_en, rank=rank))


def build_assets(z: int, x: int, y: int, kind: str = "") -> bytes:
    """Layer "asset" of a tile: points with kind, code, state; of one kind or all, at most MAX_ASSETS. One query."""
    cut = Cut(z, x, y)
    rows = Asset.objects.filter(tile__in=cut.keys()).exclude(state="removed")
    rows = (rows.filter(kind=kind) if kind else rows).order_by("code")
    columns = ("code", "kind", "state", "name", "lon", "lat")
    return write({"asset": list(_asset_features(cut, rows.values_list(*columns)[: 4 * MAX_ASSETS]))[:MAX_ASSETS]})


def _asset_features(cut: Cut, rows: Iterable[tuple]) -> Iterator[str]:
    for code, kind, state, name, lon, lat in rows:
        if cut.holds(lon, lat):
            yield feature(point(lon, lat), kind=kind, code=code, state=state, name=name)
