"""The skeleton: a lattice of through streets bent along the river, its cells, its edges and the ids of their nodes.

Plane coordinates are complex numbers in metres (east + north·i) about the centre of the city. Column lines run north,
row lines east; cell (c, r) lies between lines c, c+1 and r, r+1. Two columns of river cells hold the water between the
embankments, one narrow column the railway. Edges are ("h", c, r), eastward from point (c, r), and ("v", c, r), northward.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

LON, LAT = 113.13, 27.83
STEPS = 32
SPACING = 310.0
RAIL_WIDTH = 44.0
RAIL_FROM_CELLS = 60
RING_FROM_CELLS = 200
CLASSES = ("trunk", "primary", "secondary", "tertiary")

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
    plain: list[list[complex]] = field(default_factory=list)
    """points as Python numbers, for the many single look-ups"""

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


def _shares(weights: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers ≥ 1 in proportion to the weights, with this sum (largest remainders)."""
    rest = total - len(weights)
    exact = weights / weights.sum() * rest
    part = np.floor(exact).astype(int)
    part[np.argsort(part - exact, kind="stable")[: rest - part.sum()]] += 1
    return part + 1


def _row_lengths(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
    """How many cells each row reaches from the river: a bulging outline with some noise."""
    rows = min(rows, n)
    y = (np.arange(rows) + 0.5) / rows * 2 - 1
    wave = sum(0.12 * np.sin(k * 2.1 * y + rng.uniform(0, 6.3)) for k in (1, 2, 4))
    return _shares(np.sqrt(1.08 - y * y) * (1 + wave) + 0.15, n)


def _widths(n: int, spacing: float, rng: np.random.Generator) -> np.ndarray:
    """Distances of through streets: varied, closer near the middle of the sequence's start."""
    out = np.linspace(0.88, 1.12, n) if n > 3 else np.ones(n)
    return spacing * out * np.exp(rng.normal(0, 0.17, n)).clip(0.74, 1.34)


def _warp(w: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A conformal bend (streets keep crossing at right angles) with meanders and a little unevenness on top."""
    size = max(np.abs(w.real).max(), np.abs(w.imag).max())
    s = w / size
    second = 0.08 * np.exp(1j * rng.uniform(-0.6, 0.6)) * rng.choice([-1, 1])
    third = 0.08 * np.exp(1j * (math.pi / 2 * rng.choice([-1, 1]) + rng.uniform(-0.4, 0.4)))
    z = s + second * s**2 + third * s**3
    phase = rng.uniform(0, 6.3)
    z = z + 0.05 * np.sin(rng.uniform(5.0, 6.5) * s.imag + phase) * np.exp(-((s.real / 0.7) ** 2))
    a, b = rng.uniform(0, 6.3, 2)
    z = z + 0.012 * np.sin(5 * s.real + 4 * s.imag + a) + 0.012j * np.sin(6 * s.real - 3 * s.imag + b)
    return z * size * np.exp(1j * rng.uniform(-0.16, 0.16))


def _classes(n: int, middle: int, ring: tuple[int, ...] = ()) -> list[str]:
    """Street class of n lines: every fourth from the middle primary, between them secondary, others tertiary."""
    names = ("primary", "tertiary", "secondary", "tertiary")
    return ["trunk" if k in ring else names[(k - middle) % 4] for k in range(n)]


def build(west: int, east: int, spacing: float, rng: np.random.Generator) -> Lattice:
    """A lattice with this many land cells on each bank."""
    total = west + east
    rows = max(2, min(east, round(math.sqrt(1.2 * total))))
    reach_east = _row_lengths(east, rows, rng)
    reach_west = _row_lengths(west, max(1, min(rows, round(math.sqrt(2.6 * west)))), rng)
    first = (rows - len(reach_west) + 1) // 2
    most_west, most_east = int(reach_west.max()), int(reach_east.max())
    rail_after = round(0.45 * most_east) if total >= RAIL_FROM_CELLS else None

    kinds = ["land"] * most_west + ["river", "river"] + ["land"] * most_east
    if rail_after:
        kinds.insert(most_west + 2 + rail_after, "rail")
    half_river = float(np.clip(6.5 * math.sqrt(total), 75, 330)) + 40
    ew, ww = _widths(most_east, spacing, rng), _widths(most_west, spacing, rng)[::-1]
    widths = [*ww, half_river, half_river, *ew]
    if rail_after:
        widths.insert(most_west + 2 + rail_after, RAIL_WIDTH)
    heights = _widths(rows, spacing, rng)
    rng.shuffle(heights)
    u = np.concatenate(([0.0], np.cumsum(widths)))
    u -= u[most_west + 1]
    v = np.concatenate(([0.0], np.cumsum(heights)))
    v -= v[rows // 2]

    cells: list[Cell] = []
    for r in range(rows):
        if first <= r < first + len(reach_west):
            n = int(reach_west[r - first])
            cells += [(c, r) for c in range(most_west - n, most_west + 1)]
        n = int(reach_east[r])
        n += bool(rail_after and n > rail_after)
        cells += [(c, r) for c in range(most_west + 1, most_west + 2 + n)]
    return _finish(kinds, u, v, cells, most_west + 1, half_river, rng, total >= RING_FROM_CELLS)


def _finish(
    kinds: list[str],
    u: np.ndarray,
    v: np.ndarray,
    cells: list[Cell],
    centre: int,
    half_river: float,
    rng: np.random.Generator,
    ring: bool,
) -> Lattice:
    lines, rows = len(u), len(v) - 1
    # The banks are warped together with the lattice, so that they stay between the embankments.
    vb = np.linspace(v[0] - 2 * half_river, v[-1] + 2 * half_river, 12 * rows + 1)
    water = half_river - 40
    sway = [0.12 * np.sin(vb / water / rng.uniform(2.2, 4.5) + rng.uniform(0, 6.3)) for _ in range(2)]
    banks = [-water * (0.7 + sway[0]), water * (0.7 + sway[1])]
    grid = (u[:, None] + 1j * v[None, :]).ravel()
    warped = _warp(np.concatenate((grid, *(b + 1j * vb for b in banks))), rng)
    points = warped[: grid.size].reshape(lines, rows + 1)
    column_class = _classes(lines, centre + 3, (round(lines * 0.1), round(lines * 0.86)) if ring else ())
    row_class = _classes(rows + 1, rows // 2, (round(rows * 0.12), round(rows * 0.88)) if ring else ())
    column_class[centre - 1] = column_class[centre + 1] = "secondary"
    if "rail" in kinds:
        k = kinds.index("rail")
        column_class[k] = column_class[k + 1] = "tertiary"
    there = set(cells)

    def crosses(r: int) -> bool:
        return all(((c, r) in there or (c, r - 1) in there) for c in (centre - 1, centre))

    both = [r for r in range(rows + 1) if crosses(r)]
    wide = [r for r in both if row_class[r] in ("trunk", "primary")]
    if len(wide) < 2:
        wide = [r for r in both if row_class[r] != "tertiary"]
    bridges = set(wide or both[len(both) // 2 : len(both) // 2 + 1])
    lattice = Lattice(
        kinds, points, cells, column_class, row_class, centre, bridges, warped[grid.size :].reshape(2, -1)
    )
    lattice.plain = points.tolist()
    return lattice
