"""Draws the lattice: how far the city reaches, how its streets bend, which are wide, where bridges cross."""

from __future__ import annotations

import math

import numpy as np

from .lattice import Cell, Lattice

SPACING = 310.0
RAIL_WIDTH = 44.0
BANK = 40.0
"""Least width of the green bank between embankment and water."""
RAIL_FROM_CELLS = 60
RING_FROM_CELLS = 200
WIDE = ("trunk", "primary")


def whole(weights: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers ≥ 0 in proportion to the weights with this sum (largest remainders)."""
    exact = weights / weights.sum() * total
    part = np.floor(exact).astype(np.int64)
    part[np.argsort(part - exact, kind="stable")[: total - int(part.sum())]] += 1
    return part


def _row_lengths(n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
    """How many cells each row reaches from the river: a bulging outline with some noise."""
    rows = min(rows, n)
    y = (np.arange(rows) + 0.5) / rows * 2 - 1
    wave = sum(0.12 * np.sin(k * 2.1 * y + rng.uniform(0, 6.3)) for k in (1, 2, 4))
    return whole(np.sqrt(1.08 - y * y) * (1 + wave) + 0.15, n - rows) + 1


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


def _sums(widths: list[float], origin: int) -> np.ndarray:
    """Positions of lines with these distances; line `origin` is at 0."""
    at = np.concatenate(([0.0], np.cumsum(widths)))
    return at - at[origin]


def _banks(v: np.ndarray, half: float, rng: np.random.Generator) -> list[np.ndarray]:
    """West and east bank as complex points of the unbent plane, reaching beyond the city."""
    along = np.linspace(v[0] - 2 * half, v[-1] + 2 * half, 12 * len(v))
    water = half - BANK
    sway = [0.12 * np.sin(along / water / rng.uniform(2.2, 4.5) + rng.uniform(0, 6.3)) for _ in range(2)]
    return [side * water * (0.7 + s) + 1j * along for side, s in zip((-1, 1), sway, strict=True)]


def _bridges(cells: list[Cell], centre: int, row_class: list[str]) -> set[int]:
    """Row lines that cross the river: wide ones, or lesser ones where there would be fewer than two."""
    there = set(cells)
    both = [
        r for r in range(len(row_class)) if all((c, r) in there or (c, r - 1) in there for c in (centre - 1, centre))
    ]
    wide = [r for r in both if row_class[r] in WIDE]
    if len(wide) < 2:
        wide = [r for r in both if row_class[r] != "tertiary"]
    return set(wide or both[len(both) // 2 : len(both) // 2 + 1])


def _street_classes(kinds: list[str], rows: int, centre: int, ring: bool) -> tuple[list[str], list[str]]:
    """Of column lines and row lines; embankments are secondary, streets along the railway minor."""
    lines = len(kinds) + 1
    columns = _classes(lines, centre + 3, (round(lines * 0.1), round(lines * 0.86)) if ring else ())
    columns[centre - 1] = columns[centre + 1] = "secondary"
    if "rail" in kinds:
        k = kinds.index("rail")
        columns[k] = columns[k + 1] = "tertiary"
    return columns, _classes(rows + 1, rows // 2, (round(rows * 0.12), round(rows * 0.88)) if ring else ())


def build(west: int, east: int, spacing: float, rng: np.random.Generator) -> Lattice:
    """A lattice with this many land cells on each bank."""
    total = west + east
    rows = max(2, min(east, round(math.sqrt(1.2 * total))))
    reach_east = _row_lengths(east, rows, rng)
    reach_west = _row_lengths(west, max(1, min(rows, round(math.sqrt(2.6 * west)))), rng)
    first = (rows - len(reach_west) + 1) // 2
    most_west, most_east = int(reach_west.max()), int(reach_east.max())
    centre = most_west + 1
    rail = round(0.45 * most_east) if total >= RAIL_FROM_CELLS else 0

    half = float(np.clip(6.5 * math.sqrt(total), 75, 330)) + BANK
    widths = [*_widths(most_west, spacing, rng)[::-1], half, half, *_widths(most_east, spacing, rng)]
    kinds = ["land"] * most_west + ["river"] * 2 + ["land"] * most_east
    if rail:
        kinds.insert(centre + 1 + rail, "rail")
        widths.insert(centre + 1 + rail, RAIL_WIDTH)
    u, v = _sums(widths, centre), _sums(list(rng.permutation(_widths(rows, spacing, rng))), rows // 2)

    cells: list[Cell] = []
    for r in range(rows):
        if first <= r < first + len(reach_west):
            cells += [(c, r) for c in range(most_west - int(reach_west[r - first]), centre)]
        reach = int(reach_east[r])
        cells += [(c, r) for c in range(centre, centre + 1 + reach + (0 < rail < reach))]

    columns, row_class = _street_classes(kinds, rows, centre, total >= RING_FROM_CELLS)
    # The banks are bent together with the lattice, so that they stay between the embankments.
    grid = (u[:, None] + 1j * v[None, :]).ravel()
    bent = _warp(np.concatenate((grid, *_banks(v, half, rng))), rng)
    points = bent[: grid.size].reshape(len(u), rows + 1)
    water = bent[grid.size :].reshape(2, -1)
    return Lattice(kinds, points, cells, columns, row_class, centre, _bridges(cells, centre, row_class), water)
