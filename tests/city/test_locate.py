from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from jiedao.city import gridding, stamps
from jiedao.city.locate import Located, Locator, locate, locate_many, require
from jiedao.city.models import Area
from jiedao.errors import Invalid
from tests.city import make

MIDDLE = (make.LON + make.SIDE / 2, make.LAT + make.SIDE / 2)


def test_codes_of_every_level() -> None:
    assert Located.of("43020200400112") == ("430202", "430202004", "430202004001", "43020200400112")
    assert Located.of("430202004") == ("430202", "430202004", "", "")
    assert Located.of("4302").code == ""


@pytest.fixture(scope="module")
def squares() -> Locator:
    codes = [f"430202001{i:03d}" for i in range(1, 10)]
    shapes = [make.square((i - 1) % 3, (i - 1) // 3) for i in range(1, 10)]
    return Locator([*codes, "430202"], [*shapes, shapely.box(make.LON - 1, make.LAT - 1, make.LON + 1, make.LAT + 1)])


@given(x=st.floats(0, 3), y=st.floats(0, 3))
def test_one_and_many_agree_and_edges_have_one_owner(squares: Locator, x: float, y: float) -> None:
    lon, lat = make.LON + x * make.SIDE, make.LAT + y * make.SIDE
    found = squares.one(lon, lat)
    assert found and found == squares.many([lon], [lat])[0]
    assert found.community == "" or found.community.startswith("430202001")


def test_a_shared_corner_belongs_to_the_lowest_code(squares: Locator) -> None:
    corner = squares.one(*make.square(1, 1).exterior.coords[3])
    assert corner and corner.community == "430202001001"


def test_beside_the_fine_polygons_the_coarse_one_answers(squares: Locator) -> None:
    assert squares.one(make.LON - 0.5, make.LAT) == ("430202", "", "", "")


@pytest.mark.parametrize("lon, lat", [(math.nan, 27.8), (113.1, math.inf), (1e300, 0), (500, 27), (-113, 27)])
def test_no_position_is_outside(squares: Locator, lon: float, lat: float) -> None:
    assert squares.one(lon, lat) is None
    assert squares.many([lon], [lat]) == [None]


@pytest.mark.django_db
def test_the_cell_is_found_and_memory_serves_the_next(django_assert_num_queries) -> None:
    community = make.city()[0]
    assert locate(*MIDDLE) == ("430202", "430202001", "430202001001", "")
    cells = gridding.cut(community)
    found = locate(*MIDDLE)
    assert found.cell in {cell.code for cell in cells} and found.code == found.cell
    with django_assert_num_queries(0):
        locate(*MIDDLE)
        locate_many([MIDDLE[0]] * 10, [MIDDLE[1]] * 10)


@pytest.mark.django_db
def test_outside_is_refused_with_a_sentence() -> None:
    make.city()
    for lon, lat in ((100.0, 20.0), (math.nan, 1.0), ("113", "27")):
        with pytest.raises(Invalid) as refused:
            require(lon, lat)
        assert refused.value.field == "place" and refused.value.text.zh and refused.value.text.en


@pytest.mark.django_db
def test_a_changed_boundary_is_seen_after_the_bump() -> None:
    make.city()
    assert locate(make.LON + 5 * make.SIDE, make.LAT) is None
    area = Area.objects.get(code="430202001002")
    area.set_shape(shapely.box(make.LON + make.SIDE, make.LAT, make.LON + 9 * make.SIDE, make.LAT + make.SIDE))
    area.save()
    assert locate(make.LON + 5 * make.SIDE, make.LAT) is None
    stamps.bump("areas")
    assert locate(make.LON + 5 * make.SIDE, make.LAT).community == "430202001002"


def test_between_edges_that_were_rounded_apart() -> None:
    gap = 4e-10
    shapes = [shapely.box(113.1, 27.8, 113.11 - gap, 27.81), shapely.box(113.11 + gap, 27.8, 113.12, 27.81)]
    locator = Locator(["430202001001", "430202001002", "430202001"], [*shapes, shapely.box(113.1, 27.8, 113.12, 27.81)])
    assert locator.one(113.11, 27.805).community == "430202001001"
    assert locator.many([113.11, 113.12 + 1e-7], [27.805, 27.805])[0].community == "430202001001"
