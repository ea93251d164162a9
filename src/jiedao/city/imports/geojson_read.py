"""Reads a GeoJSON FeatureCollection with OSM tags as properties, as osmium, osmtogeojson and Overpass write it."""

from __future__ import annotations

import hashlib
import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape as from_mapping

from jiedao.city.imports import files
from jiedao.city.imports.extract import Extract

ID_KEYS = ("@id", "full_id", "osm_ref", "id")
ID = re.compile(r"^(node|way|relation|n|w|r)/?(\d{1,18})$")
LONG = {"n": "node", "w": "way", "r": "relation"}
MAX_REF = 30


def read(path: Path) -> Extract:
    """The content of a GeoJSON file in degrees. Raises Refused for one that is none."""
    extract = Extract()
    for feature in files.features(path):
        shape = _shape(feature.get("geometry"))
        if shape is None:
            extract.skip("broken_geometry")
            continue
        tags = _tags(feature.get("properties"))
        ref = _ref(feature, tags, shape)
        parts = shapely.get_parts(shape).tolist() if shape.geom_type.startswith("Multi") else [shape]
        if shape.geom_type.endswith("Polygon"):
            extract.take_area(ref, tags, partial(lambda found: found, shape))
        elif shape.geom_type.endswith("Point"):
            extract.take_point(ref, tags, parts[0].x, parts[0].y)
        else:
            for number, part in enumerate(parts):
                at = shapely.get_coordinates(part)
                extract.take_line(f"{ref}/{number}" if number else ref, tags, node_ids(at), at)
    return extract


def node_ids(at: np.ndarray) -> np.ndarray:
    """Ids for vertices that have none: the place itself to 1e-7 degrees, negative, so equal places are one node."""
    east = np.rint((at[:, 0] + 180) * 1e7).astype("<i8")
    north = np.rint((at[:, 1] + 90) * 1e7).astype("<i8")
    return -(east << 31 | north) - 1


def _shape(geometry: Any) -> shapely.Geometry | None:
    """A geometry with finite positions on the globe and no height, else None."""
    try:
        found = shapely.force_2d(from_mapping(geometry))
        if found.is_empty or found.geom_type == "GeometryCollection":
            return None
        west, south, east, north = found.bounds
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        IndexError,
        OverflowError,
        RecursionError,
        shapely.errors.ShapelyError,
    ):
        return None
    return found if -180 <= west <= east <= 180 and -90 <= south <= north <= 90 else None


def _tags(properties: Any) -> dict[str, str]:
    """Properties as tags; Overpass and osmtogeojson nest them under "tags"."""
    if not isinstance(properties, dict):
        return {}
    nested = properties.get("tags")
    found = {**properties, **nested} if isinstance(nested, dict) else properties
    return {str(key): str(value) for key, value in found.items() if isinstance(value, str | int | float)}


def _ref(feature: dict[str, Any], tags: dict[str, str], shape: shapely.Geometry) -> str:
    """The OSM id where the feature tells it, its own id, or one made of its geometry."""
    for raw in (feature.get("id"), *(tags.get(key) for key in ID_KEYS)):
        match = ID.match(str(raw or "").strip().lower())
        if match:
            return f"{LONG.get(match[1], match[1])}/{match[2]}"
    return "geo/" + hashlib.sha256(shapely.to_wkb(shape)).hexdigest()[: MAX_REF - 8]
