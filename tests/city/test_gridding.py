from __future__ import annotations

import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from jiedao.city import checks, gridding
from jiedao.city.geometry import area_m2
from jiedao.city.gridding import GridRules, Homes
from jiedao.city.models import Area, Asset, Building
from jiedao.errors import Conflict, Invalid
from tests.city import make

RULES = GridRules(households_min=300, households_max=500, cell_area_m2=10_000, open_cell_area_m2=250_000, digits=3)
GROUND = shapely.Polygon(
    [(113.1, 27.8), (113.108, 27.8005), (113.1085, 27.806), (113.104, 27.8075), (113.1002, 27.806)]
)
HOLED = GROUND.difference(shapely.box(113.103, 27.802, 113.1045, 27.8035))
MICRO_M2 = 0.05
"""Of some 3 km of edges: a fiftieth of a millimetre."""


def lines(seed: int, count: int) -> list[shapely.LineString]:
    """Streets at random over the ground: crossing, dangling, leaving it, some along its edge."""
    rng = np.random.default_rng(seed)
    low, high = np.array([113.098, 27.798]), np.array([113.11, 27.81])
    found = [shapely.LineString(rng.uniform(low, high, (rng.integers(2, 6), 2))) for _ in range(count)]
    edge = shapely.get_coordinates(GROUND)
    noisy = shapely.LineString(shapely.segmentize(shapely.LineString(edge[2:5]), 3e-4).coords)
    noisy = shapely.transform(noisy, lambda at: at + rng.uniform(-1e-13, 1e-13, at.shape))
    return [*found, shapely.LineString(edge[:2]), noisy] if count % 2 else found


def homes(seed: int, count: int, known: bool) -> Homes:
    rng = np.random.default_rng(seed + 1)
    at = rng.uniform([113.1, 27.8], [113.108, 27.807], (count, 2))
    return Homes(at, rng.integers(1, 60, count).astype(float) if known else np.zeros(count))


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10_000), streets=st.integers(0, 25), buildings=st.integers(0, 150), known=st.booleans(),
    ground=st.sampled_from([GROUND, HOLED]),
)  # fmt: skip
def test_cells_tile_the_ground(seed: int, streets: int, buildings: int, known: bool, ground: shapely.Polygon) -> None:
    at = homes(seed, buildings, known)
    cells = gridding.cells(ground, lines(seed, streets), at, RULES)
    gap, overlap = checks.tiling(ground, cells)
    assert gap < MICRO_M2 and overlap < MICRO_M2
    assert all(cell.is_valid and cell.area > 0 for cell in cells)
    assert [c.wkb for c in gridding.cells(ground, lines(seed, streets), at, RULES)] == [c.wkb for c in cells]


def test_cells_of_unknown_households_have_about_the_nominal_area() -> None:
    cells = gridding.cells(GROUND, lines(3, 12), Homes.none(), RULES)
    sizes = np.array([area_m2(cell) for cell in cells])
    assert 8_000 < np.median(sizes) < 12_500
    assert sizes.max() < 15_000
    assert (sizes > 5_000).mean() > 0.95


def test_cells_of_known_households_hold_about_four_hundred() -> None:
    at = homes(5, 400, known=True)
    cells = gridding.cells(GROUND, lines(5, 12), at, RULES)
    points = shapely.points(at.lonlat)
    held = np.array([at.households[shapely.intersects(cell, points)].sum() for cell in cells])
    assert ((held >= 200) & (held <= 520)).mean() > 0.8


def test_a_small_community_is_one_cell_with_its_own_shape() -> None:
    small = shapely.box(113.1, 27.8, 113.1008, 27.8008)
    assert gridding.cells(small, [], Homes.none(), RULES) == [small]


def test_hillsides_stay_large_and_the_village_does_not() -> None:
    ground = shapely.box(113.1, 27.8, 113.14, 27.84)
    rng = np.random.default_rng(1)
    village = Homes(rng.uniform([113.102, 27.802], [113.106, 27.806], (150, 2)), np.zeros(150))
    cells = gridding.cells(ground, [], village, RULES)
    inside = [area_m2(c) for c in cells if c.centroid.within(shapely.box(113.102, 27.802, 113.106, 27.806))]
    outside = [area_m2(c) for c in cells if c.centroid.x > 113.12]
    assert np.median(inside) < 20_000 < 120_000 < np.median(outside)


def test_too_few_digits_name_the_setting() -> None:
    with pytest.raises(Conflict) as refused:
        gridding.cells(GROUND, lines(3, 12), Homes.none(), GridRules(300, 500, 10_000, 250_000, digits=1))
    assert "city.grid_code.sequence_digits" in refused.value.text.zh


def test_a_country_sized_community_is_refused_at_once() -> None:
    begun = time.perf_counter()
    with pytest.raises(Conflict):
        gridding.cells(shapely.box(70, 20, 130, 50), [], Homes.none(), RULES)
    assert time.perf_counter() - begun < 1


def test_reading_order_is_row_by_row_from_the_north_west() -> None:
    ground = shapely.box(113.1, 27.8, 113.1031, 27.8028)
    streets = [shapely.LineString([(113.1 + 0.00103 * k, 27.79), (113.1 + 0.00103 * k, 27.81)]) for k in (1, 2)]
    streets += [shapely.LineString([(113.09, 27.8 + 0.00093 * k), (113.11, 27.8 + 0.00093 * k)]) for k in (1, 2)]
    cells = gridding.cells(ground, streets, Homes.none(), RULES)
    middles = [
        (round((c.centroid.x - 113.1) / 0.00103 - 0.5), round((27.8028 - c.centroid.y) / 0.00093 - 0.5)) for c in cells
    ]
    assert middles == [(column, row) for row in range(3) for column in range(3)]


@pytest.mark.django_db
def test_cut_stores_cells_and_settles_what_stands_in_them() -> None:
    community = make.city()[0]
    for k in range(1, 5):
        make.street(f"way/{k}", (0.2 * k, -0.1), (0.2 * k, 1.1))
    houses = [make.building(f"way/b{i}", 0.07 + i % 9 / 10, 0.07 + i // 9 / 10, households=40) for i in range(81)]
    Asset.objects.create(
        code="4302020137000001", kind="lamp", lon=make.LON + 1e-3, lat=make.LAT + 1e-3, h3=1, community=community.code
    )
    cells = gridding.cut(community)
    assert [cell.code for cell in cells] == [f"{community.code}{n:02d}" for n in range(1, len(cells) + 1)]
    assert sum(cell.households for cell in cells) == 81 * 40
    assert sum(cell.population for cell in cells) == 81 * 120
    assert all(250 <= cell.households <= 520 for cell in cells)
    codes = {cell.code for cell in cells}
    assert {Building.objects.get(ref=house.ref).cell for house in houses} <= codes
    assert Asset.objects.get().cell in codes
    assert list(checks.broken_tilings()) == [] and list(checks.misplaced_assets()) == []


@pytest.mark.django_db
def test_what_is_cut_stays_cut() -> None:
    community = make.city()[0]
    first = [(cell.code, bytes(cell.shape)) for cell in gridding.cut(community)]
    make.street("way/9", (0.5, 0), (0.5, 1))
    assert [(cell.code, bytes(cell.shape)) for cell in gridding.cut(community.code)] == first
    Area.objects.filter(level="cell").delete()
    assert [(cell.code, bytes(cell.shape)) for cell in gridding.cut(community)] != first


@pytest.mark.django_db
def test_only_communities_with_a_boundary_are_cut() -> None:
    make.city()
    Area.objects.filter(code="430202001002").update(shape=None)
    for code in ("430202001", "430202001002"):
        with pytest.raises(Invalid):
            gridding.cut(code)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(5, 25))
def test_no_cell_is_a_crumb(seed: int, streets: int) -> None:
    sizes = [area_m2(cell) for cell in gridding.cells(GROUND, lines(seed, streets), homes(seed, 50, False), RULES)]
    assert min(sizes) > 1_000
