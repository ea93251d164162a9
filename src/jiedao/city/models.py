"""Where: areas in a tree, streets, buildings, assets and places. Coordinates are WGS-84 degrees; shapes are WKB."""

from __future__ import annotations

import shapely
from django.db import models

from jiedao.city.fields import TileKeyField

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


class Area(models.Model):
    """区划. `code` is the significant prefix of the 12-digit statistical code: 4302, 430202, 430202004, 430202004001.

    A grid cell adds the city's sequence digits to its community's code; so every ancestor is a prefix of its
    descendants.
    """

    class Level(models.TextChoices):
        CITY = "city", "市"
        DISTRICT = "district", "区县"
        SUBDISTRICT = "subdistrict", "街道/镇"
        COMMUNITY = "community", "社区/村"
        CELL = "cell", "网格"

    code = models.CharField(max_length=20, primary_key=True)
    level = models.CharField(max_length=12, choices=Level.choices)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    search = models.CharField(max_length=300, blank=True, help_text="normalised name and pinyin, for look-up")
    shape = models.BinaryField(null=True)
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)
    lon = models.FloatField(null=True, help_text="a point inside, for labels")
    lat = models.FloatField(null=True)
    households = models.PositiveIntegerField(default=0)
    population = models.PositiveIntegerField(default=0)
    source = models.CharField(max_length=40, blank=True, help_text="statistics, shapes, osm, provisional, demo, …")
    tile = TileKeyField()

    class Meta:
        indexes = [models.Index(fields=["level", "code"]), models.Index(fields=["level", "tile"])]

    def __str__(self) -> str:
        return self.name

    def box(self) -> Box | None:
        return None if self.west is None else (self.west, self.south, self.east, self.north)

    def set_shape(self, shape: shapely.Geometry) -> None:
        """Store a (multi)polygon with its box and its label point; does not save."""
        self.shape = shapely.to_wkb(shape)
        self.west, self.south, self.east, self.north = shapely.bounds(shape).tolist()
        inside = shapely.point_on_surface(shape)
        self.lon, self.lat = inside.x, inside.y

    @property
    def full_code(self) -> str:
        """The official 12-digit form (longer for grid cells)."""
        return self.code.ljust(6, "0").ljust(12, "0")


class Street(models.Model):
    """One way of the map, unsplit; `nodes` are its vertex ids, which junctions share."""

    ref = models.CharField(max_length=32, unique=True, help_text="way/123 for OSM, synth/… for the demo")
    name = models.CharField(max_length=120, blank=True, db_index=True)
    name_en = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=24, help_text="OSM highway value")
    shape = models.BinaryField()
    nodes = models.BinaryField(help_text="int64 little-endian ids, one a vertex")
    length_m = models.FloatField()
    tags = models.JSONField(default=dict, help_text="oneway, lit, access, width, maxweight, surface, layer, …")
    community = models.CharField(max_length=12, blank=True, db_index=True)
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    tile = TileKeyField()

    class Meta:
        indexes = [models.Index(fields=["kind", "tile"])]

    def box(self) -> Box:
        return self.west, self.south, self.east, self.north


class Turn(models.Model):
    """A turn restriction: from way over node to way."""

    ref = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=32, help_text="no_left_turn, only_straight_on, …")
    from_ref = models.CharField(max_length=32)
    via_node = models.BigIntegerField()
    to_ref = models.CharField(max_length=32)


class Building(models.Model):
    ref = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=120, blank=True)
    use = models.CharField(max_length=24, help_text="residential, shop, school, office, factory, …")
    shape = models.BinaryField()
    lon = models.FloatField()
    lat = models.FloatField()
    storeys = models.PositiveSmallIntegerField(default=1)
    entrances = models.PositiveSmallIntegerField(default=1, help_text="楼道 stairwells")
    households = models.PositiveIntegerField(default=0)
    population = models.PositiveIntegerField(default=0)
    compound = models.CharField(max_length=80, blank=True, db_index=True, help_text="小区 this building stands in")
    community = models.CharField(max_length=12, blank=True, db_index=True)
    cell = models.CharField(max_length=20, blank=True)
    tags = models.JSONField(default=dict)
    tile = TileKeyField()

    def box(self) -> Box:
        return tuple(shapely.bounds(shapely.from_wkb(bytes(self.shape))).tolist())


class Land(models.Model):
    """Drawn under everything: water, green, industry, compounds with their walls; rivers and railways as lines."""

    ref = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=24, help_text="water, park, wood, industrial, compound, hill, square, …")
    name = models.CharField(max_length=120, blank=True)
    name_en = models.CharField(max_length=160, blank=True)
    shape = models.BinaryField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    tags = models.JSONField(default=dict)
    tile = TileKeyField()

    def box(self) -> Box:
        return self.west, self.south, self.east, self.north


class Asset(models.Model):
    """部件: a thing at a point that somebody looks after. `code`: 6 digits county, 2 + 2 class, 6 sequence."""

    code = models.CharField(max_length=20, unique=True)
    ref = models.CharField(max_length=32, null=True, unique=True)
    kind = models.CharField(max_length=24, help_text="lamp, bin, manhole, hydrant, tree, bench, bus_stop, …")
    category = models.CharField(max_length=24, blank=True, help_text="small class of the taxonomy, C01-37")
    name = models.CharField(max_length=120, blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    h3 = models.BigIntegerField(db_index=True)
    community = models.CharField(max_length=12, blank=True)
    cell = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=16, default="ok", help_text="ok, faulty, removed")
    tags = models.JSONField(default=dict)
    tile = TileKeyField()

    class Meta:
        indexes = [models.Index(fields=["community", "kind"]), models.Index(fields=["category"])]

    def box(self) -> Box:
        return self.lon, self.lat, self.lon, self.lat


class Place(models.Model):
    """A point of interest: school, hospital, market, police post, community office."""

    ref = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=32)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=200, blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    community = models.CharField(max_length=12, blank=True, db_index=True)
    tags = models.JSONField(default=dict)
    tile = TileKeyField()

    def box(self) -> Box:
        return self.lon, self.lat, self.lon, self.lat


class Import(models.Model):
    """One run of an importer: what came in, what was skipped and why."""

    at = models.DateTimeField(auto_now_add=True)
    source = models.CharField(max_length=200)
    area = models.CharField(max_length=20, blank=True)
    digest = models.CharField(max_length=64)
    report = models.JSONField(default=dict)


class Stamp(models.Model):
    """A random number that changes with the data of this name; see `city.stamps`."""

    name = models.CharField(max_length=16, primary_key=True)
    value = models.BigIntegerField()
