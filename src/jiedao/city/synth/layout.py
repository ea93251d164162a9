"""One community: its blocks get their uses, every block is filled, its streets are drawn, its people move in."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

from . import grounds
from .blocks import CARRIAGEWAY, HALF, CellBlocks, Leaf, Line
from .draft import STOREYS, Curb, Draft, RawBuilding, RawStreet, edge_street
from .lattice import STEPS, Edge
from .names import ThroughNames, WardNames
from .plan import Plan, Ward, whole
from .precinct import STYLES, Precinct
from .uses import PEOPLE_PER_HOUSEHOLD, assign

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
    _move_in(draft)
    return draft


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
            draft.line_streets[id_of(line)] = street
            if lat.keeper(edge) != cell.cell:
                continue
            ports = city.ports(edge)
            a, b = lat.end_nodes(edge)
            street.nodes = [a, *ports.values(), b]
            street.points = [lat.ends(edge)[0], *(lat.point(edge, s) for s in ports), lat.ends(edge)[1]]
            street.bridge = lat.is_bridge(edge)
            street.oneway = _one_way(draft, edge)
            draft.streets.append(street)


def id_of(line: Line) -> int:
    return id(line)


def _one_way(draft: Draft, edge: Edge) -> bool:
    """Minor columns of a centre or an old quarter run one way; all rows stay two-way."""
    lat = draft.plan.lattice
    zones = {lat.zone.get(f) for f in lat.faces(edge)}
    return edge[0] == "v" and lat.highway(edge) == "tertiary" and zones <= {"old", "centre"}


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
        draft.line_streets[id_of(line)] = street


def _slope(draft: Draft, line: Line) -> float:
    return abs(elevation(draft.plan, line.b) - elevation(draft.plan, line.a)) / abs(line.b - line.a)


def hills(plan: Plan) -> np.ndarray:
    """Complex centres of the hills; each is a bump of 70 m, 150 m wide (one standard deviation)."""
    found = [c for c, zone in plan.lattice.zone.items() if zone == "hill"]
    return np.array([sum(plan.lattice.corners(c)) / 4 for c in found], dtype=complex)


def elevation(plan: Plan, z: complex) -> float:
    """Metres above the river terrace."""
    at = hills(plan)
    return float(70 * np.exp(-(np.abs(at - z) ** 2) / (2 * 150.0**2)).sum()) if len(at) else 0.0


def _fill(draft: Draft, cell: CellBlocks, leaf: Leaf) -> None:
    block = draft.base + len(draft.blocks) + 1
    use = leaf.use
    if use in STYLES:
        for use in {use: None, **({"slab": None} if STYLES[use].unit else {})}:
            precinct = Precinct(draft, cell, leaf, block, use)
            if precinct.fits():
                _precinct(draft, precinct, leaf, use)
                break
        else:
            use = "old" if STYLES[use].unit else "shops" if leaf.area < 3500 and leaf.zone != "rural" else "yard"
            FILLERS[use](draft, cell, leaf, block)
    else:
        FILLERS[use](draft, cell, leaf, block)
    draft.blocks.append((block, use, leaf.ring()))
    _curbs(draft, leaf)


def _precinct(draft: Draft, precinct: Precinct, leaf: Leaf, use: str) -> None:
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
        street = draft.line_streets.get(id_of(line))
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


def _move_in(draft: Draft) -> None:
    """Fit the storeys to the need, then let exactly the community's population into the dwellings."""
    homes = [b for b in draft.buildings if b.per_floor]
    people = draft.ward.population
    if not homes:
        if people:
            raise ValueError(f"no dwellings in {draft.ward.division.code}")
        return
    households = max(1, round(people / PEOPLE_PER_HOUSEHOLD))
    want = households / draft.rng.uniform(0.86, 0.93)

    def room(b: RawBuilding) -> int:
        if b.style in ("old", "hamlet"):
            return b.per_floor * (2 if b.storeys > 2 else 1)
        return len(b.entrances) * b.storeys * b.per_floor

    for _ in range(40):
        have = sum(map(room, homes))
        if abs(have / want - 1) < 0.03:
            break
        factor = want / have
        changed = False
        for b in homes:
            low, high = STOREYS[b.style]
            fitted = b.storeys
            if b.style not in ("old", "hamlet"):
                fitted = min(high, max(low, round(b.storeys * factor)))
            changed |= fitted != b.storeys
            b.storeys = fitted
        if not changed:
            if have >= want:
                break
            for b in homes:
                b.per_floor += 1
    rooms = np.array([room(b) for b in homes])
    live = np.minimum(whole(rooms.astype(float), households), rooms)
    spare = rooms - live
    left = households - int(live.sum())
    for k in np.argsort(-spare, kind="stable")[:left]:
        live[k] += spare[k] > 0
    persons = whole(live + 1e-9, people)
    for b, r, h, p in zip(homes, rooms, live, persons, strict=True):
        b.dwellings, b.households, b.population = int(r), int(h), int(p)
