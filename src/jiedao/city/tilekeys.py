"""One integer for where a box lies and how large it is, so that an ordinary index finds what a map tile shows.

The key is a quadtree cell: the finest level (at most `FINEST`) whose cells are at least as large as the box, and the
cell of the box's north-west corner. So a box reaches at most into the next cell east and south, and a tile asks for a
few dozen keys by equality. After Böhm, Klump, Kriegel, "XZ-Ordering" (SSD 1999). Web Mercator; y grows southward.
"""

from __future__ import annotations

import math

FINEST = 17
"""Cells of about 270 m at 28° north."""
MAX_LAT = 85.0511


def fraction(lon: float, lat: float) -> tuple[float, float]:
    """Position in the Web Mercator square, both in 0…1."""
    sine = math.sin(math.radians(max(-MAX_LAT, min(MAX_LAT, lat))))
    return (lon + 180) / 360, 0.5 - math.atanh(sine) / (2 * math.pi)


def key(west: float, south: float, east: float, north: float) -> int:
    """The key of a box in degrees."""
    left, top = fraction(west, north)
    right, bottom = fraction(east, south)
    size = max(right - left, bottom - top)
    level = FINEST if size <= 0.5**FINEST else min(FINEST, max(0, math.floor(-math.log2(size))))
    return code(level, _cell(left, level), _cell(top, level))


def code(level: int, x: int, y: int) -> int:
    """Level and cell in one number: a 1, then the bits of y and x in turn."""
    return 1 << 2 * level | _spread(x) | _spread(y) << 1


def keys(z: int, x: int, y: int, *, margin: float = 0.0, finest: int = FINEST) -> list[int]:
    """All keys of boxes that may reach into a tile widened by `margin` (a fraction of its side), down to a level.

    `finest` below FINEST leaves out boxes too small to be seen at this zoom.
    """
    side = 0.5**z
    west, east = (x - margin) * side, (x + 1 + margin) * side
    north, south = (y - margin) * side, (y + 1 + margin) * side
    found = []
    for level in range(finest + 1):
        columns = range(max(0, _cell(west, level) - 1), _cell(east, level) + 1)
        rows = range(max(0, _cell(north, level) - 1), _cell(south, level) + 1)
        found += [code(level, column, row) for column in columns for row in rows]
    return found


def bounds(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """West, south, east, north of a tile in degrees."""
    count = 2**z
    return x / count * 360 - 180, _latitude((y + 1) / count), (x + 1) / count * 360 - 180, _latitude(y / count)


def _latitude(down: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))


def _cell(position: float, level: int) -> int:
    return min((1 << level) - 1, max(0, int(position * (1 << level))))


def _spread(number: int) -> int:
    """Bits of a number below 2**32 moved to the even places."""
    number = (number | number << 16) & 0x0000FFFF0000FFFF
    number = (number | number << 8) & 0x00FF00FF00FF00FF
    number = (number | number << 4) & 0x0F0F0F0F0F0F0F0F
    number = (number | number << 2) & 0x3333333333333333
    return (number | number << 1) & 0x5555555555555555
