"""H3 cells as signed 64-bit integers, and distances."""

from __future__ import annotations

import math

import h3.api.basic_int as h3

RESOLUTION = 10
"""Hexagons of about 66 m edge and 15,000 m²."""
EARTH_M = 6_371_008.8


def cell(lon: float, lat: float) -> int:
    """The H3 cell of a point. Its top bit is never set, so it fits a signed 64-bit column."""
    return h3.latlng_to_cell(lat, lon, RESOLUTION)


def near(cell_int: int, rings: int = 1) -> list[int]:
    """The cell and those within `rings` steps of it: 7 for one ring, 19 for two."""
    return list(h3.grid_disk(cell_int, rings))


def rings_for(metres: float) -> int:
    """How many rings surely hold every point within a distance of any point of the middle cell."""
    edge = h3.average_hexagon_edge_length(RESOLUTION, unit="m") * 0.8  # cells vary by up to a fifth
    return max(1, math.ceil(metres / (edge * math.sqrt(3)) + 0.5))


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Great-circle metres between two points."""
    north1, north2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((north2 - north1) / 2) ** 2
    half += math.cos(north1) * math.cos(north2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))
