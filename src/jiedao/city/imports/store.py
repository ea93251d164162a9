"""Writes an Extract into the tables by reference: what is there is renewed, what is new is added. Batched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from django.db import models

from jiedao.city import assets, h3cells
from jiedao.city.geometry import Metres
from jiedao.city.imports.extract import Extract, Thing
from jiedao.city.locate import Located, Locator
from jiedao.city.models import Asset, Building, Land, Place, Street, Turn

BATCH = 400


def upsert(model: type[models.Model], rows: Sequence[models.Model], keep: frozenset[str] = frozenset()) -> None:
    """Insert rows or renew those with the same ref, save the columns in `keep`."""
    fields = [f.name for f in model._meta.concrete_fields if f.name not in {"id", "ref", *keep}]
    model.objects.bulk_create(rows, BATCH, update_conflicts=True, unique_fields=["ref"], update_fields=fields)


def lengths_m(shapes: Sequence[shapely.Geometry]) -> np.ndarray:
    """Length of each line in metres, in the projection around its own middle."""
    return np.array([float(Metres.around(shape).flat(shape).length) for shape in shapes])


class Placer:
    """Where the middle of each thing lies."""

    def __init__(self, locator: Locator) -> None:
        self.locator = locator

    def points(self, things: Sequence[Thing]) -> np.ndarray:
        """n × 2 degrees: the point itself, a point in the polygon, or the middle of the line."""
        if not things:
            return np.empty((0, 2))
        shapes = np.asarray([thing.shape for thing in things], object)
        lines = shapely.get_type_id(shapes) == 1
        points = shapely.point_on_surface(shapes)
        points[lines] = shapely.line_interpolate_point(shapes[lines], 0.5, normalized=True)
        return shapely.get_coordinates(points)

    def places(self, at: np.ndarray) -> list[Located]:
        nowhere = Located()
        return [found or nowhere for found in self.locator.many(at[:, 0], at[:, 1])] if len(at) else []


def save(extract: Extract, locator: Locator, county: str) -> Counter[str]:
    """Store everything; `county` is the six digits for assets that lie in no district. Returns counts."""
    placer = Placer(locator)
    _save_streets(extract.streets, placer)
    _save_buildings(extract, placer)
    _save_lands(extract.lands)
    _save_assets(extract.assets, placer, county)
    _save_places(extract.places, placer)
    turns = [
        Turn(ref=t.ref, kind=t.kind, from_ref=t.from_ref, via_node=t.via_node, to_ref=t.to_ref) for t in extract.turns
    ]
    upsert(Turn, turns)
    sizes = (len(group) for group in extract.groups())
    names = ("streets", "buildings", "land", "assets", "places")
    return Counter(dict(zip(names, sizes, strict=True)) | {"turns": len(turns)})


def _boxes(things: Sequence[Thing]) -> list[dict[str, float]]:
    found = shapely.bounds([thing.shape for thing in things]).tolist() if things else []
    return [dict(zip(("west", "south", "east", "north"), box, strict=True)) for box in found]


def _wkb(things: Sequence[Thing]) -> Iterable[bytes]:
    return shapely.to_wkb([thing.shape for thing in things]) if things else ()


def _save_streets(things: list[Thing], placer: Placer) -> None:
    found = placer.places(placer.points(things))
    lengths = lengths_m([thing.shape for thing in things]).tolist()
    rows = [
        Street(
            ref=t.ref, name=t.name, name_en=t.name_en, kind=t.kind, shape=wkb,
            nodes=np.asarray(t.nodes, "<i8").tobytes(), length_m=length, tags=t.tags, community=place.community, **box,
        )
        for t, wkb, length, place, box in zip(things, _wkb(things), lengths, found, _boxes(things), strict=True)
    ]  # fmt: skip
    upsert(Street, rows)


def _save_buildings(extract: Extract, placer: Placer) -> None:
    things = extract.buildings
    at = placer.points(things)
    compounds = _compounds(extract.lands, at)
    entrances = _entrances(things, extract.entrances)
    rows = [
        Building(
            ref=t.ref, name=t.name, use=t.kind, shape=wkb, lon=lon, lat=lat, storeys=t.storeys, entrances=doors,
            compound=compound, community=place.community, cell=place.cell, tags=t.tags,
        )
        for t, wkb, (lon, lat), place, compound, doors in zip(
            things, _wkb(things), at.tolist(), placer.places(at), compounds, entrances, strict=True
        )
    ]  # fmt: skip
    upsert(Building, rows, keep=frozenset({"households", "population"}))


def _compounds(lands: list[Thing], at: np.ndarray) -> list[str]:
    """The name of the compound that each point lies in."""
    found = [""] * len(at)
    compounds = [land for land in lands if land.kind == "compound"]
    if compounds and len(at):
        tree = shapely.STRtree([land.shape for land in compounds])
        for point, compound in tree.query(shapely.points(at), "intersects").T.tolist():
            found[point] = compounds[compound].name[:80]
    return found


def _entrances(things: list[Thing], entrances: list[tuple[float, float]]) -> list[int]:
    """How many entrance nodes lie on each building; 1 where none is mapped."""
    counts = np.zeros(len(things), int)
    if entrances and things:
        tree = shapely.STRtree([thing.shape for thing in things])
        np.add.at(counts, tree.query(shapely.points(entrances), "dwithin", distance=1e-6)[1], 1)
    return np.maximum(counts, 1).tolist()


def _save_lands(things: list[Thing]) -> None:
    rows = [
        Land(ref=t.ref, kind=t.kind, name=t.name, name_en=t.name_en, shape=wkb, tags=t.tags, **box)
        for t, wkb, box in zip(things, _wkb(things), _boxes(things), strict=True)
    ]
    upsert(Land, rows)


def _save_assets(things: list[Thing], placer: Placer, county: str) -> None:
    at = placer.points(things)
    found = placer.places(at)
    known = dict(Asset.objects.filter(ref__isnull=False).values_list("ref", "code"))
    fresh = [i for i, t in enumerate(things) if t.ref not in known]
    stems = [assets.code_stem(found[i].district or county, assets.category(things[i].kind)) for i in fresh]
    known |= {things[i].ref: code for i, code in zip(fresh, assets.new_codes(stems), strict=True)}
    rows = [
        Asset(
            code=known[t.ref], ref=t.ref, kind=t.kind, category=assets.category(t.kind), name=t.name, lon=lon, lat=lat,
            h3=h3cells.cell(lon, lat), community=place.community, cell=place.cell, tags=t.tags,
        )
        for t, (lon, lat), place in zip(things, at.tolist(), found, strict=True)
    ]  # fmt: skip
    upsert(Asset, rows, keep=frozenset({"code", "state"}))


def _save_places(things: list[Thing], placer: Placer) -> None:
    at = placer.points(things)
    rows = [
        Place(
            ref=t.ref, kind=t.kind, name=t.name, name_en=t.name_en, lon=lon, lat=lat, community=p.community, tags=t.tags
        )
        for t, (lon, lat), p in zip(things, at.tolist(), placer.places(at), strict=True)
    ]
    upsert(Place, rows)
