"""Plots with buildings in rows: housing, works, schools, hospitals, offices; their lanes, walls and gates."""

from __future__ import annotations

from .blocks import CellBlocks, Leaf
from .draft import Draft, RawCompound
from .frame import Frame, Rect
from .names import NUMERALS, Name
from .styles import BUSY, PLOT_NAMES, STYLES, YEARS, Style, fits, plot


def _outline(frame: Frame, rect: Rect, shape: str, turn: int) -> list[complex]:
    """A footprint inside the rectangle: a bar, an L, or a tower with its four wings."""
    x0, y0, x1, y1 = rect
    w, d = x1 - x0, y1 - y0
    if shape == "ell" and w > 30 and d > 20:
        a, b = x0 + w * 0.3, y0 + d * 0.52
        pts = [(x0, y0), (a, y0), (a, b), (x1, b), (x1, y1), (x0, y1)]
        return frame.poly([(x0 + x1 - x, y) for x, y in reversed(pts)] if turn % 2 else pts)
    if shape == "tower":
        s, t = w * 0.16, d * 0.22
        pts = [(x0, y0 + t), (x0 + s, y0 + t), (x0 + s, y0), (x0 + w * 0.42, y0), (x0 + w * 0.42, y0 + t * 0.8)]
        pts += [(x0 + x1 - x, y) for x, y in reversed(pts)]
        return frame.poly([*pts, (x1, y1 - t * 0.5), (x1 - s, y1 - t * 0.5), (x1 - s, y1), (x0 + s, y1),
                           (x0 + s, y1 - t * 0.5), (x0, y1 - t * 0.5)])  # fmt: skip
    return frame.rect(rect)


def _along(x0: float, x1: float, style: Style, draft: Draft, shift: bool) -> list[tuple[float, float]]:
    """Buildings from x0 to x1 with the style's gap, evenly spread."""
    room, rng = x1 - x0, draft.rng
    low, high = style.length
    if room < low * 0.75:
        return [(x0, x1)] if room > (style.unit * 0.9 or low * 0.5) else []
    typical = rng.uniform(low, high)
    n = max(1, round((room + style.gap_x) / (typical + style.gap_x)))
    length = min(high * 1.1, (room - (n - 1) * style.gap_x) / n)
    while length < low * 0.75 and n > 1:
        n -= 1
        length = min(high * 1.1, (room - (n - 1) * style.gap_x) / n)
    spare = room - n * length
    gap = spare / (n - 1) if n > 1 else 0.0
    start = x0 if n > 1 else x0 + spare * (0.0 if shift else 1.0) * rng.uniform(0.3, 0.7)
    return [(start + k * (length + gap), start + k * (length + gap) + length) for k in range(n)]


class Precinct:
    """Lays out one plot. Rows run east, lanes lie north of each row, a spine runs north from the gate."""

    def __init__(self, draft: Draft, cell: CellBlocks, leaf: Leaf, block: int, kind: str) -> None:
        self.draft, self.cell, self.leaf, self.block, self.kind = draft, cell, leaf, block, kind
        self.style = STYLES[kind]
        self.frame = plot(leaf, self.style)
        self.low, self.high = self.frame.bottom + self.style.edge, self.frame.top - self.style.edge
        self.built = draft.rng.randint(*YEARS.get(kind, (2001, 2023)))
        self.rows: list[tuple[float, float]] = []

    def fits(self) -> bool:
        return fits(self.frame, self.style)

    def build(self, reserve: float = 0.0) -> RawCompound:
        """`reserve` keeps that share of the plot's east free (a sports ground)."""
        draft, f = self.draft, self.frame
        kind = "residential" if self.style.unit else self.kind
        name = draft.names.compound(self.kind) if self.style.unit else self._name()
        self.plot = draft.compound(self.leaf, self.block, kind, name, list(f.corners), self.built)
        self.plot.walled = self.style.walled
        self.plot.managed = self.kind != "slab" or draft.rng.random() < max(0.05, (self.built - 1978) / 30)
        self.address = draft.address(self.leaf, self.leaf.gates[0][0] if self.leaf.gates else 0)
        gates = [g for g in self.leaf.gates if g[0] in (0, 2)]
        x0, x1 = f.span(f.bottom, f.top)
        self.hug = x1 - x0 < 1.6 * self.style.length[0] + 9 + 2 * self.style.edge
        self.middle = f.local(gates[0][2]).real if gates else (x0 + x1) / 2
        self.middle = min(max(self.middle, x0 + 8), x1 - 8)
        if self.style.shops:
            self._frontages()
        self._rows(reserve)
        self._lanes()
        return self.plot

    def spine(self, y: float) -> float:
        """x of the lane that runs north: from the gate, or along the west wall of a narrow plot."""
        return self.frame.span(y, y)[0] + 3.2 if self.hug else self.middle

    def _name(self) -> Name:
        words = PLOT_NAMES.get(self.kind)
        if words is None:
            return self.draft.names.works()
        zh, en = words
        taken = sum(c.kind == self.kind for c in self.draft.compounds)
        if taken:
            zh, en = f"第{NUMERALS[min(taken, 9)]}{zh}", f"No. {taken + 1} {en}"
        return self.draft.names.local(zh, en)

    def _frontages(self) -> None:
        """A row of shops between the wall and a busy street, open at the gate."""
        for side in (0, 2):
            if self.leaf.sides[side][0].highway not in BUSY or self.high - self.low < 58:
                continue
            deep = self.draft.rng.uniform(9, 12)
            y0, y1 = (
                (self.frame.bottom, self.frame.bottom + deep) if side == 0 else (self.frame.top - deep, self.frame.top)
            )
            x0, x1 = self.frame.span(y0, y1)
            gates = [self.frame.local(g[2]).real for g in self.leaf.gates if g[0] == side]
            cuts = sorted([x0 + 1, x1 - 1, *(x for g in gates for x in (g - 6, g + 6))])
            for a, b in zip(cuts[::2], cuts[1::2], strict=False):
                if b - a > 12:
                    self._shop_row((a, y0, b, y1), side)
            if side == 0:
                self.low += deep + 4
            else:
                self.high -= deep + 4

    def _shop_row(self, rect: Rect, side: int) -> None:
        draft, rng = self.draft, self.draft.rng
        x0, y0, x1, y1 = rect
        n = max(1, round((x1 - x0) / 46))
        for k in range(n):
            a, b = x0 + (x1 - x0) * k / n, x0 + (x1 - x0) * (k + 1) / n - (0.4 if k < n - 1 else 0)
            shop = draft.building(
                self.frame.rect((a, y0, b, y1)), "shop", rng.choice((1, 2, 2)), self.block,
                compound=self.plot.id, built=self.built, address=self.address,
            )  # fmt: skip
            doors = max(1, round((b - a) / 11))
            for i in range(doors):
                if rng.random() < 0.6:
                    kind, zh, en = draft.names.shop()
                    at = self.frame.world(complex(a + (b - a) * (i + 0.5) / doors, y0 + 2 if side == 0 else y1 - 2))
                    draft.place(kind, (zh, en), at, shop)

    def _rows(self, reserve: float) -> None:
        s, f, rng = self.style, self.frame, self.draft.rng
        tall = self.high - self.low
        depth = min(rng.uniform(*s.depth), tall)
        n = max(1, int((tall + s.gap_y) / (depth + s.gap_y) + 0.2))
        if s.shape == "ell":
            depth = min(depth * 2.1, tall)
            n = max(1, int((tall + s.gap_y * 0.7) / (depth + s.gap_y * 0.7)))
        pitch = (tall - depth) / (n - 1) if n > 1 else 0.0
        first = self.low if n > 1 else self.low + (tall - depth) * 0.3
        number = 0
        for k in range(n):
            y0 = first + k * pitch
            y1 = y0 + depth
            x0, x1 = f.span(y0, min(y1 + 5, f.top))
            x0, x1 = x0 + (max(s.edge, 7.5) if self.hug else s.edge), x1 - s.edge
            x1 -= (x1 - x0) * reserve
            self.rows.append((y0, y1))
            m = self.middle
            parts = [(x0, m - 4.5), (m + 4.5, x1)] if not self.hug and x0 < m < x1 else [(x0, x1)]
            for a, b in parts:
                for xa, xb in _along(a, b, s, self.draft, bool(k % 2)):
                    if rng.random() < s.fill:
                        number += 1
                        self._body((xa, y0, xb, y1), number)

    def _body(self, rect: Rect, number: int) -> None:
        s, draft, f, rng = self.style, self.draft, self.frame, self.draft.rng
        x0, _, x1, y1 = rect
        units = max(1, round((x1 - x0) / s.unit)) if s.unit else 1
        doors = [f.world(complex(x0 + (x1 - x0) * (i + 0.5) / units, y1)) for i in range(units)]
        name = (f"{number}栋", f"Building {number}") if s.unit or number > 1 else self.plot.name
        draft.building(
            _outline(f, rect, s.shape, number), s.use, rng.randint(*s.storeys), self.block, style=self.kind,
            per_floor=s.per_floor, entrances=doors, compound=self.plot.id, built=self.built, name=name,
            address=f"{self.plot.name[0]}{number}栋" if s.unit else self.address,
        )  # fmt: skip

    def _lanes(self) -> None:
        """Lanes north of each row, one before the first where a gate needs it, and the spine that joins them."""
        f, s, node = self.frame, self.style, self.cell.new_node
        reach = min(3.2, s.edge - 1)
        y = [y1 + 3.2 if y1 + 4.5 < f.top else (y1 + f.top) / 2 for _, y1 in self.rows]
        south = [k for k, g in enumerate(self.leaf.gates) if g[0] == 0]
        aside = any(k > 0 or self.hug or abs(f.local(self.leaf.gates[k][2]).real - self.middle) > 2.5 for k in south)
        if s.loop or aside:
            y.insert(0, self.low - reach)
        crossing, east = [node() for _ in y], [node() for _ in y]
        west = crossing if self.hug else [node() for _ in y]
        spans = (f.span(t, t) for t in y)
        ends = [(a + (3.2 if self.hug else s.edge - reach), b - s.edge + reach) for a, b in spans]
        stops = [
            {a: w, self.spine(t): x, b: e} for t, x, w, e, (a, b) in zip(y, crossing, west, east, ends, strict=True)
        ]
        for side, at_node, point in self.leaf.gates:
            self._gate(side, at_node, point, y, stops)
        for t, at in zip(y, stops, strict=True):
            self._lane([(x, t) for x in sorted(at)], [at[x] for x in sorted(at)])
        if len(y) > 1:
            self._lane([(self.spine(t), t) for t in y], crossing)
            for k, nodes in ((0, west), (1, east))[self.hug : 2 * s.loop]:
                self._lane([(p[k], t) for p, t in zip(ends, y, strict=True)], nodes)
        if s.unit:
            self._yard(y, ends)

    def _lane(self, points: list[tuple[float, float]], nodes: list[int]) -> None:
        self.draft.lane(self.frame.poly(points), nodes, self.plot.id)

    def _gate(self, side: int, at_node: int, point: complex, y: list[float], stops: list[dict[float, int]]) -> None:
        """From the street through the wall to a place on the nearest lane, which is added to the lane's stops."""
        f, here = self.frame, self.frame.local(point)
        k = 0 if side == 0 else len(y) - 1 if side == 2 else min(range(len(y)), key=lambda i: abs(y[i] - here.imag))
        xs = sorted(stops[k])
        x = min(max(here.real, xs[0]), xs[-1])
        near = min(xs, key=lambda t: abs(t - x))
        if abs(near - x) < 2.5:
            x = near
        target = stops[k].setdefault(x, self.cell.new_node())
        inside = complex(x, y[k])
        upright = side in (0, 2)
        wall = complex(here.real, f.edge_y(here.real, side)) if upright else f.wall_between(here, inside, side)
        gate = self.cell.new_node()
        self.draft.lane([point, f.world(wall), f.world(inside)], [at_node, gate, target], self.plot.id)
        self.plot.gates.append((gate, f.world(wall)))

    def _yard(self, lanes: list[float], ends: list[tuple[float, float]]) -> None:
        """Waste stations, charging sheds, lamps and what else stands in a residential yard."""
        draft, f, rng, plot = self.draft, self.frame, self.draft.rng, self.plot.id
        flats = sum(len(b.entrances) * b.storeys * b.per_floor for b in draft.buildings if b.compound == plot)

        def put(kind: str, x: float, y: float, value: int = 0) -> None:
            draft.asset(kind, f.world(complex(x, y)), compound=plot, value=value)

        for k in range(max(1, round(flats / 260))):
            y = lanes[k % len(lanes)]
            put("sorting_station", self.spine(y) + 3.2, y + 1.5, 4 + 2 * (flats > 200))
        if rng.random() < (0.45 if self.kind == "slab" else 0.85):
            for k in range(max(1, round(flats / 400))):
                i = -1 - k % len(lanes)
                put("charging_shed", ends[i][0] + 2, lanes[i] + 1.5, 10 * rng.randint(1, 3))
        if rng.random() < 0.6:
            put("fitness", ends[0][1] - 3, lanes[0] + 1.5)
        for y, (a, b) in zip(lanes, ends, strict=True):
            n = round((b - a) / 28)
            for k in range(n):
                x = a + (b - a) * (k + 0.5) / n
                put("lamp", x, y + 1.3, 40)
                put("tree", x + 8, y + 1.6)
                put("manhole_sewage", x + 4, y)
