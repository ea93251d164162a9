"""What an OpenStreetMap object is to a city, by its tags; the tables stand in osm.toml beside this file."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path

Tags = Mapping[str, str]

_TABLES = tomllib.loads(Path(__file__).with_name("osm.toml").read_text("utf-8"))


def _pairs(table: dict[str, str]) -> dict[str, dict[str, str]]:
    """{"lamp": "highway=street_lamp"} as {"highway": {"street_lamp": "lamp"}}, in the order of the file."""
    found: dict[str, dict[str, str]] = {}
    for kind, listed in table.items():
        for pair in listed.split():
            key, _, value = pair.partition("=")
            found.setdefault(key, {})[value] = kind
    return found


STREETS = frozenset(_TABLES["streets"].split())
KEPT = {what: frozenset(listed.split()) for what, listed in _TABLES["kept"].items()}
PLACE_KEYS = tuple(_TABLES["place_keys"].split())
NO_PLACES = frozenset(_TABLES["no_places"].split())
ASSETS, LAND, LINES = (_pairs(_TABLES[name]) for name in ("assets", "land", "lines"))
USES = {value: use for use, listed in _TABLES["uses"].items() for value in listed.split()}
MAX_VALUE = 120
MAX_KEPT = 40
MAX_STOREYS = 200


def clean(value: str, limit: int) -> str:
    """Text safe to store and show: no control or direction-changing characters, at most `limit` long."""
    if value.isascii() and value.isprintable():
        return value[:limit]
    kept = "".join(c for c in value[: 4 * limit] if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return kept.strip()[:limit]


def kept(tags: Tags, what: str) -> dict[str, str]:
    """The tags worth storing for a class of things."""
    wanted = KEPT[what]
    found = ((key, clean(value, MAX_VALUE)) for key, value in tags.items() if key in wanted)
    return dict(sorted((key, value) for key, value in found if value)[:MAX_KEPT])


def name(tags: Tags, limit: int = 120) -> str:
    return clean(tags.get("name:zh") or tags.get("name") or "", limit)


def name_en(tags: Tags, limit: int = 160) -> str:
    return clean(tags.get("name:en") or tags.get("int_name") or "", limit)


def street_kind(tags: Tags) -> str:
    """The highway value if people or vehicles move along it, else ""."""
    value = tags.get("highway", "")
    return value if value in STREETS else ""


def asset_kind(tags: Tags) -> str:
    return _find(ASSETS, tags)


def place_kind(tags: Tags) -> str:
    """The most telling value of a named thing, "" for what is no place."""
    for key in PLACE_KEYS:
        value = tags.get(key, "")
        if value and value not in NO_PLACES:
            return clean(value, 32)
    return ""


def land_kind(tags: Tags) -> str:
    """The kind of ground; a residential ground with a name is a compound."""
    found = _find(LAND, tags)
    return "compound" if found == "residential" and name(tags) else found


def line_kind(tags: Tags) -> str:
    """Rivers, railways and walls, drawn as lines; what runs underground is not drawn."""
    return "" if tags.get("tunnel", "no") != "no" else _find(LINES, tags)


def _find(table: dict[str, dict[str, str]], tags: Tags) -> str:
    for key, kinds in table.items():
        value = tags.get(key, "no")
        found = kinds.get(value) or (kinds.get("*") if value != "no" else None)
        if found:
            return found
    return ""


def building_use(tags: Tags) -> str:
    value = tags.get("building", "")
    if value == "yes":
        value = tags.get("amenity") or ("shop" if "shop" in tags else "office" if "office" in tags else "")
    return USES.get(value, "other")


def storeys(tags: Tags) -> int:
    """Whole storeys, 1 where nothing sensible is said."""
    raw = tags.get("building:levels", "").strip()[:8]
    try:
        return min(MAX_STOREYS, max(1, round(float(raw))))
    except (ValueError, OverflowError):
        return 1
