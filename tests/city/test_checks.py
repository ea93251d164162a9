from __future__ import annotations

import pytest
import shapely

from jiedao.city import checks, gridding
from jiedao.city.models import Area, Asset
from tests.city import make

pytestmark = pytest.mark.django_db


def test_an_empty_city_is_told_to_import() -> None:
    assert [finding.where for finding in checks.check()] == ["city.areas"]


def test_a_sound_city_has_no_findings() -> None:
    gridding.cut(make.city()[0])
    assert list(checks.check()) == []


def test_missing_boundaries_are_counted() -> None:
    make.city()
    Area.objects.filter(code="430202001002").update(shape=None, west=None)
    (finding,) = checks.check()
    assert "2 个中有 1 个没有边界" in finding.text.zh and finding.level == "warning"


@pytest.mark.parametrize("grown", [-2e-4, 2e-4])
def test_gaps_and_overlaps_are_found(grown: float) -> None:
    cell = gridding.cut(make.city()[0])[0]
    cell.set_shape(shapely.buffer(shapely.from_wkb(bytes(cell.shape)), grown, join_style="mitre"))
    cell.save()
    (finding,) = checks.broken_tilings()
    assert finding.where == "city.cells.430202001001"


def test_an_invalid_polygon_is_a_finding_and_no_crash() -> None:
    cell = gridding.cut(make.city()[0])[0]
    bow = shapely.Polygon([(113.1, 27.8), (113.101, 27.801), (113.101, 27.8), (113.1, 27.801)])
    Area.objects.filter(code=cell.code).update(shape=bow.wkb)
    (finding,) = checks.broken_tilings()
    assert "无效" in finding.text.zh


def test_an_asset_outside_its_cell_is_found() -> None:
    cells = gridding.cut(make.city()[0])
    for number, cell in enumerate((cells[0], cells[-1]), 1):
        Asset.objects.create(
            code=f"430202013700000{number}", kind="lamp", lon=cells[0].lon, lat=cells[0].lat, h3=1, cell=cell.code
        )
    (finding,) = checks.misplaced_assets()
    assert "4302020137000002" in finding.text.zh and "4302020137000001" not in finding.text.zh
