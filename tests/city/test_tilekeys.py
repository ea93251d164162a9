from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jiedao.city import tilekeys as k


@given(
    lon=st.floats(-179, 179), lat=st.floats(-80, 80), width=st.floats(0, 2), height=st.floats(0, 2),
    z=st.integers(10, 18), right=st.floats(0, 1), up=st.floats(0, 1),
)  # fmt: skip
def test_a_tile_that_a_box_reaches_asks_for_its_key(
    lon: float, lat: float, width: float, height: float, z: int, right: float, up: float
) -> None:
    east, north = min(lon + width, 180), min(lat + height, 85)
    x, y = k.fraction(lon + right * (east - lon), lat + up * (north - lat))
    tile = int(x * 2**z), int(y * 2**z)
    assert k.key(lon, lat, east, north) in set(k.keys(z, *tile))


@given(st.integers(0, 17), st.data())
def test_codes_are_unique(level: int, data: st.DataObject) -> None:
    cell = st.tuples(st.integers(0, 2**level - 1), st.integers(0, 2**level - 1))
    one, other = data.draw(cell), data.draw(cell)
    assert (k.code(level, *one) == k.code(level, *other)) == (one == other)
    assert 4**level <= k.code(level, *one) < 2 * 4**level


def test_small_things_lie_at_the_finest_level_and_far_tiles_do_not_ask_for_them() -> None:
    house = k.key(113.1, 27.8, 113.1001, 27.8001)
    assert house >= 4**k.FINEST
    x, y = k.fraction(113.2, 27.8)
    assert house not in k.keys(15, int(x * 2**15), int(y * 2**15))
    assert len(k.keys(16, int(x * 2**16), int(y * 2**16), margin=1 / 16)) < 200


@given(st.integers(6, 18), st.data())
def test_bounds_and_fraction_are_inverse(z: int, data: st.DataObject) -> None:
    x, y = data.draw(st.integers(0, 2**z - 1)), data.draw(st.integers(0, 2**z - 1))
    west, south, east, north = k.bounds(z, x, y)
    across, down = k.fraction((west + east) / 2, (south + north) / 2)
    assert (int(across * 2**z), int(down * 2**z)) == (x, y)
