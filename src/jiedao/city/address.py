"""A place in words: the street it lies on and what it is near, as one would say on the phone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from jiedao.city import areas
from jiedao.city.geometry import Metres
from jiedao.city.locate import locate
from jiedao.city.models import Building, Place, Street
from jiedao.city.stamps import Kept
from jiedao.text import Text

STREET_WITHIN_M = 120.0
PLACE_WITHIN_M = 200.0
BOTH = Text("{street}（近{place}）", "{street} (near {place})")
ONLY_PLACE = Text("{place}附近", "near {place}")
MAX_LENGTH = 200


class Index:
    """Named streets and places in flat metres, around the middle of the city."""

    def __init__(self, streets: Sequence[tuple], places: Sequence[tuple]) -> None:
        lines = shapely.from_wkb([bytes(row[2]) for row in streets])
        points = shapely.points(np.array([row[2:4] for row in places], float).reshape(-1, 2))
        both = shapely.total_bounds(np.concatenate([lines, points])) if len(lines) + len(points) else None
        self.metres = Metres(0, 0) if both is None else Metres((both[0] + both[2]) / 2, (both[1] + both[3]) / 2)
        self.street_names = [Text(row[0], row[1] or row[0]) for row in streets]
        self.place_names = [Text(row[0], row[1] or row[0]) for row in places]
        self.streets = shapely.STRtree(self.metres.flat(lines))
        self.places = shapely.STRtree(self.metres.flat(points))

    def nearest(self, lon: float, lat: float) -> tuple[Text | None, Text | None]:
        """The named street and the place nearest to a point, None beyond the distance at which one would name them."""
        x, y = self.metres.flat_points(np.array([lon, lat]))
        point = shapely.Point(x, y)
        return (
            _nearest(self.streets, point, STREET_WITHIN_M, self.street_names),
            _nearest(self.places, point, PLACE_WITHIN_M, self.place_names),
        )


def _nearest(tree: shapely.STRtree, point: shapely.Point, within: float, names: list[Text]) -> Text | None:
    found = tree.query_nearest(point, max_distance=within, all_matches=False)
    return names[found[0]] if len(found) else None


def _read() -> Index:
    streets = Street.objects.exclude(name="").order_by("ref").values_list("name", "name_en", "shape")
    places = list(Place.objects.exclude(name="").order_by("ref").values_list("name", "name_en", "lon", "lat"))
    compounds = Building.objects.exclude(compound="").order_by("compound", "ref").values_list("compound", "lon", "lat")
    seen: dict[str, tuple] = {}
    for name, lon, lat in compounds.iterator(chunk_size=5000):
        seen.setdefault(name, (name, "", lon, lat))
    return Index(list(streets), places + list(seen.values()))


_index: Kept[Index] = Kept("streets", "map", build=_read)


def describe(lon: float, lat: float) -> str:
    """For example 红旗中路（近桂花市场）; the community where neither is near; "" outside of everything."""
    street, place = _index.get().nearest(lon, lat)
    if street and place:
        text = BOTH.format(street=street, place=place)
    elif street:
        text = street
    elif place:
        text = ONLY_PLACE.format(place=place)
    else:
        found = locate(lon, lat)
        text = areas.full_name(found.community or found.code) if found and found.code else Text("", "")
    return str(text)[:MAX_LENGTH]
