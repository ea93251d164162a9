"""The few facts about the city that every page's frame shows; kept five minutes, for they change with an import."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache

from jiedao.text import Text

KEEP_S = 300


def city_name() -> Text:
    """Name of the installation's city; empty while no areas are loaded."""
    return cache.get_or_set("web.city_name", _city_name, KEEP_S) or Text("", "")


def city_bounds() -> tuple[float, float, float, float] | None:
    """West, south, east, north of what the map may show, degrees; None while no areas are loaded."""
    return cache.get_or_set("web.city_bounds", _city_bounds, KEEP_S) or None


def from_osm() -> bool:
    """Whether streets of OpenStreetMap are loaded, whose makers must then be named on every map."""
    return bool(cache.get_or_set("web.from_osm", _from_osm, KEEP_S))


def forget() -> None:
    """After an import."""
    cache.delete_many(["web.city_name", "web.city_bounds", "web.from_osm"])


def _city_name() -> Text | str:
    from jiedao.city.models import Area

    cities = Area.objects.filter(level=Area.Level.CITY, code__startswith=settings.OPTIONS.city[:4])
    found = cities.values_list("name", "name_en").first()
    return Text(found[0], found[1] or found[0]) if found else ""


def _city_bounds() -> tuple[float, float, float, float] | str:
    from django.db.models import Max, Min

    from jiedao.city.models import Area

    boxed = Area.objects.exclude(west=None)
    found = boxed.aggregate(w=Min("west"), s=Min("south"), e=Max("east"), n=Max("north"))
    return "" if found["w"] is None else (found["w"], found["s"], found["e"], found["n"])


def _from_osm() -> int:
    from jiedao.city.models import Street

    return int(Street.objects.filter(ref__startswith="way/").exists())
