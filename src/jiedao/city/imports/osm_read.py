"""Reads .osm.pbf and .osm with pyosmium into an Extract."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import osmium
import shapely

from jiedao.city.imports import files
from jiedao.city.imports.extract import Extract, Restriction
from jiedao.text import Text

MAX_NODES_OF_WAY = 2000
"""OpenStreetMap's own limit."""
TURN_PREFIXES = ("no_", "only_")


def read(path: Path, form: str) -> Extract:
    """The content of an OSM file of the form "pbf" or "osm".

    Raises Invalid for one that is broken, cut off or hostile.
    """
    reader = _Reader()
    try:
        source = osmium.FileProcessor(osmium.io.File(str(files.check(path)), form))
        for thing in source.with_locations().with_areas().with_filter(osmium.filter.EmptyTagFilter()):
            reader.take(thing)
    except (RuntimeError, ValueError, OverflowError, MemoryError, osmium.InvalidLocationError) as error:
        why = str(error)[:200] or type(error).__name__
        raise files.bad(
            path,
            Text(f"文件损坏或不完整（{why}）", f"the file is broken or cut off ({why})"),
            Text("完整的 .osm.pbf 或 .osm 文件", "a complete .osm.pbf or .osm file"),
        ) from error
    return reader.finish()


class _Reader:
    def __init__(self) -> None:
        self.extract = Extract()
        self.factory = osmium.geom.WKBFactory()
        self.closed: dict[str, str] = {}
        self.seen: set[str] = set()

    def take(self, thing) -> None:
        tags = {tag.k: tag.v for tag in thing.tags}
        if thing.is_node():
            if thing.location.valid():
                self.extract.take_point(f"node/{thing.id}", tags, thing.location.lon, thing.location.lat)
            else:
                self.extract.skip("no_position")
        elif thing.is_way():
            self._way(thing, tags)
        elif thing.is_area():
            self._area(thing, tags)
        elif tags.get("type") == "restriction":
            self._turn(thing, tags)

    def _way(self, way, tags: dict[str, str]) -> None:
        if len(way.nodes) > MAX_NODES_OF_WAY:
            self.extract.skip("too_many_nodes")
            return
        ref = f"way/{way.id}"
        if way.is_closed() and ("building" in tags or "landuse" in tags or "leisure" in tags):
            self.closed[ref] = "building" if "building" in tags else "land"
        if not tags.keys() & {"highway", "waterway", "railway", "barrier"}:
            return
        places = [(node.ref, *_position(node.location)) for node in way.nodes]
        if places:
            self.extract.take_line(
                ref, tags, np.array([p[0] for p in places], "<i8"), np.array([p[1:] for p in places])
            )

    def _area(self, area, tags: dict[str, str]) -> None:
        ref = f"{'way' if area.from_way() else 'relation'}/{area.orig_id()}"
        self.seen.add(ref)
        self.extract.take_area(ref, tags, lambda: self._shape(area))

    def _shape(self, area) -> shapely.Geometry | None:
        try:
            return shapely.from_wkb(self.factory.create_multipolygon(area))
        except (RuntimeError, shapely.errors.ShapelyError):
            return None

    def _turn(self, relation, tags: dict[str, str]) -> None:
        kind = tags.get("restriction") or tags.get("restriction:conditional", "")
        if not kind.startswith(TURN_PREFIXES) or "restriction" not in tags:
            self.extract.skip("unsupported_turn")
            return
        roles: dict[str, list[tuple[str, int]]] = {}
        for member in relation.members:
            roles.setdefault(member.role, []).append((member.type, member.ref))
        wanted = [roles.get(role, []) for role in ("from", "via", "to")]
        if [[kind for kind, _ in members] for members in wanted] != [["w"], ["n"], ["w"]]:
            self.extract.skip("unsupported_turn")
            return
        begin, via, end = (members[0][1] for members in wanted)
        self.extract.turns.append(Restriction(f"relation/{relation.id}", kind[:32], f"way/{begin}", via, f"way/{end}"))

    def finish(self) -> Extract:
        """Closed ways of which no polygon could be made are counted as broken."""
        broken = sum(ref not in self.seen for ref in self.closed)
        if broken:
            self.extract.skipped["broken_polygon"] += broken
        return self.extract


def _position(location) -> tuple[float, float]:
    return (location.lon, location.lat) if location.valid() else (np.nan, np.nan)
