"""What a map file holds for a city, before any of it touches the database; both readers fill it alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from jiedao.city.coordinates import Convert
from jiedao.city.geometry import polygons
from jiedao.city.imports import tags as tagging
from jiedao.city.imports.tags import Tags

MAX_SPAN_DEGREES = 0.3
"""A single street longer than this is a mapping error or an attack."""


@dataclass(slots=True)
class Thing:
    """One object of the file.

    `kind` is a street's highway value, a building's use, a land's, asset's or place's kind.
    """

    ref: str
    kind: str
    name: str
    name_en: str
    tags: dict[str, str]
    shape: shapely.Geometry
    nodes: np.ndarray | None = None
    storeys: int = 1


@dataclass(slots=True)
class Restriction:
    ref: str
    kind: str
    from_ref: str
    via_node: int
    to_ref: str


@dataclass(slots=True)
class Boundary:
    ref: str
    level: int
    name: str
    name_en: str
    shape: shapely.Geometry


@dataclass
class Extract:
    streets: list[Thing] = field(default_factory=list)
    buildings: list[Thing] = field(default_factory=list)
    lands: list[Thing] = field(default_factory=list)
    assets: list[Thing] = field(default_factory=list)
    places: list[Thing] = field(default_factory=list)
    turns: list[Restriction] = field(default_factory=list)
    boundaries: list[Boundary] = field(default_factory=list)
    entrances: list[tuple[float, float]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    shortened: int = 0

    def groups(self) -> tuple[list[Thing], ...]:
        return self.streets, self.buildings, self.lands, self.assets, self.places

    @property
    def empty(self) -> bool:
        return not any(self.groups())

    def skip(self, reason: str) -> None:
        self.skipped[reason] += 1

    def take_point(self, ref: str, tags: Tags, lon: float, lat: float) -> None:
        """A tagged node: an asset, a place, an entrance, or nothing of ours."""
        if "entrance" in tags:
            self.entrances.append((lon, lat))
        self._take_spot(ref, tags, lambda: shapely.Point(lon, lat))

    def take_line(self, ref: str, tags: Tags, nodes: np.ndarray, at: np.ndarray) -> None:
        """A way: node ids (int64) and n × 2 degrees, NaN where the file lacks the node."""
        kind = tagging.street_kind(tags)
        line = "" if kind else tagging.line_kind(tags)
        if not kind and not line:
            if "highway" in tags:
                self.skip("not_a_street")
            return
        if kind and tags.get("area") == "yes":
            return
        known = at[np.isfinite(at).all(axis=1)]
        nodes, at = self._known_part(nodes, at) if kind else (nodes, known)
        if len(known) > 1 and (np.ptp(known, axis=0) == 0).all():
            self.skip("zero_length")
        elif len(at) < 2:
            self.skip("nodes_missing")
        elif kind and (np.ptp(at, axis=0) > MAX_SPAN_DEGREES).any():
            self.skip("too_long")
        else:
            shape = shapely.LineString(at)
            if kind:
                self.streets.append(self._thing(ref, kind, tags, shape, "street", nodes))
            else:
                self.lands.append(self._thing(ref, line, tags, shape, "land"))

    def take_area(self, ref: str, tags: Tags, shape: Callable[[], shapely.Geometry | None]) -> None:
        """A closed way or multipolygon; `shape` is only made for what is wanted."""
        if "building" in tags and tags["building"] not in ("no", "entrance"):
            self._add_area(self.buildings, ref, tagging.building_use(tags), tags, shape, "building")
        elif kind := tagging.land_kind(tags):
            self._add_area(self.lands, ref, kind, tags, shape, "land")
        elif tags.get("boundary") == "administrative" and tags.get("admin_level", "").isdigit():
            outline = self._repaired(shape())
            if outline is not None:
                level = int(tags["admin_level"][:2])
                self.boundaries.append(
                    Boundary(ref, level, tagging.name(tags, 80), tagging.name_en(tags, 120), outline)
                )
        self._take_spot(ref, tags, lambda: _middle(self._repaired(shape())))

    def convert(self, datum: Convert) -> None:
        """Bring every coordinate from another datum to WGS-84."""

        def moved(at: np.ndarray) -> np.ndarray:
            return np.column_stack(datum(at[:, 0], at[:, 1]))

        groups: tuple[list[Any], ...] = (*self.groups(), self.boundaries)
        for group in groups:
            for thing, shape in zip(group, shapely.transform([t.shape for t in group], moved), strict=True):
                thing.shape = shape
        if self.entrances:
            self.entrances = [tuple(at) for at in moved(np.array(self.entrances)).tolist()]

    def _take_spot(self, ref: str, tags: Tags, at: Callable[[], shapely.Geometry | None]) -> None:
        asset = tagging.asset_kind(tags)
        place = "" if asset or not tagging.name(tags) else tagging.place_kind(tags)
        if not asset and not place:
            return
        point = at()
        if point is None:
            self.skip("broken_polygon")
        elif asset:
            self.assets.append(self._thing(ref, asset, tags, point, "asset"))
        else:
            self.places.append(self._thing(ref, place, tags, point, "place"))

    def _add_area(self, group: list[Thing], ref: str, kind: str, tags: Tags, shape: Callable, what: str) -> None:
        outline = self._repaired(shape())
        if outline is None:
            self.skip("broken_polygon")
        else:
            thing = self._thing(ref, kind, tags, outline, what)
            thing.storeys = tagging.storeys(tags)
            group.append(thing)

    def _known_part(self, nodes: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The longest run of nodes whose places are known, nodes at one place taken once."""
        known = np.isfinite(at).all(axis=1)
        if not known.all():
            runs = np.split(np.arange(len(known)), np.flatnonzero(np.diff(known.astype(np.int8))) + 1)
            longest = max((run for run in runs if known[run[0]]), key=len, default=np.empty(0, int))
            nodes, at = nodes[longest], at[longest]
            self.shortened += len(at) > 1
        moved = np.ones(len(at), bool)
        moved[1:] = (np.diff(at, axis=0) != 0).any(axis=1)
        return nodes[moved], at[moved]

    @staticmethod
    def _thing(
        ref: str, kind: str, tags: Tags, shape: shapely.Geometry, what: str, nodes: np.ndarray | None = None
    ) -> Thing:
        limits = (160, 200) if what == "place" else (120, 160)
        named = tagging.name(tags, limits[0]), tagging.name_en(tags, limits[1])
        return Thing(ref, kind, *named, tagging.kept(tags, what), shape, nodes)

    @staticmethod
    def _repaired(shape: shapely.Geometry | None) -> shapely.Geometry | None:
        """A valid (multi)polygon, or None where none can be made."""
        if shape is None or shape.is_empty:
            return None
        if shape.is_valid and shape.geom_type in ("Polygon", "MultiPolygon"):
            parts = polygons(shape)
        else:
            parts = polygons(shapely.make_valid(shape))
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _middle(shape: shapely.Geometry | None) -> shapely.Point | None:
    return None if shape is None else shapely.point_on_surface(shape)
