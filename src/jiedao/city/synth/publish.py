"""From a draft in metres to a chunk in degrees."""

from __future__ import annotations

import numpy as np

from .draft import LANES, Draft
from .furniture import bus_stops, furnish
from .lattice import lonlat
from .model import Area, Assets, Block, Building, Chunk, Compound, Feature, Gate, Place, Street, TurnRestriction


def _degrees(rings: list[list[complex]]) -> list[np.ndarray]:
    """All outlines converted in one go."""
    if not rings:
        return []
    at = np.cumsum([len(ring) for ring in rings])[:-1]
    return np.split(lonlat([z for ring in rings for z in ring]), at)


def publish(draft: Draft, area: Area, restrictions: list[TurnRestriction]) -> Chunk:
    bus_stops(draft)
    chunk = Chunk(area, restrictions=restrictions)
    base = draft.base
    for s, coords in zip(draft.streets, _degrees([s.points for s in draft.streets]), strict=True):
        nodes = np.array(s.nodes, np.int64)
        lanes = LANES.get(s.highway, 1)
        chunk.streets.append(
            Street(
                s.id,
                s.highway,
                *s.name,
                nodes,
                coords,
                s.width,
                lanes,
                s.oneway,
                s.lit,
                s.surface,
                s.bridge,
                s.back_street,
                s.compound,
            )
        )
    for (id, use, _), ring in zip(draft.blocks, _degrees([b[2] for b in draft.blocks]), strict=True):
        chunk.blocks.append(Block(id, use, ring))
    for c, ring in zip(draft.compounds, _degrees([c.ring for c in draft.compounds]), strict=True):
        at = lonlat([p for _, p in c.gates]).tolist()
        gates = tuple(Gate(x, y, n) for (x, y), (n, _) in zip(at, c.gates, strict=True))
        chunk.compounds.append(Compound(c.id, c.block, c.kind, *c.name, ring, c.walled, c.managed, c.built, gates))
    _buildings(draft, chunk)
    at = lonlat([p[3] for p in draft.places]).tolist()
    for k, ((kind, zh, en, _, b), (lon, lat)) in enumerate(zip(draft.places, at, strict=True)):
        chunk.places.append(Place(base + k + 1, kind, zh, en, lon, lat, b.id if b else 0))
    rings = _degrees([f[2] for f in draft.features])
    for k, ((kind, name, _, closed), ring) in enumerate(zip(draft.features, rings, strict=True)):
        chunk.features.append(Feature(base + k + 1, kind, *name, ring, closed))
    chunk.assets = _assets(draft)
    return chunk


def _buildings(draft: Draft, chunk: Chunk) -> None:
    rings = _degrees([b.ring for b in draft.buildings])
    doors = _degrees([b.entrances for b in draft.buildings])
    for b, ring, door in zip(draft.buildings, rings, doors, strict=True):
        chunk.buildings.append(
            Building(
                b.id,
                b.block,
                b.compound,
                b.use,
                *b.name,
                b.address,
                ring,
                b.storeys,
                b.built,
                door,
                b.dwellings,
                b.households,
                b.population,
            )
        )


def _assets(draft: Draft) -> Assets:
    cols = furnish(draft)
    at = lonlat(cols["z"])
    id = draft.base + 1 + np.arange(len(at), dtype=np.int64)
    return Assets(id, cols["kind"], at[:, 0], at[:, 1], cols["street"], cols["compound"], cols["value"])
