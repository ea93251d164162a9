"""The invented city's ground as rows: areas and cells, streets, land, buildings, assets, places; a community a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import shapely
from django.db import transaction

from jiedao.city import areas, assets, bulk, gridding, h3cells, names, stamps, synth
from jiedao.city.gridding import GridRules, Homes
from jiedao.city.imports.store import lengths_m
from jiedao.city.locate import Locator
from jiedao.city.models import Area, Asset, Building, Land, Place, Street, Turn
from jiedao.city.synth import Chunk, SynthCity

BATCH = 1000
ASSET_KIND = {
    "lamp_garden": "lamp",
    "waste_bin": "bin",
    "sorting_station": "waste_point",
    "manhole_water": "manhole",
    "manhole_sewage": "manhole",
    "manhole_storm": "manhole",
    "storm_grate": "manhole",
    "manhole_lamp": "manhole",
    "manhole_gas": "manhole",
    "charging_shed": "charging",
    "telecom_box": "cabinet",
}
"""The city room's kind of a generated one; others have the same name. Only numbered component classes keep theirs."""
SOURCE = "demo"


def write(city: SynthCity, progress: Callable[[float, str], None]) -> Counter[str]:
    """Store the whole city, one transaction a community; returns how many rows of each sort."""
    counts: Counter[str] = Counter()
    with transaction.atomic():
        communities = write_areas(city)
        _write_river(city)
    codes = Codes()
    for done, chunk in enumerate(city.chunks(), 1):
        with transaction.atomic():
            counts += Writer(chunk, communities[chunk.area.code], codes).write()
        progress(done / len(communities), chunk.area.name)
    stamps.bump("areas", "streets", "map")
    counts["areas"] = Area.objects.count()
    return counts


def write_areas(city: SynthCity) -> dict[str, Area]:
    """Areas above the cells, parents first; returns the communities."""
    rows = []
    for one in city.areas:
        code, parent = areas.normalise(one.code), areas.normalise(one.parent) if one.parent else None
        row = Area(code=code, level=one.level, parent_id=parent, name=one.name, name_en=one.name_en)
        row.population, row.source = one.population, SOURCE
        row.search = names.search_key(one.name, one.name_en)
        row.set_shape(one.polygon)
        rows.append(row)
    Area.objects.bulk_create(rows, BATCH)
    return {row.code: row for row in rows if row.level == Area.Level.COMMUNITY}


def _write_river(city: SynthCity) -> None:
    Land.objects.create(ref="demo/river", kind="water", name="湘江", name_en="Xiang River", **_ground(city.river))


def _ground(shape: shapely.Geometry) -> dict:
    west, south, east, north = shape.bounds
    return {"shape": shapely.to_wkb(shape), "west": west, "south": south, "east": east, "north": north}


class Codes:
    """The next free asset code of each county and class, without asking the database."""

    def __init__(self) -> None:
        self.last: Counter[str] = Counter()

    def take(self, stem: str) -> str:
        self.last[stem] += 1
        return f"{stem}{self.last[stem]:0{assets.SEQUENCE_DIGITS}d}"


class Writer:
    """One community's rows."""

    def __init__(self, chunk: Chunk, community: Area, codes: Codes) -> None:
        self.chunk, self.community, self.codes = chunk, community, codes
        self.compounds = {one.id: one for one in chunk.compounds}
        self.lines = [shapely.LineString(street.coords) for street in chunk.streets]
        self.rings = [shapely.Polygon(building.ring) for building in chunk.buildings]
        self.middles = shapely.get_coordinates(shapely.point_on_surface(self.rings)).reshape(-1, 2)

    def write(self) -> Counter[str]:
        self.cells = self._cut()
        counts = Counter(
            cells=len(self.cells),
            streets=bulk.insert(Street, self._streets()),
            turns=bulk.insert(Turn, self._turns()),
            land=bulk.insert(Land, [*self._features(), *self._compounds()]),
            buildings=bulk.insert(Building, self._buildings()),
            places=bulk.insert(Place, self._places()),
            assets=bulk.insert(Asset, self._assets()),
        )
        self._count_people()
        return counts

    def _cut(self) -> list[Area]:
        dividing = [
            line
            for line, street in zip(self.lines, self.chunk.streets, strict=True)
            if street.highway not in gridding.NOT_DIVIDING
        ]
        homes = Homes(self.middles, np.array([b.households for b in self.chunk.buildings], float))
        settings = GridRules.of(self.community.code)
        made = gridding.rows(self.community, gridding.cells(self.chunk.area.polygon, dividing, homes, settings))
        self.locator = Locator([cell.code for cell in made], [shapely.from_wkb(cell.shape) for cell in made])
        self.of_building = self._cells_of(self.middles)
        for cell in made:
            cell.source = SOURCE
        self._count_cells(made)
        Area.objects.bulk_create(made, BATCH)
        return made

    def _cells_of(self, points: np.ndarray) -> list[str]:
        if not len(points):
            return []
        return [found.cell if found else "" for found in self.locator.many(points[:, 0], points[:, 1])]

    def _count_cells(self, made: list[Area]) -> None:
        by_code = {cell.code: cell for cell in made}
        for building, code in zip(self.chunk.buildings, self.of_building, strict=True):
            if code:
                by_code[code].households += building.households
                by_code[code].population += building.population

    def _count_people(self) -> None:
        self.community.households = sum(b.households for b in self.chunk.buildings)
        self.community.population = sum(b.population for b in self.chunk.buildings)
        self.community.save(update_fields=["households", "population"])

    def _streets(self) -> Iterator[Street]:
        lengths = lengths_m(self.lines).tolist()
        for street, line, length in zip(self.chunk.streets, self.lines, lengths, strict=True):
            tags = {"width": round(street.width, 1), "lanes": street.lanes, "surface": street.surface}
            tags |= {"lit": "yes" if street.lit else "no"}
            tags |= {"oneway": "yes"} if street.oneway else {}
            tags |= {"bridge": "yes", "layer": 1} if street.bridge else {}
            tags |= {"back_street": "yes"} if street.back_street else {}
            if street.compound:
                tags |= {"access": "private", "compound": self._compound_name(street.compound)}
            yield Street(
                ref=f"demo/{street.id}", name=street.name, name_en=street.name_en, kind=street.highway,
                nodes=street.nodes.astype("<i8").tobytes(), length_m=length, tags=tags, community=self.community.code,
                **_ground(line),
            )  # fmt: skip

    def _turns(self) -> Iterator[Turn]:
        for n, turn in enumerate(self.chunk.restrictions, 1):
            yield Turn(
                ref=f"demo/{self.community.code}/{n}", kind=turn.kind, from_ref=f"demo/{turn.from_street}",
                via_node=turn.via_node, to_ref=f"demo/{turn.to_street}",
            )  # fmt: skip

    def _features(self) -> Iterator[Land]:
        for one in self.chunk.features:
            shape = shapely.Polygon(one.ring) if one.closed else shapely.LineString(one.ring)
            yield Land(ref=f"demo/f{one.id}", kind=one.kind, name=one.name, name_en=one.name_en, **_ground(shape))

    def _compounds(self) -> Iterator[Land]:
        for one in self.chunk.compounds:
            tags = {"kind": one.kind, "managed": one.managed, "built": one.built, "walled": one.walled}
            tags["gates"] = [[round(g.lon, 6), round(g.lat, 6)] for g in one.gates]
            yield Land(
                ref=f"demo/c{one.id}", kind="compound", name=one.name, name_en=one.name_en, tags=tags,
                **_ground(shapely.Polygon(one.ring)),
            )  # fmt: skip

    def _compound_name(self, number: int) -> str:
        return self.compounds[number].name if number in self.compounds else ""

    def _buildings(self) -> Iterator[Building]:
        parts = zip(
            self.chunk.buildings, shapely.to_wkb(self.rings), self.middles.tolist(), self.of_building, strict=True
        )
        for one, shape, (lon, lat), cell in parts:
            yield Building(
                ref=f"demo/{one.id}", name=one.name, use=one.use, shape=shape, lon=lon, lat=lat, storeys=one.storeys,
                entrances=max(1, len(one.entrances)), households=one.households, population=one.population,
                compound=self._compound_name(one.compound), community=self.community.code, cell=cell,
                tags={"name_en": one.name_en, "address": one.address, "built": one.built, "dwellings": one.dwellings},
            )  # fmt: skip

    def _places(self) -> Iterator[Place]:
        for one in self.chunk.places:
            yield Place(
                ref=f"demo/{one.id}", kind=one.kind.partition("=")[2] or one.kind, name=one.name, name_en=one.name_en,
                lon=one.lon, lat=one.lat, community=self.community.code, tags={"osm": one.kind},
            )  # fmt: skip

    def _assets(self) -> Iterator[Asset]:
        these = self.chunk.assets
        if these is None or not len(these):
            return
        cells = self._cells_of(np.column_stack((these.lon, these.lat)))
        columns = zip(
            these.id.tolist(), these.kind.tolist(), these.lon.tolist(), these.lat.tolist(), these.value.tolist(),
            cells, strict=True,
        )  # fmt: skip
        for number, kind, lon, lat, value, cell in columns:
            made = synth.KINDS[kind]
            category = f"C{made.code[:2]}-{made.code[2:]}" if made.code else assets.category(_kind(made.key))
            stem = assets.code_stem(self.community.code[:6], category)
            yield Asset(
                code=self.codes.take(stem), ref=f"demo/a{number}", kind=_kind(made.key), category=category, lon=lon,
                lat=lat, h3=h3cells.cell(lon, lat), community=self.community.code, cell=cell,
                name=made.name if made.key in ASSET_KIND else "", tags={"value": value} if value else {},
            )  # fmt: skip


def _kind(key: str) -> str:
    return ASSET_KIND.get(key, key)
