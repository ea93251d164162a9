"""A block's own frame: x along its rows (about east), y across them; everything inside is laid out in metres there."""

from __future__ import annotations

from .blocks import HALF, Leaf

LEAST = 3.0
"""Shortest side of a plot in metres."""

Rect = tuple[float, float, float, float]


def _meet(p: complex, d: complex, q: complex, e: complex) -> complex | None:
    """Where the lines p + s·d and q + t·e cross."""
    cross = (d.conjugate() * e).imag
    if abs(cross) < 1e-9:
        return None
    return p + d * (((q - p).conjugate() * e).imag / cross)


def inset(corners: tuple[complex, ...], by: tuple[float, ...]) -> tuple[complex, ...] | None:
    """A convex quadrilateral with each side moved inward; None where nothing is left."""
    moved = []
    for k in range(4):
        a, b = corners[k], corners[(k + 1) % 4]
        d = (b - a) / (abs(b - a) or 1.0)
        moved.append((a + 1j * d * by[k], d))
    out = []
    for k in range(4):
        (p, d), (q, e) = moved[k - 1], moved[k]
        z = _meet(p, d, q, e)
        if z is None:
            return None
        out.append(z)
    for k in range(4):
        was, now, then = (
            (corners[(k + 1) % 4] - corners[k]),
            out[(k + 1) % 4] - out[k],
            out[(k + 2) % 4] - out[(k + 1) % 4],
        )
        if (now * was.conjugate()).real < LEAST * abs(was) or (now.conjugate() * then).imag <= 0:
            return None
    return tuple(out)


class Frame:
    """`q` are the corners of the plot (block less streets and setback) in the frame; None of it may be crossed."""

    def __init__(self, leaf: Leaf, setback: float | tuple[float, float, float, float] = 2.0) -> None:
        back = setback if isinstance(setback, tuple) else (setback,) * 4
        by = tuple(HALF[side[0].highway] + s for side, s in zip(leaf.sides, back, strict=True))
        plot = inset(leaf.corners, by)
        self.ok = plot is not None
        self.corners = plot or leaf.corners
        sw, se, ne, nw = self.corners
        east = (se - sw) + (ne - nw)
        self.axis = east / abs(east)
        self.origin = sw
        self.q = tuple(self.local(z) for z in self.corners)
        self.bottom = max(self.q[0].imag, self.q[1].imag)
        self.top = min(self.q[2].imag, self.q[3].imag)
        self.height = self.top - self.bottom

    def local(self, z: complex) -> complex:
        return (z - self.origin) * self.axis.conjugate()

    def world(self, z: complex) -> complex:
        return self.origin + z * self.axis

    def span(self, y0: float, y1: float) -> tuple[float, float]:
        """The widest x range that lies inside the plot over y0…y1."""
        sw, se, ne, nw = self.q

        def cross(a: complex, b: complex, y: float) -> float:
            t = (y - a.imag) / ((b.imag - a.imag) or 1e-9)
            return a.real + (b.real - a.real) * t

        return max(cross(sw, nw, y0), cross(sw, nw, y1)), min(cross(se, ne, y0), cross(se, ne, y1))

    def edge_y(self, x: float, side: int) -> float:
        """y of the plot's south (0) or north (2) side at x."""
        a, b = (self.q[0], self.q[1]) if side == 0 else (self.q[3], self.q[2])
        return a.imag + (b.imag - a.imag) * (x - a.real) / (b.real - a.real)

    def wall_between(self, outside: complex, inside: complex, side: int) -> complex:
        """Where the way from outside to inside passes the plot's east (1) or west (3) side."""
        a, b = (self.q[1], self.q[2]) if side == 1 else (self.q[0], self.q[3])
        return _meet(outside, inside - outside, a, b - a) or inside

    def rect(self, r: Rect) -> list[complex]:
        x0, y0, x1, y1 = r
        return [self.world(complex(x, y)) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]

    def poly(self, points: list[tuple[float, float]]) -> list[complex]:
        return [self.world(complex(x, y)) for x, y in points]

    def bilinear(self, a: float, b: float) -> complex:
        """Point at shares a (east) and b (north) of the plot, in the city's metres."""
        sw, se, ne, nw = self.corners
        south, north = sw + (se - sw) * a, nw + (ne - nw) * a
        return south + (north - south) * b
