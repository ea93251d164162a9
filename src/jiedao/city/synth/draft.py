"""A community while it is being laid out, in metres: fillers add to it, `publish` turns it into a chunk."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from .blocks import CARRIAGEWAY, CellBlocks, Leaf, Line
from .lattice import Edge
from .names import Name, WardNames
from .plan import Plan, Ward

LANES = {"trunk": 6, "primary": 6, "secondary": 4, "tertiary": 2, "residential": 2}
NO_NAME: Name = ("", "")


@dataclass(slots=True)
class RawBuilding:
    ring: list[complex]
    use: str
    style: str
    storeys: int
    per_floor: int
    entrances: list[complex]
    block: int
    compound: int
    built: int
    name: Name = NO_NAME
    address: str = ""
    id: int = 0
    dwellings: int = 0
    households: int = 0
    population: int = 0


@dataclass(slots=True)
class RawStreet:
    id: int
    highway: str
    name: Name
    nodes: list[int]
    points: list[complex]
    width: float
    oneway: bool = False
    lit: bool = True
    surface: str = "asphalt"
    bridge: bool = False
    back_street: bool = False
    compound: int = 0


@dataclass(slots=True)
class RawCompound:
    id: int
    block: int
    kind: str
    name: Name
    ring: list[complex]
    walled: bool
    managed: bool
    built: int
    gates: list[tuple[int, complex]]


@dataclass(slots=True)
class Curb:
    """One side of a block along a street, trimmed at the corners; `inward` is the unit vector from the street."""

    a: complex
    b: complex
    inward: complex
    highway: str
    street: int
    first: bool
    """the side that carries what stands on one side only"""


@dataclass(slots=True)
class Draft:
    ward: Ward
    plan: Plan
    cells: list[CellBlocks]
    names: WardNames
    rng: random.Random
    buildings: list[RawBuilding] = field(default_factory=list)
    streets: list[RawStreet] = field(default_factory=list)
    compounds: list[RawCompound] = field(default_factory=list)
    blocks: list[tuple[int, str, list[complex]]] = field(default_factory=list)
    places: list[tuple[str, str, str, complex, RawBuilding | None]] = field(default_factory=list)
    features: list[tuple[str, Name, list[complex], bool]] = field(default_factory=list)
    assets: list[tuple[str, complex, int, int, int]] = field(default_factory=list)
    """(kind, point, street, compound, value)"""
    curbs: list[Curb] = field(default_factory=list)
    line_streets: dict[Line, RawStreet] = field(default_factory=dict)

    @property
    def base(self) -> int:
        return int(self.ward.division.code) * 1_000_000

    def next_street(self) -> int:
        """Through streets take the first numbers (see `edge_street`), all others follow."""
        return self.base + 4 * len(self.ward.cells) + len(self.streets) + 10

    def lane(self, points: list[complex], nodes: list[int], compound: int, highway: str = "service") -> RawStreet:
        """A way inside a plot; nodes of 0 are made."""
        make = self.cells[0].new_node
        nodes = [n or make() for n in nodes]
        street = RawStreet(self.next_street(), highway, NO_NAME, nodes, points, CARRIAGEWAY[highway])
        street.compound = compound
        street.surface = "concrete" if highway == "service" else "paving_stones"
        street.lit = self.rng.random() < (0.85 if compound else 0.7)
        self.streets.append(street)
        return street

    def building(
        self,
        ring: list[complex],
        use: str,
        storeys: int,
        block: int,
        *,
        style: str = "",
        per_floor: int = 0,
        entrances: list[complex] | None = None,
        compound: int = 0,
        built: int = 2000,
        name: Name = NO_NAME,
        address: str = "",
    ) -> RawBuilding:
        raw = RawBuilding(
            ring, use, style or use, storeys, per_floor, entrances or [(ring[0] + ring[1]) / 2], block, compound, built
        )
        raw.name, raw.address = name, address
        self.buildings.append(raw)
        raw.id = self.base + len(self.buildings)
        return raw

    def compound(self, leaf: Leaf, block: int, kind: str, name: Name, ring: list[complex], built: int) -> RawCompound:
        raw = RawCompound(self.base + len(self.compounds) + 1, block, kind, name, ring, True, True, built, [])
        self.compounds.append(raw)
        return raw

    def place(self, kind: str, name: Name, at: complex, building: RawBuilding | None = None) -> None:
        self.places.append((kind, name[0], name[1], at, building))

    def feature(self, kind: str, ring: list[complex], name: Name = NO_NAME, closed: bool = True) -> None:
        self.features.append((kind, name, ring, closed))

    def asset(self, kind: str, at: complex, *, street: int = 0, compound: int = 0, value: int = 0) -> None:
        self.assets.append((kind, at, street, compound, value))

    def address(self, leaf: Leaf, side: int = 0) -> str:
        """Street and an invented number on a side of a block."""
        for k in (side, 0, 2, 1, 3):
            line = leaf.sides[k][0]
            name = self.street_name(line)
            if name:
                return f"{name}{self.rng.randrange(1, 260)}号"
        return f"{self.names.base}{self.rng.randrange(1, 260)}号"

    def street_name(self, line: Line) -> str:
        street = self.line_streets.get(line)
        return street.name[0] if street else ""


def edge_street(plan: Plan, edge: Edge) -> int:
    """Id of the through street on an edge: known without laying out its community."""
    cell = plan.lattice.keeper(edge)
    if cell is None:
        raise KeyError(edge)
    ward = plan.wards[plan.lattice.owner[cell]]
    side = plan.lattice.sides(cell).index(edge)
    return int(ward.division.code) * 1_000_000 + ward.cells.index(cell) * 4 + side + 1
