"""What the generator yields: plain records, degrees (WGS-84), sizes in metres, rings not repeated at the end.

Every `id` is the 12-digit community code followed by six digits, so it tells its community and is unique in its class.
Names come as `name` (Chinese) and `name_en`, as in OpenStreetMap.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely


@dataclass(frozen=True, slots=True)
class Division:
    """One row of the administrative frame. `level` is city, district, subdistrict or community."""

    code: str
    name: str
    level: str
    parent: str


@dataclass(frozen=True, slots=True)
class Area:
    """A division with its invented polygon; `population` is what the buildings inside will sum to."""

    code: str
    level: str
    name: str
    name_en: str
    parent: str
    polygon: shapely.Polygon | shapely.MultiPolygon
    population: int
    rural: bool


@dataclass(frozen=True, slots=True)
class Street:
    """One way. `nodes[k]` is the node at `coords[k]` (lon, lat); ways that meet share the node.

    highway: trunk, primary, secondary, tertiary, residential, living_street, service, footway, steps.
    `width` is the carriageway in metres; `oneway` runs in the order of the nodes; `back_street` marks 背街小巷;
    `compound` is the id of the walled compound whose inner lane this is, 0 for public streets.
    """

    id: int
    highway: str
    name: str
    name_en: str
    nodes: np.ndarray
    coords: np.ndarray
    width: float
    lanes: int
    oneway: bool
    lit: bool
    surface: str
    bridge: bool
    back_street: bool
    compound: int


@dataclass(frozen=True, slots=True)
class Block:
    """Land between streets, measured to their centre lines: the blocks of a community tile it."""

    id: int
    land_use: str
    ring: np.ndarray


@dataclass(frozen=True, slots=True)
class Gate:
    lon: float
    lat: float
    node: int


@dataclass(frozen=True, slots=True)
class Compound:
    """小区 or 单位大院: a wall (ring) with gates. `managed` False is 无主管楼院, without a property manager."""

    id: int
    block: int
    kind: str
    name: str
    name_en: str
    ring: np.ndarray
    walled: bool
    managed: bool
    built: int
    gates: tuple[Gate, ...]


@dataclass(slots=True)
class Building:
    """`entrances` has one row (lon, lat) for each unit 单元; `dwellings` is what fits, `households` who lives there."""

    id: int
    block: int
    compound: int
    use: str
    name: str
    name_en: str
    address: str
    ring: np.ndarray
    storeys: int
    built: int
    entrances: np.ndarray
    dwellings: int
    households: int
    population: int


@dataclass(frozen=True, slots=True)
class Place:
    """A point of interest, in OpenStreetMap's words (`kind` such as shop=supermarket, amenity=school)."""

    id: int
    kind: str
    name: str
    name_en: str
    lon: float
    lat: float
    building: int


@dataclass(frozen=True, slots=True)
class TurnRestriction:
    """`kind` as in OpenStreetMap: no_left_turn, no_u_turn."""

    kind: str
    from_street: int
    via_node: int
    to_street: int


@dataclass(frozen=True, slots=True)
class Feature:
    """Ground that is no building: `ring` is an area, or a line where `closed` is False (a railway)."""

    id: int
    kind: str
    name: str
    name_en: str
    ring: np.ndarray
    closed: bool


@dataclass(frozen=True, slots=True)
class Assets:
    """Street furniture as columns of one length. `kind` indexes `KINDS`; `street` and `compound` are ids or 0.

    `value`: lamp W, bins of a sorting station, ports of a charging shed; 0 elsewhere.
    """

    id: np.ndarray
    kind: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    street: np.ndarray
    compound: np.ndarray
    value: np.ndarray

    def __len__(self) -> int:
        return len(self.id)


@dataclass(slots=True)
class Chunk:
    """All of one community."""

    area: Area
    streets: list[Street] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    compounds: list[Compound] = field(default_factory=list)
    buildings: list[Building] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    restrictions: list[TurnRestriction] = field(default_factory=list)
    features: list[Feature] = field(default_factory=list)
    assets: Assets | None = None
