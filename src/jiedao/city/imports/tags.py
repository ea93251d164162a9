"""What an OpenStreetMap object is to a city, by its tags."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

Tags = Mapping[str, str]

STREETS = frozenset(
    [
        "motorway",
        "trunk",
        "primary",
        "secondary",
        "tertiary",
        "unclassified",
        "residential",
        "living_street",
        "pedestrian",
        "service",
        "road",
        "track",
        "path",
        "footway",
        "cycleway",
        "bridleway",
        "steps",
        "busway",
        "motorway_link",
        "trunk_link",
        "primary_link",
        "secondary_link",
        "tertiary_link",
    ]
)
KEPT = {
    "street": frozenset(
        [
            "oneway",
            "lit",
            "access",
            "width",
            "maxweight",
            "maxheight",
            "maxspeed",
            "surface",
            "smoothness",
            "layer",
            "bridge",
            "tunnel",
            "lanes",
            "foot",
            "bicycle",
            "motor_vehicle",
            "motorcar",
            "vehicle",
            "hgv",
            "service",
            "junction",
            "sidewalk",
            "ref",
            "covered",
            "incline",
            "area",
        ]
    ),
    "building": frozenset(
        [
            "building",
            "amenity",
            "shop",
            "office",
            "addr:street",
            "addr:housenumber",
            "addr:unit",
            "height",
            "start_date",
            "operator",
        ]
    ),
    "land": frozenset(
        [
            "landuse",
            "leisure",
            "natural",
            "water",
            "waterway",
            "amenity",
            "surface",
            "access",
            "layer",
            "tunnel",
            "width",
        ]
    ),
    "asset": frozenset(
        [
            "operator",
            "ref",
            "recycling_type",
            "capacity",
            "material",
            "lamp_type",
            "light:colour",
            "height",
            "manhole",
            "waste",
            "access",
            "covered",
            "bus",
            "shelter",
            "vending",
            "surveillance:type",
            "fire_hydrant:type",
            "species",
            "genus",
            "barrier",
            "direction",
            "backrest",
        ]
    ),
    "place": frozenset(
        [
            "operator",
            "opening_hours",
            "phone",
            "website",
            "addr:street",
            "addr:housenumber",
            "wheelchair",
            "brand",
            "religion",
            "sport",
        ]
    ),
}
MAX_VALUE = 120
MAX_KEPT = 40

ASSET_TAGS: tuple[tuple[str, str, str], ...] = (
    ("highway", "street_lamp", "lamp"),
    ("highway", "bus_stop", "bus_stop"),
    ("highway", "traffic_signals", "traffic_signal"),
    ("amenity", "waste_basket", "bin"),
    ("amenity", "waste_disposal", "waste_point"),
    ("amenity", "recycling", "recycling"),
    ("amenity", "waste_transfer_station", "transfer_station"),
    ("amenity", "bench", "bench"),
    ("amenity", "bicycle_parking", "bicycle_parking"),
    ("amenity", "motorcycle_parking", "bicycle_parking"),
    ("amenity", "charging_station", "charging"),
    ("amenity", "drinking_water", "drinking_water"),
    ("amenity", "toilets", "toilet"),
    ("amenity", "shelter", "shelter"),
    ("amenity", "fountain", "fountain"),
    ("amenity", "fuel", "fuel"),
    ("amenity", "parking", "parking"),
    ("amenity", "vending_machine", "vending"),
    ("emergency", "fire_hydrant", "hydrant"),
    ("manhole", "*", "manhole"),
    ("man_made", "manhole", "manhole"),
    ("man_made", "street_cabinet", "cabinet"),
    ("man_made", "surveillance", "camera"),
    ("power", "pole", "pole"),
    ("power", "substation", "substation"),
    ("barrier", "bollard", "bollard"),
    ("leisure", "fitness_station", "fitness"),
    ("shop", "kiosk", "kiosk"),
    ("advertising", "*", "advertising"),
    ("information", "board", "notice_board"),
    ("traffic_sign", "*", "sign"),
    ("natural", "tree", "tree"),
    ("artwork_type", "statue", "statue"),
)
PLACE_KEYS = (
    "amenity",
    "shop",
    "office",
    "healthcare",
    "tourism",
    "leisure",
    "railway",
    "public_transport",
    "place",
    "historic",
)
NO_PLACES = frozenset(["yes", "no", "parking", "bench", "waste_basket", "locality", "platform", "stop_position"])

LAND_TAGS: dict[str, dict[str, str]] = {
    "natural": {"water": "water", "bay": "water", "wetland": "wetland", "wood": "wood", "scrub": "wood", "grassland": "grass",
                "heath": "grass", "bare_rock": "rock", "scree": "rock", "cliff": "rock", "beach": "sand", "sand": "sand"},
    "waterway": {"riverbank": "water", "dock": "water"},
    "landuse": {"reservoir": "water", "basin": "water", "forest": "wood", "grass": "grass", "meadow": "grass",
                "village_green": "grass", "recreation_ground": "park", "greenfield": "grass", "cemetery": "cemetery",
                "farmland": "farm", "farmyard": "farm", "orchard": "farm", "vineyard": "farm", "allotments": "farm",
                "greenhouse_horticulture": "farm", "plant_nursery": "farm", "industrial": "industrial", "quarry": "industrial",
                "landfill": "industrial", "brownfield": "industrial", "construction": "construction", "railway": "railway",
                "residential": "residential", "commercial": "commercial", "retail": "commercial", "military": "restricted"},
    "leisure": {"park": "park", "garden": "park", "nature_reserve": "reserve", "pitch": "pitch", "playground": "pitch",
                "sports_centre": "pitch", "stadium": "pitch", "track": "pitch", "golf_course": "park", "swimming_pool": "water"},
    "amenity": {"school": "campus", "university": "campus", "college": "campus", "kindergarten": "campus", "hospital": "campus",
                "parking": "parking", "grave_yard": "cemetery", "marketplace": "square"},
    "place": {"square": "square"},
}  # fmt: skip
LAND_LINES = {("waterway", "river"): "river", ("waterway", "canal"): "river", ("waterway", "stream"): "stream",
              ("waterway", "ditch"): "stream", ("waterway", "drain"): "stream", ("railway", "rail"): "rail",
              ("railway", "light_rail"): "rail", ("railway", "tram"): "rail", ("barrier", "wall"): "wall",
              ("barrier", "city_wall"): "wall"}  # fmt: skip

USES: dict[str, str] = {
    **dict.fromkeys(["apartments", "residential", "house", "detached", "terrace", "semidetached_house", "dormitory", "bungalow", "farm", "cabin"], "residential"),
    **dict.fromkeys(["retail", "commercial", "supermarket", "kiosk", "shop", "mall"], "shop"),
    **dict.fromkeys(["office", "government", "civic", "public"], "office"),
    **dict.fromkeys(["school", "university", "college", "kindergarten"], "school"),
    **dict.fromkeys(["industrial", "warehouse", "manufacture", "factory"], "factory"),
    **dict.fromkeys(["hospital", "clinic"], "hospital"),
    **dict.fromkeys(["hotel"], "hotel"),
    **dict.fromkeys(["church", "chapel", "temple", "mosque", "shrine", "cathedral", "monastery"], "worship"),
    **dict.fromkeys(["train_station", "transportation"], "station"),
    **dict.fromkeys(["garage", "garages", "carport", "parking", "shed", "roof", "hut", "service", "barn", "stable", "greenhouse", "farm_auxiliary"], "annexe"),
}  # fmt: skip
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
    for key, value, kind in ASSET_TAGS:
        if key in tags and (value == "*" or tags[key] == value) and tags[key] != "no":
            return kind
    return ""


def place_kind(tags: Tags) -> str:
    """The most telling value of a named thing, "" for what is no place."""
    for key in PLACE_KEYS:
        value = tags.get(key, "")
        if value and value not in NO_PLACES:
            return clean(value, 32)
    return ""


def land_kind(tags: Tags) -> str:
    for key, kinds in LAND_TAGS.items():
        found = kinds.get(tags.get(key, ""))
        if found:
            named_home = found == "residential" and name(tags)
            return "compound" if named_home else found
    return "square" if tags.get("highway") == "pedestrian" else ""


def line_kind(tags: Tags) -> str:
    """Rivers, railways and walls, drawn as lines; what runs underground is not drawn."""
    if tags.get("tunnel", "no") != "no":
        return ""
    return next((kind for (key, value), kind in LAND_LINES.items() if tags.get(key) == value), "")


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
