"""The generated city as a whole: same every time, tiled, connected, peopled, named."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiedao.city.synth import KINDS, Chunk, Division, generate

from .checks import components, lines, metres, nodes, overlapping, polygons
from .conftest import make

LEVELS = ("city", "district", "subdistrict", "community")


def flat(value):
    """A record as nested tuples that compare."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.tobytes()
    if isinstance(value, shapely.Geometry):
        return value.wkb
    if dataclasses.is_dataclass(value):
        return tuple(flat(getattr(value, f.name)) for f in dataclasses.fields(value))
    if isinstance(value, (list, tuple)):
        return tuple(flat(v) for v in value)
    return value


def test_same_arguments_give_the_same_city_and_another_seed_another(town):
    again = make(5_000, 3)
    assert flat(again.city.areas) == flat(town.city.areas)
    assert flat(again.chunks) == flat(town.chunks)
    assert flat(make(5_000, 4).chunks) != flat(town.chunks)


def test_chunks_may_be_asked_for_again(town):
    assert flat(next(iter(town.city.chunks()))) == flat(town.chunks[0])


def test_areas_of_each_level_tile_the_city(made):
    areas = made.city.areas
    whole = metres(next(a for a in areas if a.level == "city").polygon)
    for level in LEVELS[1:]:
        shapes = np.array([metres(a.polygon) for a in areas if a.level == level])
        assert shapely.is_valid(shapes).all()
        assert not overlapping(shapes, by=0.01)
        assert shapely.area(shapes).sum() == pytest.approx(whole.area, rel=1e-9)


@pytest.mark.parametrize(("population", "seed"), [(120_000, 1), (400_000, 2), (800_000, 4), (4_000_000, 1)])
def test_communities_are_in_one_piece(population, seed):
    assert {a.polygon.geom_type for a in generate(population, seed).areas} == {"Polygon"}


def test_children_tile_their_parent(made):
    for parent in made.city.areas:
        kids = [a.polygon for a in made.city.areas if a.parent == parent.code]
        if kids:
            assert metres(shapely.union_all(kids).symmetric_difference(parent.polygon)).area < 0.01


def test_blocks_tile_their_community(made):
    for chunk in made.chunks:
        shapes = polygons(b.ring for b in chunk.blocks)
        assert shapely.is_valid(shapes).all()
        assert not overlapping(shapes, by=0.05)
        assert shapely.area(shapes).sum() == pytest.approx(metres(chunk.area.polygon).area, rel=1e-6)


def test_codes_are_unique_and_nested(made):
    codes = [a.code for a in made.city.areas]
    assert len(set(codes)) == len(codes)
    for a in made.city.areas:
        assert len(a.code) == {"city": 6, "district": 6, "subdistrict": 9, "community": 12}[a.level]
        if a.level in ("subdistrict", "community"):
            assert a.code.startswith(a.parent)


def test_ids_are_unique_and_carry_the_community(made):
    for kind in ("streets", "blocks", "compounds", "buildings", "places", "features"):
        ids = [row.id for chunk in made.chunks for row in getattr(chunk, kind)]
        assert len(set(ids)) == len(ids), kind
    for chunk in made.chunks:
        code = int(chunk.area.code)
        assert {b.id // 1_000_000 for b in chunk.buildings} == {code}
        assert set((chunk.assets.id // 1_000_000).tolist()) <= {code}
    ids = np.concatenate([chunk.assets.id for chunk in made.chunks])
    assert len(np.unique(ids)) == len(ids)


def test_named_parts_are_there_at_every_size(town):
    names = {a.code: a.name for a in town.city.areas}
    assert names["430202004"] == "桂花街道"
    assert names["430202002021"] == "六〇一社区"
    assert names["430203001"] == "贺家土街道"
    assert names["430204002"] == "响石岭街道"
    assert any(code.startswith("430211") and len(code) == 12 for code in names)
    assert {a.name_en for a in town.city.areas} >= {"Guihua Subdistrict", "Hetang District", "Zhuzhou City"}


def test_all_311_communities_are_kept_in_a_large_city():
    areas = generate(2_000_000, 1).areas
    assert sum(a.level == "community" for a in areas) == 311
    assert sum(a.population for a in areas if a.level == "community") == 2_000_000


def test_population_is_what_was_asked_for(made):
    people = sum(b.population for chunk in made.chunks for b in chunk.buildings)
    assert people == pytest.approx(made.city.population, rel=0.02)
    for chunk in made.chunks:
        assert sum(b.population for b in chunk.buildings) == chunk.area.population
        for b in chunk.buildings:
            assert b.households <= b.dwellings
            assert (b.households == 0) == (b.population == 0)


def test_density_is_that_of_a_chinese_city(city):
    whole = metres(next(a for a in city.city.areas if a.level == "city").polygon)
    town_land = sum(metres(a.polygon).area for a in city.city.areas if a.level == "community" and not a.rural) / 1e6
    water = metres(city.city.river).intersection(whole).area / 1e6
    assert 8_000 < city.city.population / (town_land - water) < 20_000


def test_streets_form_one_network_even_one_way(made):
    assert components(made.chunks, directed=False) == 1
    assert components(made.chunks, directed=True) == 1


def test_a_node_is_at_one_place_and_places_differ(made):
    at = nodes(made.chunks)
    assert all(len(places) == 1 for places in at.values())
    assert len({p for places in at.values() for p in places}) == len(at)


def test_streets_meet_only_at_nodes_that_both_have(made):
    for chunk in made.chunks:
        shapes = lines(s.coords for s in chunk.streets)
        i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        for a, b in zip(i[i < j].tolist(), j[i < j].tolist(), strict=True):
            shared = set(chunk.streets[a].nodes.tolist()) & set(chunk.streets[b].nodes.tolist())
            assert len(shapely.get_parts(shapely.intersection(shapes[a], shapes[b]))) == len(shared)


def test_turn_restrictions_name_streets_that_meet(city):
    streets = {s.id: s for chunk in city.chunks for s in chunk.streets}
    rows = [r for chunk in city.chunks for r in chunk.restrictions]
    assert rows
    for r in rows:
        assert r.via_node in streets[r.from_street].nodes
        assert r.via_node in streets[r.to_street].nodes


def test_both_banks_are_joined_by_named_bridges(made):
    bridges = [s for chunk in made.chunks for s in chunk.streets if s.bridge]
    assert bridges and all(s.name.endswith("大桥") for s in bridges)
    assert all(metres(shapely.LineString(s.coords)).intersects(metres(made.city.river)) for s in bridges)


def test_a_population_out_of_range_is_refused():
    with pytest.raises(ValueError, match="population must be"):
        generate(10, 1)


def test_another_frame_can_be_given():
    frame = [Division("990000", "试验市", "city", "")]
    for k, d in enumerate(("990001", "990002")):
        frame += [Division(d, f"第{k}区", "district", "990000"), Division(d + "001", "一街道", "subdistrict", d)]
        frame += [Division(f"{d}001{n:03}", f"试验{k}{n}社区", "community", d + "001") for n in range(1, 5)]
    city = generate(8_000, 1, frame)
    assert sum(b.population for chunk in city.chunks() for b in chunk.buildings) == 8_000


def test_speed_of_a_demo_city():
    start = time.process_time()
    people = sum(b.population for chunk in generate(40_000, 11).chunks() for b in chunk.buildings)
    assert people == 40_000
    assert time.process_time() - start < 4


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(3_000, 25_000), st.integers(0, 2**31))
def test_any_seed_gives_a_sound_city(population, seed):
    made = make(population, seed)
    water = metres(made.city.river)
    assert sum(b.population for chunk in made.chunks for b in chunk.buildings) == population
    assert components(made.chunks, directed=True) == 1
    assert all(len(places) == 1 for places in nodes(made.chunks).values())
    shapes = np.array([metres(a.polygon) for a in made.city.areas if a.level == "community"])
    assert not overlapping(shapes, by=0.01)
    for chunk in made.chunks:
        _sound(chunk, water)


def _sound(chunk: Chunk, water: shapely.Polygon) -> None:
    shapes = polygons(b.ring for b in chunk.buildings)
    assert shapely.is_valid(shapes).all()
    assert not overlapping(shapes, by=0.5)
    assert not shapely.intersects(water, shapes).any()
    assert not shapely.intersects(water, lines(s.coords for s in chunk.streets if not s.bridge)).any()
    assert shapely.contains_xy(chunk.area.polygon, chunk.assets.lon, chunk.assets.lat).all()
    assert chunk.assets.kind.max() < len(KINDS)
