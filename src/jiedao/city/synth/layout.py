"""One community: its blocks get their uses, every block is filled, its streets are drawn, its people move in."""

from __future__ import annotations

import random
from collections.abc import Callable

from . import grounds
from .blocks import CARRIAGEWAY, HALF, CellBlocks, Leaf, Line
from .draft import Curb, Draft, RawStreet, edge_street
from .lattice import STEPS, Edge
from .names import ThroughNames, WardNames
from .plan import HOMES, Plan, Ward
from .precinct import Precinct
from .residents import move_in
from .styles import STYLES
from .uses import assign

FILLERS: dict[str, Callable[[Draft, CellBlocks, Leaf, int], None]] = {
    "old": grounds.old,
    "hamlet": grounds.hamlet,
    "farm": grounds.farm,
    "civic": grounds.civic,
    "shops": grounds.shops,
    "green": grounds.green,
    "hill": grounds.hill,
    "river": grounds.river,
    "rail": grounds.rail,
    "yard": grounds.yard,
}
PLACES = {
    "school": "amenity=school",
    "kindergarten": "amenity=kindergarten",
    "hospital": "amenity=hospital",
    "market": "amenity=marketplace",
    "mall": "shop=mall",
    "hotel": "tourism=hotel",
    "office": "office=company",
    "factory": "industrial=factory",
    "depot": "craft=yes",
    "campus": "amenity=college",
}
OFFICE = "office=government"
STEEP = 0.1


class City:
    """What communities share while they are laid out: the plan, and blocks of cells that neighbours ask for."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.through = ThroughNames(plan.lattice, plan.seed)
        self._blocks: dict[int, list[CellBlocks]] = {}
        self._ports: dict[int, dict[Edge, dict[int, int]]] = {}

    def blocks(self, ward: Ward) -> list[CellBlocks]:
        """The ward's cells, cut and with uses and gates; made afresh, so that they are not kept in memory."""
        cells = [CellBlocks(self.plan.lattice, cell, self.plan.seed) for cell in ward.cells]
        assign(ward, cells, random.Random(self.plan.seed * 104_729 + ward.index))
        ports: dict[Edge, dict[int, int]] = {}
        for cell in cells:
            for line in cell.edges:
                if line.edge and line.stops:
                    ports.setdefault(line.edge, {}).update({round(f * STEPS): n for f, n in line.stops.items()})
        self._ports[ward.index] = ports
        return cells

    def ports(self, edge: Edge) -> dict[int, int]:
        """All junctions along a through street: step → node."""
        out: dict[int, int] = {}
        for face in self.plan.lattice.faces(edge):
            k = self.plan.lattice.owner.get(face)
            if k is not None:
                if k not in self._ports:
                    self.blocks(self.plan.wards[k])
                out.update(self._ports[k].get(edge, {}))
        return dict(sorted(out.items()))


def lay_out(city: City, ward: Ward) -> Draft:
    plan = city.plan
    rng = random.Random(plan.seed * 15_485_863 + ward.index)
    base = ward.division.name
    for suffix in ("社区", "村"):
        base = base.removesuffix(suffix) if len(base) > len(suffix) + 1 else base
    names = WardNames(base, ward.index, rng)
    draft = Draft(ward, plan, city.blocks(ward), names, rng)
    _through_streets(city, draft)
    for cell in draft.cells:
        _inner_streets(draft, cell)
    for cell in draft.cells:
        for leaf in cell.leaves:
            _fill(draft, cell, leaf)
    _office(draft)
    move_in(draft)
    return draft


def _office(draft: Draft) -> None:
    """A community without a civic block keeps its office on the ground floor of its largest other building."""
    if not any(place[0] == OFFICE for place in draft.places):
        home = max(draft.buildings, key=lambda b: abs(b.ring[1] - b.ring[0]))
        draft.place(OFFICE, draft.names.local("党群服务中心", "Community Service Centre"), home.entrances[0], home)


def _through_streets(city: City, draft: Draft) -> None:
    lat = draft.plan.lattice
    for cell in draft.cells:
        for k, edge in enumerate(lat.sides(cell.cell)):
            if not lat.is_open(edge):
                continue
            name = city.through.of(edge)
            highway = lat.highway(edge)
            line = cell.edges[k]
            id = edge_street(draft.plan, edge)
            street = RawStreet(id, highway, name, [], [], CARRIAGEWAY[highway])
            draft.line_streets[line] = street
            if lat.keeper(edge) != cell.cell:
                continue
            ports = city.ports(edge)
            a, b = lat.end_nodes(edge)
            street.nodes = [a, *ports.values(), b]
            street.points = [lat.ends(edge)[0], *(lat.point(edge, s) for s in ports), lat.ends(edge)[1]]
            street.bridge = lat.is_bridge(edge)
            street.oneway = _one_way(draft, edge)
            if street.oneway and edge[1] % 2:
                street.nodes.reverse()
                street.points.reverse()
            draft.streets.append(street)


def _one_way(draft: Draft, edge: Edge) -> bool:
    """Minor columns of a centre or an old quarter run one way; all rows stay two-way."""
    lat = draft.plan.lattice
    zones = {lat.zone.get(f) for f in lat.faces(edge)}
    dense = {"old", "centre"}
    return edge[0] == "v" and lat.highway(edge) == "tertiary" and bool(zones & dense) and zones <= dense | {*HOMES}


def _inner_streets(draft: Draft, cell: CellBlocks) -> None:
    rng = draft.rng
    for line in cell.lines:
        stops = sorted(line.stops.items())
        nodes = [line.ends[0], *(n for _, n in stops), line.ends[1]]
        points = [line.a, *(line.at(f) for f, _ in stops), line.b]
        street = RawStreet(draft.next_street(), line.highway, draft.names.street(line.highway), nodes, points, 0.0)
        street.width = CARRIAGEWAY[line.highway]
        street.back_street = line.highway in ("living_street", "alley")
        street.oneway = line.highway == "residential" and cell.zone in ("old", "centre") and rng.random() < 0.3
        if line.highway == "alley":
            street.highway = "steps" if _slope(draft, line) > STEEP else "footway"
            street.surface = rng.choice(("sett", "concrete", "paving_stones"))
        elif line.highway != "tertiary":
            street.surface = rng.choice(("asphalt", "asphalt", "concrete"))
        street.lit = rng.random() < {"alley": 0.55, "living_street": 0.75}.get(line.highway, 0.95)
        draft.streets.append(street)
        draft.line_streets[line] = street


def _slope(draft: Draft, line: Line) -> float:
    rise = abs(draft.plan.elevation(line.b) - draft.plan.elevation(line.a))
    return rise / abs(line.b - line.a)


def _fill(draft: Draft, cell: CellBlocks, leaf: Leaf) -> None:
    block = draft.base + len(draft.blocks) + 1
    plot = next((p for p in (Precinct(draft, cell, leaf, block, u) for u in _tries(leaf.use)) if p.fits()), None)
    if plot:
        use = plot.kind
        _precinct(draft, plot, leaf)
    else:
        use = _instead(leaf) if leaf.use in STYLES else leaf.use
        FILLERS[use](draft, cell, leaf, block)
    draft.blocks.append((block, use, leaf.ring()))
    _curbs(draft, leaf)


def _tries(use: str) -> tuple[str, ...]:
    """Styles to try on a block; small blocks of homes take slabs."""
    if use not in STYLES:
        return ()
    return (use, "slab") if STYLES[use].unit and use != "slab" else (use,)


def _instead(leaf: Leaf) -> str:
    """What becomes of a block too small or crooked for its style."""
    if STYLES[leaf.use].unit:
        return "old"
    return "shops" if leaf.area < 3500 and leaf.zone != "rural" else "yard"


def _precinct(draft: Draft, precinct: Precinct, leaf: Leaf) -> None:
    use = precinct.kind
    ground = use in ("school", "campus") and leaf.area > 9000
    before = len(draft.buildings)
    plot = precinct.build(0.42 if ground else 0.0)
    f = precinct.frame
    if ground:
        middle = f.bilinear(0.5, 0.5)
        x0, x1 = f.span(f.bottom, f.top)
        wide = (x1 - x0) * 0.36
        if wide > 30 and f.height > 40:
            tall = min(f.height - 14, wide * 1.9)
            y = f.local(middle).imag
            draft.feature("pitch", f.rect((x1 - 5 - wide, y - tall / 2, x1 - 5, y + tall / 2)))
    if use in PLACES and len(draft.buildings) > before:
        b = draft.buildings[before]
        draft.place(PLACES[use], plot.name, sum(b.ring) / len(b.ring), b)


def _curbs(draft: Draft, leaf: Leaf) -> None:
    """The four street sides of a block, trimmed by the streets that cross at the corners."""
    for k, (line, _, _) in enumerate(leaf.sides):
        street = draft.line_streets.get(line)
        if street is None or (line.edge and draft.plan.lattice.is_bridge(line.edge)):
            continue
        a, b = leaf.corners[k], leaf.corners[(k + 1) % 4]
        length = abs(b - a)
        trim_a, trim_b = (HALF[leaf.sides[(k + d) % 4][0].highway] + 2.5 for d in (3, 1))
        if length - trim_a - trim_b < 6:
            continue
        way = (b - a) / length
        highway = line.highway if street.lit or line.edge else f"{line.highway}-dark"
        draft.curbs.append(Curb(a + way * trim_a, b - way * trim_b, way * 1j, highway, street.id, k in (0, 3)))
