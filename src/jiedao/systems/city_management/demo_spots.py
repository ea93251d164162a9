"""Where a hand-written case stands: beside a street, on a green or at a component of its place, clear of its likes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from django.db.models import Q

from jiedao.cases.models import Case
from jiedao.city import h3cells
from jiedao.city.locate import locate
from jiedao.city.models import Asset, Land, Street
from jiedao.systems.city_management.demo_plan import beside

ALLEYS = ("living_street", "footway", "service", "pedestrian")
ROADS = ("primary", "secondary", "tertiary", "residential", "unclassified")
GREENS = ("pitch", "sports_centre", "square", "park")
CLEAR_M = 45.0
"""From an open case of the same class: well beyond the rule for duplicates."""
TRIES = 60


@dataclass(frozen=True)
class Spot:
    lon: float
    lat: float
    street: str
    asset: int | None = None


def find(area: str, spot: str, category: str, random: np.random.Generator) -> Spot:
    """A spot in the area (anywhere, where the city has no such area); the last one tried where all are taken."""
    kinds = ALLEYS if spot == "alley" else ROADS
    streets = _streets(area, kinds) or _streets(area, ALLEYS + ROADS) or _streets("", ALLEYS + ROADS)
    assets = _assets(area, category)
    green = _green(area) if spot == "green" and not assets else None
    for _ in range(TRIES):
        street = streets[int(random.integers(len(streets)))]
        found = Spot(*beside(street, random), street.name)
        if assets:
            thing = assets[int(random.integers(len(assets)))]
            found = Spot(thing.lon, thing.lat, street.name, thing.pk)
        elif green:
            found = Spot(green.x + random.normal(0, 1e-4), green.y + random.normal(0, 1e-4), street.name)
        place = locate(found.lon, found.lat)
        if place and place.cell.startswith(area) and clear(found, category):
            break
    return found


def clear(spot: Spot, category: str) -> bool:
    """Whether no open case of the class is near."""
    cells = h3cells.near(h3cells.cell(spot.lon, spot.lat), h3cells.rings_for(CLEAR_M))
    here = Q(h3__in=cells) | (Q(asset=spot.asset) if spot.asset else Q(pk=None))
    rows = Case.objects.filter(here, closed_at=None, category=category).values_list("lon", "lat")
    return all(h3cells.distance_m(spot.lon, spot.lat, *row) > CLEAR_M for row in rows)


def _streets(area: str, kinds: tuple[str, ...]) -> list[Street]:
    rows = Street.objects.filter(community__startswith=area, kind__in=kinds).exclude(name="").order_by("ref")
    return list(rows[:500])


def _assets(area: str, category: str) -> list[Asset]:
    if not category.startswith("C"):
        return []
    return list(Asset.objects.filter(community__startswith=area, category=category).order_by("code")[:200])


def _green(area: str) -> shapely.Point | None:
    """The middle of the area's sports ground, or of what is most like one."""
    for kind in GREENS:
        for land in Land.objects.filter(kind=kind).order_by("ref")[:2000]:
            place = locate((land.west + land.east) / 2, (land.south + land.north) / 2)
            if place and place.community.startswith(area):
                return shapely.point_on_surface(shapely.from_wkb(bytes(land.shape)))
    return None
