"""Which cell belongs to which community: districts, subdistricts and communities as nested groups of whole cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .lattice import Cell, Lattice

ANGLES = (0.0, 0.25, -0.25, 0.5, -0.5, 0.8, -0.8, 1.2, -1.2, math.pi / 2)


@dataclass(slots=True)
class Part:
    """A division that needs `cells` cells, wished at (x, y) among its siblings."""

    code: str
    cells: int
    x: float
    y: float
    parts: list[Part] = field(default_factory=list)


def _connected(cells: Sequence[Cell], step: Callable[[Cell], list[Cell]]) -> bool:
    left = set(cells)
    stack = [left.pop()]
    while stack:
        for n in step(stack.pop()):
            if n in left:
                left.remove(n)
                stack.append(n)
    return not left


class Partition:
    """Recursive cuts; each cut takes whole cells along a line and prefers one that leaves both halves in one piece."""

    def __init__(self, lattice: Lattice) -> None:
        self.lattice = lattice
        self.of: dict[Cell, str] = {}
        p = lattice.points
        centre = (p[:-1, :-1] + p[1:, :-1] + p[:-1, 1:] + p[1:, 1:]) / 4
        self.at = centre.tolist()
        self.rail = lattice.kinds.index("rail") if "rail" in lattice.kinds else -9

    def _step(self, cell: Cell) -> list[Cell]:
        """Neighbours on the same bank; the railway column is stepped over."""
        c, r = cell
        west, east = c - 1, c + 1
        return [(west - (west == self.rail), r), (east + (east == self.rail), r), (c, r - 1), (c, r + 1)]

    def _cut(self, cells: list[Cell], n: int, axis: complex) -> tuple[list[Cell], list[Cell], bool]:
        """The first n cells along the axis and the others, and whether both are in one piece."""
        for angle in ANGLES:
            way = (axis * complex(math.cos(angle), math.sin(angle))).conjugate()
            ranked = sorted(cells, key=lambda k: ((self.at[k[0]][k[1]] * way).real, k))
            if all(_connected(half, self._step) for half in (ranked[:n], ranked[n:])):
                return ranked[:n], ranked[n:], True
        low = self._grow(cells, n, axis)
        high = [c for c in cells if c not in low]
        return list(low), high, _connected(list(low), self._step) and _connected(high, self._step)

    def _grow(self, cells: list[Cell], n: int, axis: complex) -> set[Cell]:
        """n cells grown from the near end, each step leaving the others in one piece where that is possible."""
        ranked = sorted(cells, key=lambda k: ((self.at[k[0]][k[1]] * axis.conjugate()).real, k))
        rest, low = set(cells) - {ranked[0]}, {ranked[0]}
        while len(low) < n:
            edge = [c for c in ranked if c in rest and any(s in low for s in self._step(c))]
            fine = (c for c in edge if _connected(list(rest - {c}), self._step))
            taken = next(fine, None) or next(iter(edge), None) or next(c for c in ranked if c in rest)
            low.add(taken)
            rest.remove(taken)
        return low

    def _axes(self, cells: list[Cell]) -> tuple[complex, complex]:
        """East and north, the longer extent first."""
        where = [self.at[c][r] for c, r in cells]
        wide = max(z.real for z in where) - min(z.real for z in where)
        tall = max(z.imag for z in where) - min(z.imag for z in where)
        return (1 + 0j, 1j) if wide >= tall else (1j, 1 + 0j)

    def share(self, parts: list[Part], cells: list[Cell]) -> None:
        """Give each part exactly its number of cells, then the same inside it."""
        if len(parts) == 1:
            if parts[0].parts:
                self.share(parts[0].parts, cells)
            else:
                self.of.update(dict.fromkeys(cells, parts[0].code))
            return
        low, high, first, second = self._best(parts, cells)
        self.share(first, low)
        self.share(second, high)

    def _best(self, parts: list[Part], cells: list[Cell]) -> tuple[list[Cell], list[Cell], list[Part], list[Part]]:
        """The first cut that leaves two whole pieces: balanced ones first, then with a community a cell larger."""
        found = None
        for extra in (0,) if parts[0].parts else (0, 1, -1, 2, -2):
            for axis in self._axes(cells):
                ranked = sorted(parts, key=lambda p: ((p.x if axis == 1 else p.y), p.code))
                total = sum(p.cells for p in ranked)
                cuts = sorted(range(1, len(ranked)), key=lambda k: abs(2 * sum(p.cells for p in ranked[:k]) - total))
                for k in cuts[:6]:
                    first, second = ranked[:k], ranked[k:]
                    if not _can_give(first, -extra) or not _can_give(second, extra):
                        continue
                    low, high, whole = self._cut(cells, sum(p.cells for p in first) + extra, axis)
                    found = found or (low, high, first, second)
                    if whole:
                        _largest(first).cells += extra
                        _largest(second).cells -= extra
                        return low, high, first, second
        if found is None:
            raise ValueError("nothing to divide")
        return found


def _largest(parts: list[Part]) -> Part:
    return max(parts, key=lambda p: (p.cells, p.code))


def _can_give(parts: list[Part], n: int) -> bool:
    return _largest(parts).cells > n
