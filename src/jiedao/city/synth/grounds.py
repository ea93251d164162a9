"""Blocks that are no plot in rows: old quarters, hamlets, squares, parades, parks, fields, river, railway."""

from __future__ import annotations

import cmath
import math
import random
from itertools import pairwise

from .blocks import HALF, CellBlocks, Leaf
from .draft import Draft
from .frame import Frame
from .styles import BUSY
from .uses import CIVIC_DEPTH, CIVIC_SETBACK

ROW = 17.0
"""Depth of a row of farmhouses with its front yards in m."""
SMALLEST = 14.0
"""Footprint of the smallest house in m²."""


def old(draft: Draft, cell: CellBlocks, leaf: Leaf, block: int) -> None:
    """Small houses wall to wall in slanted rows, courtyards here and there, shops towards the wider streets."""
    f, rng = Frame(leaf, 0.7), draft.rng
    if not f.ok:
        return
    sw, se, ne, nw = f.corners
    wide, tall = (abs(se - sw) + abs(ne - nw)) / 2, (abs(nw - sw) + abs(ne - se)) / 2
    rows = max(1, round(tall / rng.uniform(9.5, 13)))
    for k in range(rows):
        b0, b1 = k / rows, (k + 1) / rows
        lap = 0.35 / tall
        a = 0.0
        while a < 1 - 4 / wide:
            w = min(rng.uniform(6, 13) / wide, 1 - a)
            if 1 - a - w < 5 / wide:
                w = 1 - a
            edge = k in (0, rows - 1)
            if rng.random() < (0.95 if edge else 0.78):
                deep = 0.0 if edge else rng.uniform(0, 0.18) * (b1 - b0)
                x0, x1, y0, y1 = a, a + w - 0.35 / wide, b0 + (lap if k else 0), b1 - deep - lap
                ring = [f.bilinear(x, y) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
                if abs(((ring[2] - ring[0]).conjugate() * (ring[3] - ring[1])).imag) / 2 > SMALLEST:
                    _house(draft, leaf, block, ring, k, rows)
            a += w


def _house(draft: Draft, leaf: Leaf, block: int, ring: list[complex], k: int, rows: int) -> None:
    rng = draft.rng
    side = 0 if k == 0 else 2 if k == rows - 1 else 1
    shop = leaf.sides[side][0].highway in (*BUSY, "residential") and side != 1 and rng.random() < 0.4
    door = (ring[0] + ring[1]) / 2 if side != 2 else (ring[2] + ring[3]) / 2
    house = draft.building(
        ring, "residential", rng.choice((1, 2, 2, 2, 3, 3)), block, style="old", per_floor=1, entrances=[door],
        built=rng.randint(1940, 1988), address=draft.address(leaf, side),
    )  # fmt: skip
    if shop:
        kind, zh, en = draft.names.shop()
        draft.place(kind, (zh, en), door, house)


def hamlet(draft: Draft, cell: CellBlocks, leaf: Leaf, block: int) -> None:
    """Farmhouses along the lanes with yards between them, fields behind."""
    f = Frame(leaf, 4.0)
    if not f.ok:
        return
    wide = abs(f.corners[1] - f.corners[0])
    for k in range(4):
        a, b = f.corners[k], f.corners[(k + 1) % 4]
        room = f.height > 44 if k == 2 else k == 0 or min(f.height, wide) > 60
        if leaf.sides[k][0].highway != "none" and room:
            before, after = f.corners[k - 1], f.corners[(k + 2) % 4]
            keep = [_corner(p, q, r, k in (0, 2)) for p, q, r in ((before, a, b), (a, b, after))]
            _farmhouses(draft, block, a, b, keep[0], keep[1])
    if f.height > 60 and wide > 60:
        _fields(draft, f, 24 / wide, 24 / f.height)


def _corner(p: complex, q: complex, r: complex, first: bool) -> float:
    """How far from the corner q a row along its side must keep: inside the plot, and clear of an earlier row."""
    turn = (p - q) / (r - q)
    cos, sin = turn.real / abs(turn), abs(turn.imag) / abs(turn)
    return ROW * (max(0.0, cos) if first else 1 + cos) / sin + 3.0


def _farmhouses(draft: Draft, block: int, a: complex, b: complex, start: float, end: float) -> None:
    """A loose row from a to b, to the left of the way, keeping these distances from the corners."""
    rng = draft.rng
    way = (b - a) / abs(b - a)
    at = start + rng.uniform(0, 5)
    while at + 13 < abs(b - a) - end:
        w, d = rng.uniform(9.5, 13), rng.uniform(9, 12)
        if rng.random() < 0.86:
            p = a + way * at + 1j * way * rng.uniform(1, 4.5)
            ring = [p, p + way * w, p + way * w + 1j * way * d, p + 1j * way * d]
            group = "一二三四五六七八"[rng.randrange(8)]
            draft.building(
                ring, "residential", rng.choice((2, 2, 3)), block, style="hamlet", per_floor=1,
                entrances=[(ring[0] + ring[1]) / 2], built=rng.randint(1985, 2020),
                address=f"{draft.names.base}{group}组{rng.randint(1, 60)}号",
            )  # fmt: skip
        at += w + rng.uniform(3, 9)


def _fields(draft: Draft, f: Frame, x: float, y: float) -> None:
    """Fields, orchards and ponds over the plot less margins (shares of its width and height)."""
    rng = draft.rng
    n = max(2, round(f.height * (1 - 2 * y) / 45))
    cuts = [y + (1 - 2 * y) * k / n for k in range(n + 1)]
    for y0, y1 in pairwise(cuts):
        cut = rng.uniform(0.35, 0.65)
        for a, b in ((x, cut - 0.004), (cut + 0.004, 1.0 - x)):
            kind = rng.choices(("farmland", "orchard", "pond", "vegetables"), (6, 2, 1, 3))[0]
            ring = [f.bilinear(p, q) for p, q in ((a, y0 + 0.006), (b, y0 + 0.006), (b, y1 - 0.006), (a, y1 - 0.006))]
            if kind == "pond":
                ring = _blob(sum(ring) / 4, 0.32 * min(abs(ring[1] - ring[0]), abs(ring[2] - ring[1])), rng)
            draft.feature(kind, ring)


def farm(draft: Draft, cell: CellBlocks, leaf: Leaf, block: int) -> None:
    f = Frame(leaf, 2.0)
    if f.ok:
        _fields(draft, f, 0.0, 0.0)


def _blob(centre: complex, radius: float, rng: random.Random) -> list[complex]:
    """A rounded, uneven outline."""
    a, b = rng.uniform(0, 6.3), rng.uniform(0, 6.3)
    return [
        centre + radius * (1 + 0.16 * math.sin(2 * t + a) + 0.09 * math.sin(3 * t + b)) * cmath.exp(1j * t)
        for t in (k * math.tau / 18 for k in range(18))
    ]


CIVIC = (
    ("community_office", 26, 13, 3, "党群服务中心", "Community Service Centre", "office=government"),
    ("police", 13, 10, 2, "社区警务室", "Community Police Post", "amenity=police"),
    ("clinic", 18, 11, 2, "卫生服务站", "Health Service Station", "amenity=clinic"),
    ("elderly_care", 20, 11, 2, "养老服务驿站", "Elderly Care Station", "amenity=social_facility"),
    ("toilet", 9, 6, 1, "公共厕所", "Public Toilet", "amenity=toilets"),
)


def civic(draft: Draft, cell: CellBlocks, leaf: Leaf, block: int) -> None:
    """The community's own buildings around a small square."""
    f, rng = Frame(leaf, CIVIC_SETBACK), draft.rng
    x, y = 0.0, f.top - CIVIC_DEPTH
    deep = CIVIC_DEPTH - 1
    for use, w, d, storeys, zh, en, kind in CIVIC:
        x0, x1 = f.span(y, y + deep)
        if x + w > x1 - x0:
            if y - 17 < f.bottom:
                break
            x, y = 0.0, y - 17
            x0, x1 = f.span(y, y + deep)
            if w > x1 - x0:
                break
        rect = (x0 + x, y, x0 + x + w, y + d)
        name = draft.names.local(zh, en)
        b = draft.building(f.rect(rect), use, storeys, block, built=2008, name=name, address=draft.address(leaf))
        draft.place(kind, name, sum(b.ring) / 4, b)
        x += w + 4
    if y - 8 - f.bottom > 12:
        _square(draft, f, y - 4)
    draft.asset("sorting_station", f.world(complex(f.span(y - 3, y - 2)[1] - 2, y - 2)), value=4)
    if rng.random() < 0.5:
        draft.asset("charging_shed", f.world(complex(f.span(y - 3, y - 2)[0] + 2, y - 2)), value=10)


def _square(draft: Draft, f: Frame, top: float) -> None:
    """A square below the row of buildings, a small park where there is room for both."""
    rng = draft.rng
    floor = max(f.bottom + 2, top - 30)
    x0, x1 = f.span(floor, top)
    if x1 - x0 < 14:
        return
    draft.feature("square", f.rect((x0 + 2, floor, x1 - 2, top)), draft.names.local("文化广场", "Square"))
    for k in range(4):
        draft.asset("bench", f.world(complex(x0 + 4 + (x1 - x0 - 8) * k / 3, top - 3)))
    draft.asset("fitness", f.world(complex(x0 + 6, floor + 4)))
    if floor - f.bottom > 14:
        x0, x1 = f.span(f.bottom + 1, floor - 2)
        draft.feature("park", f.rect((x0 + 1, f.bottom + 1, x1 - 1, floor - 2)))
        for _ in range(int((x1 - x0) * (floor - f.bottom) / 140)):
            at = complex(rng.uniform(x0 + 2, x1 - 2), rng.uniform(f.bottom + 2, floor - 3))
            draft.asset("tree", f.world(at))


def shops(draft: Draft, cell: CellBlocks, leaf: Leaf, block: int) -> None:
    """Parades of two to four storeys along the south and north sides, a yard with parking between."""
    f, rng = Frame(leaf, 2.0), draft.rng
    if not f.ok:
        return
    deep = min(rng.uniform(12, 16), f.height)
    bands = [(f.bottom, f.bottom + deep, 0)]
    if f.height > 2.6 * deep:
        bands.append((f.top - deep, f.top, 2))
    for y0, y1, side in bands:
        x0, x1 = f.span(y0, y1)
        x = x0
        while x + 10 < x1:
            w = min(rng.uniform(16, 42), x1 - x)
            if x1 - x - w < 10:
                w = x1 - x
            b = draft.building(
                f.rect((x, y0, x + w - 0.4, y1)), "shop", rng.choice((2, 3, 3, 4)), block, style="shops",
                built=rng.randint(1985, 2015), address=draft.address(leaf, side),
            )  # fmt: skip
            for k in range(max(1, int(w / 9))):
                if rng.random() < 0.75:
                    kind, zh, en = draft.names.shop()
                    draft.place(kind, (zh, en), f.world(complex(x + 4 + 9 * k, y0 + 1.5 if side == 0 else y1 - 1.5)), b)
            x += w
    if len(bands) == 2:
        x0, x1 = f.span(f.bottom + deep + 3, f.top - deep - 3)
        if x1 - x0 > 12:
            draft.feature("parking", f.rect((x0 + 2, f.bottom + deep + 3, x1 - 2, f.top - deep - 3)))


def green(draft: Draft, cell: CellBlocks, leaf: Leaf, block: int) -> None:
    """A pocket park: a path through it, a pond in a large one, trees and benches."""
    f, rng = Frame(leaf, 1.0), draft.rng
    if not f.ok:
        return
    draft.feature("park", list(f.corners), draft.names.local("口袋公园", "Pocket Park"))
    if leaf.area > 9000:
        draft.feature("pond", _blob(f.bilinear(0.68, 0.6), math.sqrt(leaf.area) * 0.12, rng))
    if leaf.gates:
        middle, node = f.bilinear(0.42, 0.5), cell.new_node()
        for _, gate, point in leaf.gates:
            draft.lane([point, middle], [gate, node], 0, "footway")
        for k in range(4):
            draft.asset("bench", middle + 4 * cmath.exp(1j * k * math.pi / 2))
    _trees(draft, f, leaf.area / 140)


def _trees(draft: Draft, f: Frame, n: float) -> None:
    for _ in range(int(n)):
        draft.asset("tree", f.bilinear(draft.rng.random(), draft.rng.random()))


def hill(draft: Draft, cell: CellBlocks, leaf: Leaf, block: int) -> None:
    """A wooded hill: steps up to a pavilion, a path round its flank."""
    f, rng = Frame(leaf, 1.5), draft.rng
    if not f.ok:
        return
    name = draft.names.local("山公园", "Hill Park")
    draft.feature("hill_park", list(f.corners), name)
    top, size = f.bilinear(0.5, 0.5), math.sqrt(leaf.area)
    draft.feature("wood", _blob(top, size * 0.33, rng))
    summit = cell.new_node()
    angles = [k * math.tau / 12 + 0.2 for k in range(12)]
    flank = [top + size * (0.27 + 0.03 * math.sin(2 * t)) * cmath.exp(1j * t) for t in angles]
    nodes = [cell.new_node() for _ in flank]
    draft.lane([*flank, flank[0]], [*nodes, nodes[0]], 0, "footway")
    for _, gate, point in leaf.gates:
        k = min(range(12), key=lambda k: abs(flank[k] - point))
        draft.lane([point, flank[k]], [gate, nodes[k]], 0, "footway")
    for k in (1, 6):
        draft.lane([flank[k], (flank[k] + top) / 2 + 6j, top], [nodes[k], 0, summit], 0, "steps")
    ring = [top - 12j + 5 * cmath.exp(1j * (k * math.tau / 8 + 0.4)) for k in range(8)]
    pavilion = draft.building(ring, "pavilion", 2, block, built=1996, name=draft.names.local("山亭", "Pavilion"))
    draft.place("tourism=viewpoint", pavilion.name, top - 12j, pavilion)
    _trees(draft, f, leaf.area / 200)


def river(draft: Draft, cell: CellBlocks, leaf: Leaf, block: int) -> None:
    """The riverside walk between embankment road and bank."""
    gates = sorted(leaf.gates, key=lambda g: g[2].imag)
    if len(gates) < 2:
        return
    k = gates[0][0]
    line = leaf.sides[k][0]
    away = (1j if k == 3 else -1j) * (line.b - line.a) / abs(line.b - line.a)
    out = -away * (HALF["secondary"] + 7)
    walk = [gates[0][2] + out, (gates[0][2] + gates[1][2]) / 2 + out * 1.15, gates[1][2] + out]
    nodes = [cell.new_node() for _ in walk]
    draft.lane(walk, nodes, 0, "footway")
    draft.lane([gates[0][2], walk[0]], [gates[0][1], nodes[0]], 0, "footway")
    draft.lane([gates[1][2], walk[2]], [gates[1][1], nodes[2]], 0, "steps")
    for a, b in pairwise(walk):
        n = int(abs(b - a) / 18)
        for i in range(n):
            at = a + (b - a) * (i + 0.5) / n
            draft.asset(("tree", "lamp_garden", "tree", "bench")[i % 4], at - away * 2.5, value=30 if i % 4 == 1 else 0)


def rail(draft: Draft, cell: CellBlocks, leaf: Leaf, block: int) -> None:
    sw, se, ne, nw = leaf.corners
    for share in (0.44, 0.56):
        draft.feature("rail", [sw + (se - sw) * share, nw + (ne - nw) * share], ("铁路", "Railway"), closed=False)


def yard(draft: Draft, cell: CellBlocks, leaf: Leaf, block: int) -> None:
    """Open ground: parking or land waiting to be built on."""
    f = Frame(leaf, 2.0)
    if f.ok:
        draft.feature(draft.rng.choice(("parking", "brownfield")), list(f.corners))
