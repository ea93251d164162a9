"""What stands in the city: nothing on the roads, nothing in the river, gates on walls, furniture where it belongs."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from jiedao.city.synth import KINDS

from .checks import lines, metres, overlapping, plane, polygons

KEYS = [k.key for k in KINDS]


def test_buildings_do_not_overlap(made):
    shapes = np.concatenate([polygons(b.ring for b in chunk.buildings) for chunk in made.chunks])
    assert shapely.is_valid(shapes).all()
    assert shapely.area(shapes).min() > 8
    assert not overlapping(shapes, by=0.5)


def test_buildings_stand_in_their_community_and_block(made):
    for chunk in made.chunks:
        row = {b.id: k for k, b in enumerate(chunk.blocks)}
        blocks = shapely.buffer(polygons(b.ring for b in chunk.blocks), 0.01)
        its_block = blocks[[row[b.block] for b in chunk.buildings]]
        assert shapely.contains(its_block, polygons(b.ring for b in chunk.buildings)).all()


def test_no_building_stands_on_a_public_carriageway(made):
    """Streets are widened to their carriageway; each is checked against all buildings near it."""
    shapes = np.concatenate([polygons(b.ring for b in chunk.buildings) for chunk in made.chunks])
    streets = [s for chunk in made.chunks for s in chunk.streets if not s.compound and not s.bridge]
    half = np.array([s.width / 2 for s in streets])
    roads = shapely.buffer(lines(s.coords for s in streets), half, cap_style="flat")
    tree = shapely.STRtree(shapes)
    i, j = tree.query(roads, predicate="intersects")
    on = shapely.area(shapely.intersection(roads[i], shapes[j]))
    bad = [(streets[p].highway, streets[p].name, float(z)) for p, z in zip(i, on, strict=True) if z > 0.5]
    assert not bad


def test_no_inner_lane_runs_through_a_building(made):
    for chunk in made.chunks:
        shapes = polygons(b.ring for b in chunk.buildings)
        inner = [s.coords for s in chunk.streets if s.compound]
        if inner:
            lanes = lines(inner)
            i, j = shapely.STRtree(shapes).query(lanes, predicate="intersects")
            inside = shapely.length(shapely.intersection(lanes[i], shapes[j]))
            assert inside.max(initial=0) < 1.0


def test_nothing_is_built_in_the_river_and_walks_stay_dry(made):
    water = metres(made.city.river)
    for chunk in made.chunks:
        assert not shapely.intersects(water, polygons(b.ring for b in chunk.buildings)).any()
        assert not shapely.intersects(water, lines(s.coords for s in chunk.streets if not s.bridge)).any()


def test_furniture_falls_inside_its_community(made):
    for chunk in made.chunks:
        a = chunk.assets
        assert len({len(c) for c in (a.id, a.kind, a.lon, a.lat, a.street, a.compound, a.value)}) == 1
        assert shapely.contains_xy(chunk.area.polygon, a.lon, a.lat).all()


def test_furniture_points_to_streets_and_compounds_that_exist(made):
    streets = {s.id for chunk in made.chunks for s in chunk.streets}
    for chunk in made.chunks:
        assert set(chunk.assets.street[chunk.assets.street > 0].tolist()) <= streets
        plots = {c.id for c in chunk.compounds}
        assert set(chunk.assets.compound[chunk.assets.compound > 0].tolist()) <= plots


def test_lamps_stand_closer_on_a_wide_street_and_every_kind_is_there(city):
    kinds = np.concatenate([chunk.assets.kind for chunk in city.chunks])
    assert set(np.unique(kinds).tolist()) == set(range(len(KINDS)))
    lamps = (kinds == KEYS.index("lamp")).sum()
    assert 40 < lamps / city.city.population * 1000 < 150


def test_gates_are_on_the_wall_and_on_the_network(made):
    seen = 0
    for chunk in made.chunks:
        nodes = {int(n) for s in chunk.streets for n in s.nodes}
        for c in chunk.compounds:
            wall = metres(shapely.LinearRing(c.ring))
            for gate in c.gates:
                assert gate.node in nodes
                assert wall.distance(metres(shapely.Point(gate.lon, gate.lat))) < 0.01
                seen += 1
    assert seen > len(made.chunks)


def test_homes_have_entrances_on_their_outline(city):
    for chunk in city.chunks:
        homes = [b for b in chunk.buildings if b.dwellings]
        counts = [len(b.entrances) for b in homes]
        assert min(counts) >= 1
        doors = shapely.points(plane(np.concatenate([b.entrances for b in homes])))
        outlines = shapely.boundary(polygons(b.ring for b in homes))
        assert shapely.distance(np.repeat(outlines, counts), doors).max() < 6


def test_the_old_town_is_finer_than_the_new_one(city):
    area = {}
    for use in ("old", "tower"):
        rings = [b.ring for chunk in city.chunks for b in chunk.blocks if b.land_use == use]
        area[use] = np.median(shapely.area(polygons(rings)))
    assert area["old"] * 3 < area["tower"]
    assert max(b.storeys for chunk in city.chunks for b in chunk.buildings) > 11


def test_every_community_has_its_office(made):
    for chunk in made.chunks:
        assert sum(p.kind == "office=government" for p in chunk.places) == 1


@pytest.mark.parametrize("kind", ["amenity=hospital", "amenity=police", "amenity=school", "amenity=marketplace"])
def test_a_city_has_its_public_places(city, kind):
    assert any(p.kind == kind for chunk in city.chunks for p in chunk.places)


def test_yards_without_a_manager_and_back_streets_exist(city):
    plots = [c for chunk in city.chunks for c in chunk.compounds if c.kind == "residential"]
    assert 0.05 < np.mean([not c.managed for c in plots]) < 0.7
    lanes = [s for chunk in city.chunks for s in chunk.streets if s.back_street]
    assert len(lanes) > 50
    assert any(not s.lit for s in lanes) and any(s.lit for s in lanes)


def test_everything_with_a_name_has_it_in_both_languages(made):
    for chunk in made.chunks:
        for row in (*chunk.streets, *chunk.compounds, *chunk.buildings, *chunk.places, *chunk.features):
            assert bool(row.name) == bool(row.name_en)
        for s in chunk.streets:
            assert s.compound or s.highway in ("footway", "steps") or s.name
