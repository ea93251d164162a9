"""What each block of a community is used for, and where walled plots open their gates."""

from __future__ import annotations

import math
import random

from .blocks import CellBlocks, Leaf
from .frame import Frame
from .plan import Ward
from .styles import STYLES, fits, plot

PEOPLE_PER_HOUSEHOLD = 3.05
# Square metres of block for one household, before the storeys are fitted to the need.
ROOM = {"old": 120.0, "slab": 70.0, "mid": 80.0, "tower": 57.0, "hamlet": 800.0}
GATED = {
    *("slab", "mid", "tower", "factory", "school", "kindergarten", "hospital", "campus", "depot"),
    *("office", "mall", "market", "hotel", "green", "hill"),
}
# Facility → (people for one, wanted block area in m²).
FACILITIES = {
    "school": (8000, 16000),
    "kindergarten": (6000, 4500),
    "market": (12000, 6000),
    "hospital": (50000, 14000),
    "green": (5000, 7000),
}
CIVIC_SETBACK, CIVIC_DEPTH, CIVIC_WIDTH = 2.0, 14.0, 27.0
FIRST = ("school", "market", "hospital", "kindergarten")
"""What the first communities have in any case, so that the smallest city has one of each."""
OTHERS = {
    "works_yard": (("depot", 3), ("shops", 3), ("office", 2), ("green", 2), ("yard", 1)),
    "new": (("shops", 3), ("office", 3), ("green", 5), ("yard", 0.6)),
    "old": (("shops", 4), ("green", 2), ("office", 1)),
    "centre": (("mall", 4), ("office", 4), ("shops", 3), ("green", 1), ("hotel", 1)),
    "village": (("farm", 5), ("shops", 2), ("depot", 1), ("green", 1)),
    "rural": (("farm", 8), ("depot", 1)),
}
WORKS = (("factory", 5), ("depot", 5), ("shops", 2), ("green", 1))
HOME = {
    "works_yard": ("slab",),
    "new": ("tower", "tower", "mid"),
    "centre": ("slab", "mid"),
    "rural": ("hamlet",),
    "village": ("old",),
}


def _home(leaf: Leaf, rng: random.Random) -> str:
    if leaf.zone == "old":
        return "slab" if leaf.area > 2500 and rng.random() < 0.5 else "old"
    style = rng.choice(HOME[leaf.zone])
    return "mid" if style == "tower" and leaf.area < 9000 else "slab" if style == "mid" and leaf.area < 5500 else style


def _has_room(leaf: Leaf, use: str) -> bool:
    if use in STYLES:
        return fits(plot(leaf, STYLES[use]), STYLES[use])
    if use == "civic":
        f = Frame(leaf, CIVIC_SETBACK)
        x0, x1 = f.span(f.top - CIVIC_DEPTH, f.top)
        return f.ok and f.height >= CIVIC_DEPTH and x1 - x0 >= CIVIC_WIDTH
    return True


def _take(leaves: list[Leaf], use: str, area: float, rng: random.Random) -> Leaf | None:
    """The free block with room for the use that is nearest in size."""
    free = [leaf for leaf in leaves if not leaf.use and _has_room(leaf, use)]
    if not free:
        return None
    return min(free, key=lambda leaf: abs(math.log(leaf.area / area)) + rng.uniform(0, 0.4))


def _facilities(ward: Ward, leaves: list[Leaf], rng: random.Random) -> None:
    wanted = [("civic", 2600.0)]
    first = FIRST[ward.index] if ward.index < len(FIRST) else ""
    if first:
        wanted.append((first, float(FACILITIES[first][1])))
    for use, (people, wish) in FACILITIES.items():
        n = int(ward.population / people + rng.random() * (0.6 if ward.rural else 1))
        wanted += [(use, float(wish))] * (n - (use == first))
    room = max(2 if first and len(leaves) > 3 else int(len(leaves) > 1), len(leaves) // 3)
    for use, area in wanted[:room]:
        leaf = _take(leaves, use, area, rng)
        if leaf:
            leaf.use = use


def _fixed(leaf: Leaf, rng: random.Random) -> str:
    """Uses that follow from the zone alone."""
    if leaf.zone in ("river", "rail", "hill"):
        return leaf.zone
    if leaf.zone == "industry":
        return rng.choices(("factory", "depot", "green", "yard"), (8, 1, 0.6, 0.8))[0]
    return "campus" if leaf.zone == "campus" else ""


def assign(ward: Ward, cells: list[CellBlocks], rng: random.Random) -> None:
    """Fill in the `use` and the gates of all blocks."""
    leaves = [leaf for cell in cells for leaf in cell.leaves]
    for leaf in leaves:
        leaf.use = _fixed(leaf, rng)
    open_leaves = [leaf for leaf in leaves if not leaf.use]
    _facilities(ward, open_leaves, rng)
    homes = [leaf for leaf in open_leaves if not leaf.use]
    rng.shuffle(homes)
    styles = [_home(leaf, rng) for leaf in homes]
    room = sum(leaf.area / ROOM[s] for leaf, s in zip(homes, styles, strict=True))
    share = min(0.93, max(0.56, ward.population / PEOPLE_PER_HOUSEHOLD / max(room, 1) * 1.15))
    need, given = share * sum(leaf.area for leaf in homes), 0.0
    for leaf, style in zip(homes, styles, strict=True):
        home = given < need
        mix = WORKS if leaf.zone == "works_yard" and ward.character.industry >= 2 else OTHERS[leaf.zone]
        leaf.use = style if home else rng.choices([u for u, _ in mix], [n for _, n in mix])[0]
        given += leaf.area if home else 0.0
    for cell in cells:
        for leaf in cell.leaves:
            if leaf.use in GATED:
                _gates(cell, leaf, rng)
            elif leaf.use == "river":
                _promenade(cell, leaf)


def _gates(cell: CellBlocks, leaf: Leaf, rng: random.Random) -> None:
    """One gate, or two for large plots: on the south or north side, rather on the quieter street."""
    loud = {"trunk": 3, "primary": 2, "secondary": 1, "none": 9}
    order = sorted((0, 2), key=lambda k: loud.get(leaf.sides[k][0].highway, 0) + rng.random() * 1.5)
    wanted = 2 if leaf.area > 14000 and rng.random() < 0.7 else 1
    share = rng.uniform(0.38, 0.62)
    for k in (*order, 1, 3):
        if len(leaf.gates) == wanted or (leaf.gates and k in (1, 3)):
            break
        spot = cell.join(leaf.sides[k], share)
        if spot:
            leaf.gates.append((k, spot[1], leaf.sides[k][0].at(spot[0])))


def _promenade(cell: CellBlocks, leaf: Leaf) -> None:
    """Two ways down from the embankment to the riverside walk."""
    for k in (1, 3):
        for share in (0.2, 0.8):
            spot = cell.join(leaf.sides[k], share)
            if spot:
                leaf.gates.append((k, spot[1], leaf.sides[k][0].at(spot[0])))
