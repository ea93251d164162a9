"""From a population and a seed to the plan of the city: who lives where, which cells are whose, of what kind."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from . import character
from .divisions import choose, is_rural
from .lattice import Cell, Lattice
from .model import Division
from .partition import Part, Partition
from .trace import SPACING, build, whole

PEOPLE_PER_CELL = 1320
RURAL_PEOPLE_PER_CELL = 240
URBAN_VILLAGE_PEOPLE_PER_CELL = 750
HILL = 70.0
HOMES = ("works_yard", "new", "old")


@dataclass(slots=True)
class Ward:
    """One community in the plan."""

    division: Division
    index: int
    rural: bool
    outskirts: bool
    """under a 镇, not a 街道"""
    character: character.Character
    population: int = 0
    need: int = 1
    cells: list[Cell] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    seed: int
    divisions: list[Division]
    wards: list[Ward]
    lattice: Lattice
    hills: np.ndarray = field(default_factory=lambda: np.zeros(0, complex))
    """(n,) complex, centres"""

    def elevation(self, z: complex) -> float:
        """Metres above the river terrace: each hill is a bump with a standard deviation of 150 m."""
        return float(HILL * np.exp(-(np.abs(self.hills - z) ** 2) / (2 * 150.0**2)).sum())


def _weight(w: Ward, town: bool) -> float:
    """Residents relative to a dense urban community; a village under a 街道 is half swallowed by the city."""
    if w.rural:
        return 0.16 if town else 0.4
    return character.density(w.character) * (0.4 if town else 1)


def _wards(divisions: list[Division], population: int, rng: np.random.Generator) -> list[Ward]:
    towns = {d.code for d in divisions if d.level == "subdistrict" and d.name.endswith("镇")}
    wards = [
        Ward(d, k, is_rural(d), d.parent in towns, character.of_subdistrict(d.parent))
        for k, d in enumerate(d for d in divisions if d.level == "community")
    ]
    noise = np.exp(rng.normal(0, 0.18, len(wards)))
    weight = [_weight(w, w.outskirts) for w in wards]
    for w, people, share in zip(wards, whole(np.array(weight) * noise, population), weight, strict=True):
        w.population = int(people)
        per_cell = PEOPLE_PER_CELL * min(share, 1.2)
        if w.rural:
            per_cell = RURAL_PEOPLE_PER_CELL if w.outskirts else URBAN_VILLAGE_PEOPLE_PER_CELL
        w.need = max(1, round(w.population / per_cell))
    return wards


def _community_part(w: Ward, away: tuple[float, float], rng: random.Random) -> Part:
    """Villages are wished to the far side of their subdistrict."""
    pull = 1.0 if w.rural else -0.4
    x, y = (pull * a + rng.uniform(-0.9, 0.9) for a in away)
    return Part(w.division.code, w.need, x, y)


def _parts(divisions: list[Division], wards: list[Ward], rng: random.Random) -> list[Part]:
    by_parent: dict[str, list[Ward]] = defaultdict(list)
    for w in wards:
        by_parent[w.division.parent].append(w)
    districts = []
    for d in (d for d in divisions if d.level == "district"):
        here = character.of_district(d.code)
        subs = []
        for s in (s for s in divisions if s.parent == d.code):
            c = character.of_subdistrict(s.code)
            away = (math.copysign(1, here.x), 0.7 * math.copysign(1, here.y + 0.3 * c.y))
            kids = [_community_part(w, away, rng) for w in by_parent[s.code]]
            subs.append(Part(s.code, sum(k.cells for k in kids), c.x, c.y, kids))
        districts.append(Part(d.code, sum(s.cells for s in subs), here.x, here.y, subs))
    return districts


def _zones(w: Ward, n: int, rng: random.Random) -> list[str]:
    """A zone for each of n cells of a community, dwellings first."""
    if w.rural and not w.outskirts:
        return ["village", *rng.choices(("village", "rural", "industry", "new"), (6, 1, 1, 1), k=n - 1)]
    if w.rural:
        return ["rural" if k == 0 or rng.random() > 0.25 * w.character.hill else "hill" for k in range(n)]
    c = w.character
    homes = [getattr(c, z) for z in HOMES]
    homes = homes if sum(homes) else [1, 1, 0]
    others = [z for z in character.ZONES if z not in HOMES]
    heavy = [getattr(c, z) for z in others]
    share = min(0.42, sum(heavy) / (sum(heavy) + sum(homes)) + 0.06)
    out: list[str] = []
    for _ in range(n):
        special = len(out) > 0 and rng.random() < share
        special = special and sum(z in others for z in out) < 0.4 * n
        out.append(rng.choices(others if special else HOMES, heavy if special else homes)[0])
    return out


def _zone_cells(w: Ward, lat: Lattice, rng: random.Random) -> None:
    """Old quarters go to the cells nearest to the river, hills and works to the farthest."""
    order = ("old", "centre", "works_yard", "new", "village", "campus", "industry", "hill", "rural")
    centre = lat.centre_line
    land = sorted((c for c in w.cells if lat.kinds[c[0]] == "land"), key=lambda c: (abs(c[0] - centre), c[1]))
    zones = sorted(_zones(w, len(land), rng), key=order.index)
    lat.zone.update(zip(land, zones, strict=True))


def _merge_open_land(lat: Lattice, rng: random.Random) -> None:
    """Join pairs of like cells across a minor street; a cell joins once, so that the streets stay connected."""
    done: set[Cell] = set()
    for c, r in lat.cells:
        for edge, other in ((("h", c, r), (c, r - 1)), (("v", c, r), (c - 1, r))):
            zone = lat.zone.get((c, r))
            if (
                zone in ("hill", "industry", "campus", "rural")
                and zone == lat.zone.get(other)
                and lat.owner[c, r] == lat.owner[other]
                and lat.highway(edge) == "tertiary"
                and not done & {(c, r), other}
                and rng.random() < (0.95 if zone == "hill" else 0.55)
            ):
                lat.merged.add(edge)
                done |= {(c, r), other}


def draw(frame: Sequence[Division], population: int, seed: int) -> Plan:
    """The whole plan, small in memory: streets and buildings follow community by community."""
    rng, dice = np.random.default_rng([seed, population]), random.Random(seed * 1_000_003 + population)
    divisions = choose(frame, population)
    wards = _wards(divisions, population, rng)
    districts = _parts(divisions, wards, dice)
    west = [d for d in districts if d.x < 0] or districts[:1]
    east = [d for d in districts if d not in west]
    if not east:
        raise ValueError("the frame needs divisions on both banks of the river (district x < 0 and x > 0)")
    n_west, n_east = (sum(d.cells for d in side) for side in (west, east))
    spacing = SPACING * min(1.0, max(0.72, math.sqrt(population / (n_west + n_east) / PEOPLE_PER_CELL)))
    lat = build(n_west, n_east, spacing, rng)

    partition = Partition(lat)
    land = [c for c in lat.cells if lat.kinds[c[0]] == "land"]
    partition.share(west, [c for c in land if c[0] < lat.centre_line])
    partition.share(east, [c for c in land if c[0] >= lat.centre_line])
    index = {w.division.code: w.index for w in wards}
    for c, r in lat.cells:
        away = 1 if lat.kinds[c] == "land" else (-1 if c < lat.centre_line or lat.kinds[c] == "rail" else 1)
        home = (c, r) if lat.kinds[c] == "land" else (c + away, r)
        lat.owner[c, r] = index[partition.of[home]]
        wards[lat.owner[c, r]].cells.append((c, r))
        if lat.kinds[c] != "land":
            lat.zone[c, r] = lat.kinds[c]
    for w in wards:
        _zone_cells(w, lat, random.Random(seed * 7919 + w.index))
    _merge_open_land(lat, dice)
    hills = [sum(lat.corners(c)) / 4 for c, zone in lat.zone.items() if zone == "hill"]
    return Plan(seed, divisions, wards, lat, np.array(hills, dtype=complex))
