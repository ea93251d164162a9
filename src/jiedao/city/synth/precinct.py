"""Plots with buildings in rows: housing slabs, towers, works, schools, hospitals, offices; lanes, wall and gates with them."""

from __future__ import annotations

from dataclasses import dataclass

from .blocks import CellBlocks, Leaf
from .draft import Draft, RawCompound
from .frame import Frame, Rect

BUSY = ("trunk", "primary", "secondary", "tertiary")
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Style:
    """How a plot is built over: sizes and gaps in metres, `unit` the width of one stairwell (0: no dwellings)."""

    use: str
    depth: Range
    length: Range
    gap_x: float
    gap_y: float
    storeys: tuple[int, int]
    unit: float = 0.0
    per_floor: int = 0
    edge: float = 5.0
    walled: bool = True
    loop: bool = False
    fill: float = 1.0
    shape: str = "bar"
    shops: bool = False


STYLES = {
    "slab": Style("residential", (10.5, 12.5), (30, 62), 9, 17, (5, 7), unit=16, per_floor=2, shops=True, fill=0.96),
    "mid": Style(
        "residential", (13, 15), (30, 50), 14, 26, (9, 14), unit=22, per_floor=2, edge=9, loop=True, shops=True
    ),
    "tower": Style(
        *("residential", (18, 21), (25, 31), 22, 33, (18, 28)),
        **{"unit": 28, "per_floor": 4, "edge": 10, "loop": True, "shape": "tower", "shops": True},
    ),
    "factory": Style("factory", (28, 46), (55, 120), 14, 16, (1, 2), edge=9, loop=True, fill=0.85),
    "depot": Style("workshop", (14, 22), (28, 60), 10, 11, (1, 3), fill=0.8),
    "campus": Style("university", (15, 19), (48, 80), 20, 30, (4, 6), edge=10, loop=True, shape="ell", fill=0.85),
    "school": Style("school", (11, 13), (36, 60), 12, 20, (3, 5), edge=6, shape="ell"),
    "kindergarten": Style("kindergarten", (11, 14), (22, 36), 10, 16, (2, 3), edge=6, shape="ell"),
    "hospital": Style("hospital", (16, 20), (38, 60), 16, 20, (4, 14), edge=8, shape="ell"),
    "office": Style("office", (20, 27), (24, 36), 18, 24, (6, 22), edge=6, walled=False, fill=0.8, shops=True),
    "hotel": Style("hotel", (16, 20), (40, 60), 18, 30, (7, 16), edge=8, walled=False, fill=0.7, shops=True),
    "mall": Style("shop", (38, 58), (50, 90), 14, 18, (3, 6), edge=7, walled=False),
    "market": Style("market", (18, 26), (36, 60), 8, 9, (1, 2), edge=5, walled=False),
}


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
        self.frame = Frame(leaf, 2.5 if self.style.walled else 3.5)
        self.low, self.high = self.frame.bottom + self.style.edge, self.frame.top - self.style.edge
        self.built = self._year()
        self.rows: list[tuple[float, float]] = []
        self.entry = {0: 1.8, 2: 1.8}

    def _year(self) -> int:
        low, high = {"slab": (1972, 1999), "old": (1950, 1975), "factory": (1958, 2018)}.get(self.kind, (2001, 2023))
        return self.draft.rng.randint(low, high)

    def fits(self) -> bool:
        f, s = self.frame, self.style
        if not f.ok or self.high - self.low < s.depth[0]:
            return False
        x0, x1 = f.span(self.low, self.low + s.depth[0])
        return x1 - x0 - 2 * s.edge > s.length[0] * 0.75

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
        self._lanes(gates)
        return self.plot

    def spine(self, y: float) -> float:
        """x of the lane that runs north: from the gate, or along the west wall of a narrow plot."""
        return self.frame.span(y, y)[0] + 3.2 if self.hug else self.middle

    def _name(self) -> tuple[str, str]:
        words = {
            "school": ("小学", "Primary School"),
            "kindergarten": ("幼儿园", "Kindergarten"),
            "hospital": ("医院", "Hospital"),
            "market": ("农贸市场", "Farmers' Market"),
            "campus": ("职业学院", "Vocational College"),
            "mall": ("商业广场", "Shopping Centre"),
            "office": ("商务楼", "Business Park"),
            "hotel": ("宾馆", "Hotel"),
        }
        if self.kind not in words:
            return self.draft.names.works()
        name = self.draft.names.local(*words[self.kind])
        taken = sum(c.kind == self.kind for c in self.draft.compounds)
        if taken and self.kind in ("school", "kindergarten", "market", "hospital", "campus"):
            return name[0].replace(
                words[self.kind][0], f"第{'一二三四五六七八九十'[min(taken, 9)]}{words[self.kind][0]}"
            ), (f"{name[1]} No. {taken + 1}")
        return name

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
            self.entry[side] = deep + 2
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
        depth = rng.uniform(*s.depth)
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

    def _lanes(self, gates: list[tuple[int, int, complex]]) -> None:
        draft, f, s, node = self.draft, self.frame, self.style, self.cell.new_node
        reach = min(3.2, s.edge - 1)
        heights = [y1 + 3.2 if y1 + 4.5 < f.top else y1 + (f.top - y1) / 2 for _, y1 in self.rows]
        if s.loop and self.rows:
            heights.insert(0, self.low - reach)
        crossing, east = [node() for _ in heights], [node() for _ in heights]
        west = crossing if self.hug else [node() for _ in heights]
        ends = [f.span(y, y) for y in heights]
        ends = [(a + (3.2 if self.hug else s.edge - reach), b - s.edge + reach) for a, b in ends]
        for y, x, w, e, (a, b) in zip(heights, crossing, west, east, ends, strict=True):
            way = [(a, w), (self.spine(y), x), (b, e)][self.hug :]
            draft.lane([f.world(complex(t, y)) for t, _ in way], [n for _, n in way], self.plot.id)
        if len(heights) > 1:
            draft.lane([f.world(complex(self.spine(y), y)) for y in heights], crossing, self.plot.id)
            if s.loop:
                for k, side in ((0, west), (1, east))[self.hug :]:
                    draft.lane(
                        [f.world(complex(p[k], y)) for p, y in zip(ends, heights, strict=True)], side, self.plot.id
                    )
        for side, at_node, point in self.leaf.gates:
            self._gate(side, at_node, point, heights, crossing, (west, east), ends)
        self._yard(heights, ends)

    def _gate(self, side, at_node, point, heights, crossing, tips, ends) -> None:  # type: ignore[no-untyped-def]
        """From the street through the wall to the first lane."""
        f, draft = self.frame, self.draft
        here = f.local(point)
        if side in (0, 2):
            k = 0 if side == 0 else len(heights) - 1
            wall = f.bottom if side == 0 else f.top
            path = [complex(here.real, wall), complex(self.spine(heights[k]), heights[k])]
            turn = wall + (self.entry[side] if side == 0 else -self.entry[side])
            if abs(here.real - self.spine(turn)) > 3:
                path[1:1] = [complex(here.real, turn), complex(self.spine(turn), turn)]
            target = crossing[k]
        else:
            k = min(range(len(heights)), key=lambda i: abs(heights[i] - here.imag))
            far = side == 1
            end = ends[k][far]
            wall = f.span(here.imag, here.imag)[far]
            path = [
                complex(wall, here.imag),
                complex(end + (1.2 if far else -1.2), here.imag),
                complex(end, heights[k]),
            ]
            target = tips[far][k]
        gate_node = self.cell.new_node()
        world = [point, *(f.world(z) for z in path)]
        draft.lane(world, [at_node, gate_node, *[0] * (len(path) - 2), target], self.plot.id)
        self.plot.gates.append((gate_node, world[1]))

    def _yard(self, heights: list[float], ends: list[tuple[float, float]]) -> None:
        """Waste station, charging shed and what else stands in a yard."""
        if not self.style.unit or not heights:
            return
        draft, f, rng = self.draft, self.frame, self.draft.rng
        flats = sum(len(b.entrances) * b.storeys * b.per_floor for b in draft.buildings if b.compound == self.plot.id)
        for k in range(max(1, round(flats / 260))):
            i = k % len(heights)
            draft.asset(
                "sorting_station",
                f.world(complex(self.spine(heights[i]) + 3.2, heights[i] + 1.5)),
                compound=self.plot.id,
                value=4 + 2 * (flats > 200),
            )
        if rng.random() < (0.45 if self.kind == "slab" else 0.85):
            for k in range(max(1, round(flats / 400))):
                i = -1 - k % len(heights)
                at = f.world(complex(ends[i][0] + 2, heights[i] + 1.5))
                draft.asset("charging_shed", at, compound=self.plot.id, value=10 * rng.randint(1, 3))
        if rng.random() < 0.6:
            draft.asset("fitness", f.world(complex(ends[0][1] - 3, heights[0] + 1.5)), compound=self.plot.id)
        for y, (a, b) in zip(heights, ends, strict=True):
            n = int((b - a) / 32)
            for k in range(n):
                x = a + (b - a) * (k + 0.5) / n
                draft.asset("lamp", f.world(complex(x, y + 1.3)), compound=self.plot.id, value=40)
                draft.asset("tree", f.world(complex(x + 8, y + 1.6)), compound=self.plot.id)
                draft.asset("manhole_sewage", f.world(complex(x + 4, y)), compound=self.plot.id)
