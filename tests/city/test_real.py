"""Four real extracts end to end; the counts are those that the files hold."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from jiedao.city import address, checks, tiles
from jiedao.city.geometry import area_m2
from jiedao.city.imports.divisions import import_divisions
from jiedao.city.imports.osm import import_osm
from jiedao.city.models import Area, Building, Street
from jiedao.errors import Refused
from tests.city import make
from tests.city.test_tiles import at

pytestmark = pytest.mark.django_db


def sizes() -> np.ndarray:
    return np.array(
        [
            area_m2(shapely.from_wkb(bytes(raw)))
            for raw in Area.objects.filter(level="cell").values_list("shape", flat=True)
        ]
    )


def sound() -> None:
    assert list(checks.check()) == []
    assert not Building.objects.filter(cell="").exists()
    assert sizes().min() > 1_000


def test_liechtenstein() -> None:
    report = import_osm(make.shared("osm/liechtenstein.osm.pbf"))
    assert report["streets"] > 4_500 and report["buildings"] > 8_900 and report["assets"] > 3_500
    assert set(Area.objects.filter(level="subdistrict").values_list("name", flat=True)) >= {
        "Vaduz",
        "Schaan",
        "Balzers",
    }
    assert Area.objects.get(level="city").name == "Liechtenstein" and report["notes"] == []
    assert 9_000 < np.median(sizes()) < 13_000
    sound()
    assert (
        "Strasse"
        in " ".join(
            filter(None, (address.describe(lon, lat) for lon, lat in Building.objects.values_list("lon", "lat")[:300]))
        ).title()
    )
    for z in (10, 13, 16):
        assert 0 < len(tiles.build(*at(z, 9.5209, 47.1410))) < 300_000


def test_changsha_under_a_real_subdistrict() -> None:
    import_divisions(make.shared("admin/zhuzhou_divisions_2023.csv"))
    report = import_osm(make.shared("osm/changsha-hnu.osm"), "430202004")
    assert report["streets"] == 56 and report["buildings"] > 20 and report["cells"] > 20
    assert set(Street.objects.values_list("community", flat=True)) == {"430202004900"}
    assert Street.objects.filter(name="桃子湖路").exists()
    assert not Building.objects.filter(cell="").exists()
    assert sizes().min() > 1_000


def test_puyang_with_poor_tagging() -> None:
    report = import_osm(make.shared("osm/puyang.osm"))
    assert report["streets"] == 342 and report["buildings"] == 35
    sound()


def test_helsinki() -> None:
    report = import_osm(make.helsinki())
    assert report["streets"] > 2_000 and report["buildings"] > 400 and report["assets"] > 4_000
    assert report["skipped"]["nodes_missing"] > 0
    sound()


def test_a_file_of_another_city_is_refused() -> None:
    import_osm(make.shared("osm/changsha-hnu.osm"), "430202001")
    with pytest.raises(Refused) as refused:
        import_osm(make.shared("osm/puyang.osm"))
    assert "在所选区划之外" in refused.value.text.zh
