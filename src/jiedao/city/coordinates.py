"""GCJ-02 and BD-09 to WGS-84 and back. Everything inside Jiedao is WGS-84; these stand at the edge.

The GCJ-02 offset is the published approximation on the Krasovsky 1940 ellipsoid; the way back is a fixed-point
iteration, so a round trip is exact to well under a millimetre inside China. Outside China GCJ-02 equals WGS-84 by
definition.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jiedao.errors import Invalid
from jiedao.text import Text

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]
Convert = Callable[[ArrayLike, ArrayLike], Pair]

AXIS, ECCENTRICITY2 = 6378245.0, 0.00669342162296594323
CHINA = (72.004, 0.8293, 137.8347, 55.8271)
BAIDU_TURN = np.pi * 3000 / 180
ROUNDS = 12


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    east, north = _offset(lon, lat)
    return lon + east, lat + north


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    return _inverse(wgs84_to_gcj02, lon, lat)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BAIDU_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BAIDU_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    return _inverse(gcj02_to_bd09, lon, lat)


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


TO_WGS84: dict[str, Convert | None] = {"wgs84": None, "cgcs2000": None, "gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}


def converter(datum: str) -> Convert | None:
    """The function that brings a datum to WGS-84, None where nothing is to be done.

    Raises Invalid for an unknown one.
    """
    name = datum.lower().replace("-", "").replace("_", "")
    if name not in TO_WGS84:
        raise Invalid(
            Text("不认识坐标系“{datum}”", "unknown datum “{datum}”").format(datum=datum[:40]),
            field="datum",
            value=datum,
            expected=Text(" / ".join(TO_WGS84), " / ".join(TO_WGS84)),
        )
    return TO_WGS84[name]


def _inverse(forward: Convert, lon: ArrayLike, lat: ArrayLike) -> Pair:
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    x, y = lon, lat
    for _ in range(ROUNDS):
        to_x, to_y = forward(x, y)
        x, y = x - (to_x - lon), y - (to_y - lat)
    return x, y


def _offset(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Pair:
    """Degrees that GCJ-02 adds, zero outside China."""
    x, y = lon - 105.0, lat - 35.0
    root, pi = np.sqrt(np.abs(x)), np.pi
    ripple = (20 * np.sin(6 * x * pi) + 20 * np.sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20 * np.sin(y * pi) + 40 * np.sin(y / 3 * pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * pi) + 320 * np.sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20 * np.sin(x * pi) + 40 * np.sin(x / 3 * pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * pi) + 300 * np.sin(x / 30 * pi)) * 2 / 3
    sine = np.sin(np.radians(lat))
    magic = 1 - ECCENTRICITY2 * sine * sine
    north = np.degrees(north / (AXIS * (1 - ECCENTRICITY2) / (magic * np.sqrt(magic))))
    east = np.degrees(east / (AXIS / np.sqrt(magic) * np.cos(np.radians(lat))))
    west, south, far_east, far_north = CHINA
    inside = (lon >= west) & (lon <= far_east) & (lat >= south) & (lat <= far_north)
    return np.where(inside, east, 0.0), np.where(inside, north, 0.0)
