from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiedao.city import coordinates as c
from jiedao.city.h3cells import cell, distance_m, near, rings_for
from jiedao.errors import Invalid

CHINA = (st.floats(73.0, 135.0), st.floats(3.0, 53.5))


@given(*CHINA)
def test_round_trips_stay_within_a_millimetre(lon: float, lat: float) -> None:
    for there, back in ((c.wgs84_to_gcj02, c.gcj02_to_wgs84), (c.wgs84_to_bd09, c.bd09_to_wgs84)):
        x, y = back(*there(lon, lat))
        assert distance_m(lon, lat, float(x), float(y)) < 0.001


@given(*CHINA)
def test_the_offset_is_that_of_chinese_maps(lon: float, lat: float) -> None:
    x, y = c.wgs84_to_gcj02(lon, lat)
    assert 10 < distance_m(lon, lat, float(x), float(y)) < 1200


def test_published_values() -> None:
    """The examples that open converters print for 116.404, 39.915."""
    assert np.allclose(c.wgs84_to_gcj02(116.404, 39.915), (116.41024449916938, 39.91640428150164), atol=1e-9)
    assert np.allclose(c.gcj02_to_bd09(116.404, 39.915), (116.41036949371029, 39.92133699351022), atol=1e-9)


def test_outside_china_nothing_moves() -> None:
    assert np.allclose(c.wgs84_to_gcj02([24.94, 9.52], [60.17, 47.14]), ([24.94, 9.52], [60.17, 47.14]))


def test_datums_by_name() -> None:
    assert c.converter("WGS-84") is None
    assert c.converter("gcj-02") is c.gcj02_to_wgs84
    with pytest.raises(Invalid) as refused:
        c.converter("mars")
    assert "gcj02" in str(refused.value.expected)


@given(st.floats(113.0, 113.2), st.floats(27.7, 27.9), st.floats(-300, 300), st.floats(-300, 300))
def test_rings_hold_all_points_within_the_distance(lon: float, lat: float, east: float, north: float) -> None:
    other_lon, other_lat = lon + east / 98_500, lat + north / 110_800
    metres = distance_m(lon, lat, other_lon, other_lat)
    assert cell(other_lon, other_lat) in near(cell(lon, lat), rings_for(metres))
    assert 0 <= cell(lon, lat) < 2**63


def test_distance_of_a_degree_of_latitude() -> None:
    assert distance_m(113, 27, 113, 28) == pytest.approx(111_195, abs=1)
