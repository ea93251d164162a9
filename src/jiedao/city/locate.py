"""Which cell, community, subdistrict and district a point lies in: an in-memory tree over the finest polygons known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike

from jiedao.city.models import Area
from jiedao.city.stamps import Kept
from jiedao.errors import Invalid
from jiedao.text import Text

HAIRLINE = 1e-8
"""Degrees, a millimetre: a point between two neighbours whose edges were rounded apart belongs to one of them."""


class Located(NamedTuple):
    """Codes of the areas around a point, "" where no polygon of that level is known."""

    district: str = ""
    subdistrict: str = ""
    community: str = ""
    cell: str = ""

    @classmethod
    def of(cls, code: str) -> Located:
        """All codes that a code implies."""
        ends = (6, 9, 12)
        district, subdistrict, community = (code[:end] if len(code) >= end else "" for end in ends)
        return cls(district, subdistrict, community, code if len(code) > 12 else "")

    @property
    def code(self) -> str:
        """The finest one."""
        return self.cell or self.community or self.subdistrict or self.district


class Locator:
    """Polygons with their codes. A point on a shared edge belongs to the area with the lower code.

    The finest polygons (those without a smaller one inside) are asked first, the others only for points that these
    miss.
    """

    def __init__(self, codes: Sequence[str], shapes: Sequence[shapely.Geometry]) -> None:
        order = sorted(range(len(codes)), key=codes.__getitem__)
        parents = {code[:end] for code in codes for end in (4, 6, 9, 12) if end < len(code)}
        fine = [i for i in order if codes[i] not in parents]
        coarse = sorted((i for i in order if codes[i] in parents), key=lambda i: (-len(codes[i]), codes[i]))
        self._layers = [
            (shapely.STRtree([shapes[i] for i in layer]), [Located.of(codes[i]) for i in layer])
            for layer in (fine, coarse)
            if layer
        ]

    def one(self, lon: float, lat: float) -> Located | None:
        """Microseconds for a point; None outside of everything or for a number that is no position."""
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            return None
        point = shapely.Point(lon, lat)
        for tree, found in self._layers:
            hits = tree.query(point, "intersects")
            if not len(hits):
                hits = tree.query(point, "dwithin", HAIRLINE)
            if len(hits):
                return found[hits.min()] if len(hits) > 1 else found[hits[0]]
        return None

    def many(self, lons: ArrayLike, lats: ArrayLike) -> list[Located | None]:
        """The same for arrays of equal length."""
        lon, lat = np.asarray(lons, float), np.asarray(lats, float)
        result: list[Located | None] = [None] * len(lon)
        with np.errstate(invalid="ignore"):
            left = np.flatnonzero((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
        for tree, found in self._layers:
            for predicate, distance in (("intersects", None), ("dwithin", HAIRLINE)):
                hits = tree.query(shapely.points(lon[left], lat[left]), predicate, distance)
                best = np.full(len(left), len(found))
                np.minimum.at(best, hits[0], hits[1])
                for place, area in zip(left.tolist(), best.tolist(), strict=True):
                    if area < len(found):
                        result[place] = found[area]
                left = left[best == len(found)]
        return result


def _read() -> Locator:
    rows = list(Area.objects.exclude(shape=None).values_list("code", "shape"))
    return Locator([code for code, _ in rows], shapely.from_wkb([bytes(shape) for _, shape in rows]))


_locator: Kept[Locator] = Kept("areas", build=_read)


def locate(lon: float, lat: float) -> Located | None:
    """Where a WGS-84 point lies; None outside the city."""
    return _locator.get().one(lon, lat)


def locate_many(lons: ArrayLike, lats: ArrayLike) -> list[Located | None]:
    """`locate` for arrays; a good deal faster per point."""
    return _locator.get().many(lons, lats)


def require(lon: float, lat: float) -> Located:
    """`locate`, or Invalid (field "place") with a sentence for the person who reports."""
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in (lon, lat)):
        raise Invalid(
            Text("位置无法识别，请在地图上点选地点", "This position cannot be read; please pick the place on the map"),
            field="place",
            value=f"{lon}, {lat}",
            expected=Text("经度和纬度，例如 113.15, 27.83", "longitude and latitude, such as 113.15, 27.83"),
        )
    found = locate(lon, lat)
    if found is None:
        raise Invalid(
            Text(
                "这个地点（{lon:.5f}, {lat:.5f}）不在本市管理范围内，请在地图上重新选点",
                "This place ({lon:.5f}, {lat:.5f}) lies outside the city; please pick it again on the map",
            ).format(lon=lon, lat=lat),
            field="place",
            value=f"{lon}, {lat}",
            expected=Text("本市范围内的地点", "a place inside the city"),
        )
    return found
