"""What each part of the city is like: where it lies and what it is built of.

Invented in the spirit of the real districts: an old trading town and clothing markets on the east bank, compounds of
machine works behind it, chemical and railway industry in the north, a new town of towers on the west bank.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Character:
    """`x`, `y` place it in its district (-1…1, east and north); the other numbers weigh the kinds of cells."""

    x: float
    y: float
    old: float = 0.0
    works_yard: float = 0.0
    new: float = 0.0
    industry: float = 0.0
    centre: float = 0.0
    campus: float = 0.0
    hill: float = 0.35


DISTRICTS = {
    "430211": Character(-0.8, 0.0, new=5, works_yard=1, centre=0.8, industry=0.5, campus=0.4),
    "430203": Character(0.3, -0.7, old=1, works_yard=3, new=2, centre=0.6, industry=0.4),
    "430204": Character(0.1, 0.8, works_yard=3, new=2, industry=2, centre=0.3, campus=0.4),
    "430202": Character(0.9, 0.2, works_yard=4, new=2, old=0.5, centre=0.4, industry=0.5),
}

SUBDISTRICTS = {
    # 荷塘
    "430202001": Character(-0.2, 0.2, works_yard=4, old=1, new=1, centre=0.5),
    "430202002": Character(-0.8, 0.1, works_yard=5, old=1.5, new=0.5, centre=0.5, industry=0.3),
    "430202003": Character(-0.7, 0.8, works_yard=3, new=1, industry=1),
    "430202004": Character(-0.3, -0.5, works_yard=3, new=3, old=0.6, centre=0.4),
    "430202005": Character(0.3, -0.8, new=2, works_yard=1, industry=2, hill=0.7),
    "430202006": Character(0.7, 0.0, new=1, works_yard=1, industry=1, hill=0.7),
    "430202100": Character(0.8, 0.8, works_yard=1, hill=0.9),
    # 芦淞
    "430203001": Character(-0.4, 0.7, old=4, works_yard=4, centre=1.2),
    "430203002": Character(-0.8, 0.6, old=3, works_yard=3, centre=2),
    "430203003": Character(-0.9, 0.9, old=5, works_yard=2, centre=1.5),
    "430203004": Character(0.0, -0.7, works_yard=5, industry=2, new=1, hill=0.6),
    "430203005": Character(0.2, 0.3, works_yard=3, new=3, centre=0.5),
    "430203006": Character(-0.7, -0.3, new=5, works_yard=1, centre=0.4),
    "430203007": Character(0.1, 0.0, new=3, works_yard=2, old=0.5),
    "430203100": Character(1.0, 0.0, works_yard=1, hill=0.9),
    # 石峰
    "430204001": Character(0.5, -0.2, works_yard=4, industry=2.5, new=1),
    "430204002": Character(-0.3, -0.7, works_yard=4, old=1.2, new=1, centre=0.8, hill=0.6),
    "430204003": Character(-0.9, -0.1, industry=6, works_yard=2, hill=0.6),
    "430204004": Character(-0.8, -0.5, industry=6, works_yard=2),
    "430204005": Character(-0.4, 0.4, works_yard=2, new=2, hill=0.9),
    "430204008": Character(0.3, 0.3, new=4, campus=2.5),
    "430204009": Character(0.7, 0.5, new=3, industry=1.5),
    "430204102": Character(0.8, 1.0, new=1, hill=0.9),
    # 天元
    "430211001": Character(0.7, 0.0, new=6, centre=1.5, works_yard=0.8),
    "430211002": Character(0.6, 0.5, new=5, centre=1, campus=0.6, works_yard=0.8),
    "430211003": Character(0.0, -0.2, new=4, industry=3),
    "430211004": Character(-0.2, 0.8, new=4, campus=0.6, industry=0.6),
    "430211101": Character(0.2, -0.6, new=2, hill=0.7),
    "430211102": Character(-0.3, -0.9, works_yard=1, hill=0.9),
    "430211103": Character(-0.9, -0.9, works_yard=1, hill=0.9),
}

ZONES = ("old", "works_yard", "new", "industry", "centre", "campus", "hill")
DENSITY = {"old": 0.95, "works_yard": 1.1, "new": 1.05, "industry": 0.6, "centre": 0.9, "campus": 0.6, "hill": 0.4}


def of_subdistrict(code: str) -> Character:
    """Known subdistricts by code; any other takes after its district, or is plainly residential."""
    return SUBDISTRICTS.get(code) or DISTRICTS.get(code[:6]) or Character(0, 0, works_yard=3, new=3, centre=0.5)


def of_district(code: str) -> Character:
    return DISTRICTS.get(code) or Character(0.5, 0.0)


def density(character: Character) -> float:
    """Relative residents per cell of a mix of zones."""
    weights = [getattr(character, z) for z in ZONES]
    return sum(w * DENSITY[z] for w, z in zip(weights, ZONES, strict=True)) / (sum(weights) or 1.0)
