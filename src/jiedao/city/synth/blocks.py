"""Inside a cell: streets that cut it into blocks, and the junctions that they share with the through streets around."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from .lattice import STEPS, Cell, Edge, Lattice

# Half of the land a street takes (carriageway, walks and verges), and the carriageway, both in metres.
HALF = {
    "trunk": 21.0,
    "primary": 17.5,
    "secondary": 13.5,
    "tertiary": 9.5,
    "residential": 6.5,
    "living_street": 4.0,
    "alley": 2.2,
    "service": 2.5,
    "footway": 1.5,
    "steps": 1.5,
    "none": 0.0,
}
CARRIAGEWAY = {
    "trunk": 30.0,
    "primary": 24.0,
    "secondary": 18.0,
    "tertiary": 12.0,
    "residential": 7.5,
    "living_street": 5.0,
    "alley": 3.0,
    "service": 4.0,
    "footway": 2.0,
    "steps": 2.0,
    "none": 0.0,
}
NEAR = 13.0
FROM_CORNER = 4


@dataclass(frozen=True, slots=True)
class Grain:
    """How fine a zone is cut: block area in m², slant of the cuts (share of a side), street classes by depth."""

    area: float
    slant: float
    classes: tuple[str, ...]


GRAIN = {
    "old": Grain(2600, 0.16, ("residential", "living_street", "living_street", "alley")),
    "works_yard": Grain(11500, 0.05, ("residential", "residential", "living_street")),
    "new": Grain(21000, 0.0, ("tertiary", "residential", "residential")),
    "centre": Grain(10500, 0.03, ("tertiary", "residential", "living_street")),
    "campus": Grain(46000, 0.03, ("residential",)),
    "industry": Grain(48000, 0.0, ("tertiary", "residential")),
    "hill": Grain(1e9, 0.0, ()),
    "village": Grain(4600, 0.18, ("residential", "living_street", "living_street", "alley")),
    "rural": Grain(26000, 0.14, ("residential", "living_street")),
    "river": Grain(1e9, 0.0, ()),
    "rail": Grain(1e9, 0.0, ()),
}


@dataclass(slots=True, eq=False)
class Line:
    """A straight street from a to b (metres) with its junctions: share of the way → node."""

    a: complex
    b: complex
    highway: str
    edge: Edge | None = None
    stops: dict[float, int] = field(default_factory=dict)
    ends: tuple[int, int] = (0, 0)

    def at(self, f: float) -> complex:
        return self.a + (self.b - self.a) * f


Side = tuple[Line, float, float]


@dataclass(slots=True)
class Leaf:
    """A block. Corners and sides run south-west, south-east, north-east, north-west and S, E, N, W."""

    corners: tuple[complex, complex, complex, complex]
    sides: tuple[Side, Side, Side, Side]
    zone: str
    use: str = ""
    gates: list[tuple[int, int, complex]] = field(default_factory=list)
    """(side, node, point on the street)"""

    @property
    def area(self) -> float:
        sw, se, ne, nw = self.corners
        return abs(((ne - sw).conjugate() * (nw - se)).imag) / 2

    def ring(self) -> list[complex]:
        """The outline along the streets, with every junction on it."""
        out: list[complex] = []
        for k, (line, f0, f1) in enumerate(self.sides):
            fs = sorted(f for f in line.stops if f0 < f < f1)
            start, middle = self.corners[k], [line.at(f) for f in fs]
            out += [start, *(reversed(middle) if k > 1 else middle)]
        return out


class CellBlocks:
    """The streets and blocks of one cell; depends on the seed and the cell only, so neighbours can ask for it too."""

    def __init__(self, lattice: Lattice, cell: Cell, seed: int) -> None:
        self.cell = cell
        self.lattice = lattice
        self.zone = lattice.zone[cell]
        self.rng = random.Random((seed * 1_000_003 + cell[0]) * 1_000_003 + cell[1])
        self.next_node = lattice.node(*cell) + 1000
        self.lines: list[Line] = []
        self.leaves: list[Leaf] = []
        sw, se, ne, nw = lattice.corners(cell)
        s, e, n, w = lattice.sides(cell)
        around = [self._boundary(*args) for args in ((s, sw, se), (e, se, ne), (n, nw, ne), (w, sw, nw))]
        self.edges = around
        sides = tuple((line, 0.0, 1.0) for line in around)
        self._divide(Leaf((sw, se, ne, nw), sides, self.zone), 0)  # type: ignore[arg-type]

    def _boundary(self, edge: Edge, a: complex, b: complex) -> Line:
        highway = self.lattice.highway(edge) if self.lattice.is_open(edge) else "none"
        return Line(a, b, highway, edge)

    def new_node(self) -> int:
        self.next_node += 1
        return self.next_node

    def join(self, side: Side, share: float) -> tuple[float, int] | None:
        """A junction on a side near this share of it: (place on the line, node); None where no street can join."""
        line, f0, f1 = side
        if line.highway == "none":
            return None
        f = f0 + (f1 - f0) * share
        length = abs(line.b - line.a)
        for g in line.stops:
            if abs(g - f) * length < NEAR and f0 < g < f1:
                return g, line.stops[g]
        if line.edge:
            k = min(STEPS - FROM_CORNER, max(FROM_CORNER, round(f * STEPS)))
            f, node = k / STEPS, self.lattice.edge_node(line.edge, k)
        else:
            node = self.new_node()
        if not f0 < f < f1 or min(f - f0, f1 - f) * length < NEAR * 0.7:
            return None
        line.stops[f] = node
        return f, node

    def _divide(self, leaf: Leaf, depth: int) -> None:
        grain, rng = GRAIN[self.zone], self.rng
        sw, se, ne, nw = leaf.corners
        wide, tall = abs(se - sw) + abs(ne - nw), abs(nw - sw) + abs(ne - se)
        limit = grain.area * rng.uniform(0.75, 1.7)
        if leaf.area > limit and depth < 7:
            order = (True, False) if wide > tall * rng.uniform(0.85, 1.15) else (False, True)
            for upright in order:
                if self._cut(leaf, upright, depth):
                    return
        self.leaves.append(leaf)

    def _cut(self, leaf: Leaf, upright: bool, depth: int) -> bool:
        """Cut a block by a street from side to side; `upright` runs it north."""
        grain, rng = GRAIN[self.zone], self.rng
        south, east, north, west = leaf.sides
        low, high = (south, north) if upright else (west, east)
        share = rng.uniform(0.36, 0.64) if grain.slant or depth else rng.choice((0.5, 0.5, 0.4, 0.6))
        slant = rng.uniform(-grain.slant, grain.slant)
        start = self.join(low, min(0.72, max(0.28, share + slant / 2)))
        if not start:
            return False
        end = self.join(high, min(0.72, max(0.28, share - slant / 2)))
        if not end:
            return False
        a, b = low[0].at(start[0]), high[0].at(end[0])
        line = Line(a, b, grain.classes[min(depth, len(grain.classes) - 1)], None, {}, (start[1], end[1]))
        self.lines.append(line)
        new = (line, 0.0, 1.0)
        first, second = (low[0], low[1], start[0]), (low[0], start[0], low[2])
        third, fourth = (high[0], high[1], end[0]), (high[0], end[0], high[2])
        sw, se, ne, nw = leaf.corners
        if upright:
            parts = (
                Leaf((sw, a, b, nw), (first, new, third, west), leaf.zone),
                Leaf((a, se, ne, b), (second, east, fourth, new), leaf.zone),
            )
        else:
            parts = (
                Leaf((sw, se, b, a), (south, third, new, first), leaf.zone),
                Leaf((a, b, ne, nw), (new, fourth, north, second), leaf.zone),
            )
        for part in parts:
            self._divide(part, depth + 1)
        return True

    def ports(self, edge: Edge) -> dict[int, int]:
        """Junctions of this cell on one of its edges: step → node."""
        for line in self.edges:
            if line.edge == edge:
                return {round(f * STEPS): node for f, node in line.stops.items()}
        return {}
