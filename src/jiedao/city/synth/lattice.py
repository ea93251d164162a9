"""The skeleton: a lattice of through streets bent along the river, its cells, its edges and the ids of their nodes.

Plane coordinates are complex numbers in metres (east + north·i) about the centre of the city. Column lines run north,
row lines east; cell (c, r) lies between lines c, c+1 and r, r+1. Two columns of river cells hold the water between
the embankments, one narrow column the railway. Edges are ("h", c, r), eastward from point (c, r), and ("v", c, r),
northward.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

LON, LAT = 113.13, 27.83
STEPS = 32

Edge = tuple[str, int, int]
Cell = tuple[int, int]


def _degrees() -> complex:
    """Metres per degree of longitude (real) and latitude (imaginary) on the WGS-84 ellipsoid at the centre."""
    p = math.radians(LAT)
    east = 111412.84 * math.cos(p) - 93.5 * math.cos(3 * p)
    north = 111132.92 - 559.82 * math.cos(2 * p) + 1.175 * math.cos(4 * p)
    return complex(east, north)


SCALE = _degrees()


def lonlat(z: np.ndarray | list[complex]) -> np.ndarray:
    """(n,) complex metres → (n, 2) degrees."""
    z = np.asarray(z, dtype=complex)
    return np.column_stack((LON + z.real / SCALE.real, LAT + z.imag / SCALE.imag))


@dataclass(slots=True)
class Lattice:
    kinds: list[str]
    """of each column: land, river, rail"""
    points: np.ndarray
    """(column lines, row lines) complex"""
    cells: list[Cell]
    column_class: list[str]
    row_class: list[str]
    centre_line: int
    bridges: set[int]
    water: np.ndarray
    """(2, k) complex: west and east bank, northward"""
    owner: dict[Cell, int] = field(default_factory=dict)
    zone: dict[Cell, str] = field(default_factory=dict)
    merged: set[Edge] = field(default_factory=set)
    plain: list[list[complex]] = field(init=False)
    """points as Python numbers, for the many single look-ups"""

    def __post_init__(self) -> None:
        self.plain = self.points.tolist()

    def corners(self, cell: Cell) -> tuple[complex, complex, complex, complex]:
        c, r = cell
        p = self.plain
        return p[c][r], p[c + 1][r], p[c + 1][r + 1], p[c][r + 1]

    def sides(self, cell: Cell) -> tuple[Edge, Edge, Edge, Edge]:
        """South, east, north, west."""
        c, r = cell
        return ("h", c, r), ("v", c + 1, r), ("h", c, r + 1), ("v", c, r)

    def faces(self, edge: Edge) -> tuple[Cell, Cell]:
        """The cell ahead (north or east) and the one behind (south or west), whether or not they exist."""
        kind, c, r = edge
        return (c, r), ((c, r - 1) if kind == "h" else (c - 1, r))

    def ends(self, edge: Edge) -> tuple[complex, complex]:
        kind, c, r = edge
        return self.plain[c][r], (self.plain[c + 1][r] if kind == "h" else self.plain[c][r + 1])

    def end_nodes(self, edge: Edge) -> tuple[int, int]:
        kind, c, r = edge
        return self.node(c, r), (self.node(c + 1, r) if kind == "h" else self.node(c, r + 1))

    def node(self, c: int, r: int) -> int:
        return (c * self.points.shape[1] + r + 1) * 1_000_000

    def edge_node(self, edge: Edge, k: int) -> int:
        """Node of step k (1…STEPS-1) along an edge."""
        kind, c, r = edge
        return self.node(c, r) + k + (0 if kind == "h" else 100)

    def point(self, edge: Edge, k: int) -> complex:
        a, b = self.ends(edge)
        return a + (b - a) * (k / STEPS)

    def highway(self, edge: Edge) -> str:
        kind, c, r = edge
        return self.row_class[r] if kind == "h" else self.column_class[c]

    def keeper(self, edge: Edge) -> Cell | None:
        """The cell whose community answers for the edge: the one ahead, else the one behind; land before water."""
        there = [f for f in self.faces(edge) if f in self.owner]
        there.sort(key=lambda f: self.kinds[f[0]] != "land")
        return there[0] if there else None

    def is_bridge(self, edge: Edge) -> bool:
        return edge[0] == "h" and self.kinds[edge[1]] == "river"

    def is_open(self, edge: Edge) -> bool:
        """Whether a street runs along the edge."""
        kind, c, r = edge
        if edge in self.merged or not any(f in self.owner for f in self.faces(edge)):
            return False
        if kind == "v":
            return c != self.centre_line
        if self.kinds[c] == "river":
            return r in self.bridges
        return self.kinds[c] == "land" or self.row_class[r] != "tertiary"
