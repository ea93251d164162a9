"""The generated city: its areas at once, its communities one by one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from .divisions import english, zhuzhou
from .draft import edge_street
from .lattice import lonlat
from .layout import City, lay_out
from .model import Area, Chunk, Division, TurnRestriction
from .plan import Plan, Ward, draw
from .publish import publish

NO_TURN = 0.24


@dataclass(slots=True)
class SynthCity:
    """`areas` from the city down to communities; `river` is the water (lon, lat); `chunks()` may be called again."""

    population: int
    seed: int
    areas: list[Area]
    river: shapely.Polygon
    plan: Plan

    def chunks(self) -> Iterator[Chunk]:
        """One community after the other, in order of code; nothing of an earlier one is kept."""
        city = City(self.plan)
        by_code = {a.code: a for a in self.areas}
        for ward in sorted(self.plan.wards, key=lambda w: w.division.code):
            draft = lay_out(city, ward)
            yield publish(draft, by_code[ward.division.code], _restrictions(self.plan, ward))


def generate(population: int, seed: int, divisions: Sequence[Division] | None = None) -> SynthCity:
    """A city of this many people (5,000 to 4,000,000); the same arguments give the same city.

    `divisions` is the frame, parents before children; by default the four city districts of Zhuzhou. A small city
    keeps only a part of it. Raises ValueError for a population that the generator is not made for.
    """
    if not 3000 <= population <= 6_000_000:
        raise ValueError(f"population must be 3,000 … 6,000,000, not {population}")
    plan = draw(divisions or zhuzhou(), population, seed)
    return SynthCity(population, seed, _areas(plan), _river(plan), plan)


def _river(plan: Plan) -> shapely.Polygon:
    west, east = plan.lattice.water
    return shapely.Polygon(lonlat(np.concatenate((west, east[::-1]))))


def _polygon(plan: Plan, ward: Ward) -> shapely.Polygon | shapely.MultiPolygon:
    cells = [shapely.Polygon(lonlat(list(plan.lattice.corners(c)))) for c in ward.cells]
    return shapely.union_all(cells)


def _areas(plan: Plan) -> list[Area]:
    """Communities from their cells, everything above as the union of what is below."""
    shape = {w.division.code: _polygon(plan, w) for w in plan.wards}
    people = {w.division.code: w.population for w in plan.wards}
    rural = {w.division.code: w.rural for w in plan.wards}
    for level in ("subdistrict", "district", "city"):
        for d in (d for d in plan.divisions if d.level == level):
            below = [k.code for k in plan.divisions if k.parent == d.code and k.code in shape]
            shape[d.code] = shapely.union_all([shape[k] for k in below])
            people[d.code] = sum(people[k] for k in below)
            rural[d.code] = all(rural[k] for k in below)
    return [
        Area(d.code, d.level, d.name, english(d.name), d.parent, shape[d.code], people[d.code], rural[d.code])
        for d in plan.divisions
    ]


def _restrictions(plan: Plan, ward: Ward) -> list[TurnRestriction]:
    """A few forbidden left turns where wide streets cross: from the south into the west."""
    lat, rng, out = plan.lattice, random.Random(plan.seed * 6007 + ward.index), []
    for c, r in ward.cells:
        came, went = ("v", c, r - 1), ("h", c - 1, r)
        wide = all(lat.is_open(e) and lat.highway(e) in ("trunk", "primary", "secondary") for e in (came, went))
        if wide and rng.random() < NO_TURN:
            ids = edge_street(plan, came), edge_street(plan, went)
            out.append(TurnRestriction("no_left_turn", ids[0], lat.node(c, r), ids[1]))
    return out
