from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from django.db.models import Model

from jiedao.city import areas, checks, coordinates, stamps
from jiedao.city.imports.osm import import_osm
from jiedao.city.locate import locate
from jiedao.city.models import Area, Asset, Building, Import, Land, Place, Street, Turn
from jiedao.errors import Refused
from tests.city import make

pytestmark = pytest.mark.django_db
MODELS: tuple[type[Model], ...] = (Area, Street, Building, Land, Asset, Place, Turn, Import)
KEYS = {"streets", "buildings", "areas", "assets", "skipped", "seconds"}


def census() -> dict[str, list]:
    """Every row of the room."""
    return {model.__name__: sorted(map(str, model.objects.values_list())) for model in MODELS}


def test_a_town_becomes_a_city(tmp_path: Path) -> None:
    report = import_osm(make.town().save(tmp_path))
    assert report.keys() >= KEYS
    assert {key: report[key] for key in ("streets", "buildings", "assets", "places", "land", "turns")} == {
        "streets": 8, "buildings": 9, "assets": 2, "places": 1, "land": 1, "turns": 1,
    }  # fmt: skip
    street = Street.objects.get(name="1街")
    assert street.kind == "tertiary" and street.tags["lit"] == "yes" and len(street.nodes) == 4 * 8
    assert street.length_m == pytest.approx(3 * 0.002 * 110_800, rel=0.01)
    house = Building.objects.first()
    assert (house.use, house.storeys) == ("residential", 6)
    lamp = Asset.objects.get(kind="lamp")
    assert lamp.category == "C01-37" and lamp.code.endswith("0137000001") and len(lamp.code) == 16
    assert locate(lamp.lon, lamp.lat).cell == lamp.cell != "" and lamp.community == lamp.cell[:12]
    assert [a.level for a in Area.objects.order_by("code")[:4]] == ["city", "district", "subdistrict", "community"]
    assert list(checks.check()) == []


def test_again_adds_nothing(tmp_path: Path) -> None:
    path = make.town().save(tmp_path)
    first = import_osm(path)
    before = census()
    second = import_osm(path)
    after = census()
    assert before.pop("Import") != after.pop("Import") and before == after
    assert {key: first[key] for key in ("streets", "buildings", "assets")} == {
        key: second[key] for key in ("streets", "buildings", "assets")
    }
    assert (second["areas"], second["cells"]) == (0, 0)


def test_a_renewed_file_renews_rows_and_keeps_what_staff_know(tmp_path: Path) -> None:
    town = make.town()
    import_osm(town.save(tmp_path))
    Building.objects.update(households=12)
    Asset.objects.filter(kind="lamp").update(state="faulty")
    town.lines = [line.replace("1路", "建设路") for line in town.lines]
    import_osm(town.save(tmp_path))
    assert Street.objects.filter(name="建设路").count() == 1 and Street.objects.count() == 8
    assert set(Building.objects.values_list("households", flat=True)) == {12}
    assert Asset.objects.get(kind="lamp").state == "faulty"


def test_under_an_area_without_boundary(tmp_path: Path) -> None:
    """Official communities keep their names and stay without boundary: the ground becomes provisional ones."""
    make.city()
    Area.objects.exclude(level="city").update(shape=None, west=None)
    Area.objects.filter(level="city").update(shape=None, west=None)
    stamps.bump("areas")
    report = import_osm(make.town().save(tmp_path), "430202001000")
    subdistrict = Area.objects.get(code="430202001")
    assert subdistrict.shape is not None and subdistrict.name == "第1街道"
    made = Area.objects.filter(level="community", shape__isnull=False)
    assert {a.code for a in made} == {"430202001900"} and "待划界" in made[0].name
    assert report["cells"] > 10 and Building.objects.exclude(cell="").count() == 9


def test_under_an_area_with_boundary_the_rest_is_left_out(tmp_path: Path) -> None:
    make.city(columns=1)
    town = make.town(make.LON + 0.005, make.LAT + 0.002, blocks=4)
    report = import_osm(town.save(tmp_path), "430202001001")
    assert report["skipped"]["outside"] > 0 and report["areas"] == 0
    assert Building.objects.count() < 16
    inside = shapely.from_wkb(bytes(Area.objects.get(code="430202001001").shape))
    assert all(inside.intersects(shapely.from_wkb(bytes(b.shape))) for b in Building.objects.all())


def test_a_second_extract_beside_the_first_widens_the_area(tmp_path: Path) -> None:
    import_osm(make.town().save(tmp_path), "430202001")
    before = set(Area.objects.values_list("code", flat=True))
    import_osm(make.town(make.LON + 0.008).save(tmp_path, "east.osm"), "430202001")
    assert before < set(Area.objects.values_list("code", flat=True))
    assert not Street.objects.filter(community="").exists()
    assert list(checks.broken_tilings()) == []


@pytest.mark.parametrize(
    ("code", "told"), [("430299", "没有代码"), ("桂花", "不是区划代码"), ("43020200100101", "网格")]
)
def test_a_wrong_area_is_refused(tmp_path: Path, code: str, told: str) -> None:
    make.city()
    with pytest.raises(Refused) as refused:
        import_osm(make.town().save(tmp_path), code)
    assert told in refused.value.text.zh


def test_a_file_of_another_place_is_refused(tmp_path: Path) -> None:
    make.city()
    Area.objects.filter(code="430202001002").update(shape=None, west=None)
    stamps.bump("areas")
    before = census()
    for code in ("430202001001", "430202001002", ""):
        with pytest.raises(Refused):
            import_osm(make.town(9.5, 47.1).save(tmp_path), code)
    assert census() == before


def test_areas_without_any_boundary_need_a_choice(tmp_path: Path) -> None:
    make.city()
    Area.objects.update(shape=None, west=None)
    stamps.bump("areas")
    with pytest.raises(Refused) as refused:
        import_osm(make.town().save(tmp_path))
    assert "--area" in refused.value.text.zh


def test_boundaries_drawn_in_the_file_become_subdistricts(tmp_path: Path) -> None:
    town = make.town(blocks=4)
    make.box(town, make.LON - 0.001, make.LAT - 0.001, 0.01, boundary="administrative", admin_level="6", name="荷塘区")
    for k, name in enumerate(("东镇", "西镇")):
        west = make.LON - 0.001 + 0.005 * k
        corners = [
            (west, make.LAT - 0.001),
            (west + 0.005, make.LAT - 0.001),
            (west + 0.005, make.LAT + 0.009),
            (west, make.LAT + 0.009),
        ]
        nodes = [town.node(round(x, 7), round(y, 7)) for x, y in corners]
        town.way([*nodes, nodes[0]], boundary="administrative", admin_level="8", name=name)
    import_osm(town.save(tmp_path))
    assert set(Area.objects.filter(level="subdistrict").values_list("name", flat=True)) == {"东镇", "西镇"}
    assert Area.objects.get(level="city").name == "荷塘区"
    assert not Street.objects.filter(community="").exists()


def test_gcj02_is_brought_back(tmp_path: Path) -> None:
    lon, lat = (float(v) for v in coordinates.wgs84_to_gcj02(make.LON, make.LAT))
    import_osm(make.town(lon, lat).save(tmp_path), datum="gcj02")
    west = min(Street.objects.values_list("west", flat=True))
    assert west == pytest.approx(make.LON, abs=2e-6)
    with pytest.raises(Refused):
        import_osm(tmp_path / "town.osm", datum="mars")


def geojson(tmp_path: Path, features: list, name: str = "town.geojson") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def feature(shape: shapely.Geometry, **properties: object) -> dict:
    return {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(shape))}


def test_geojson_shares_nodes_where_lines_meet(tmp_path: Path) -> None:
    cross = (113.11, 27.81)
    one = feature(
        shapely.LineString([(113.10, 27.81), cross, (113.12, 27.81)]),
        highway="residential",
        name="东路",
        **{"@id": "way/7"},
    )
    other = feature(shapely.LineString([cross, (113.11, 27.82)]), highway="service")
    bow = feature(
        shapely.Polygon([(113.105, 27.811), (113.106, 27.812), (113.106, 27.811), (113.105, 27.812)]), building="yes"
    )
    lamp = feature(shapely.Point(113.1101, 27.8101), highway="street_lamp")
    path = geojson(tmp_path, [one, other, bow, lamp, {"type": "Feature", "geometry": None, "properties": None}, 3])
    report = import_osm(path)
    assert (report["streets"], report["buildings"], report["assets"]) == (2, 1, 1)
    assert report["skipped"] == {"broken_geometry": 1}
    first, second = Street.objects.get(ref="way/7"), Street.objects.exclude(ref="way/7").get()
    assert bytes(first.nodes)[8:16] == bytes(second.nodes)[:8]
    before = census()
    import_osm(path)
    after = census()
    assert before.pop("Import") != after.pop("Import") and before == after


def test_names_are_cleaned(tmp_path: Path) -> None:
    line = shapely.LineString([(113.10, 27.81), (113.11, 27.81)])
    import_osm(
        geojson(
            tmp_path,
            [feature(line, highway="residential", name="\u0000建\u202e设" + "路" * 500, surface="x" * 10_000_000)],
        )
    )
    street = Street.objects.get()
    assert street.name.startswith("建设路") and len(street.name) == 120 and len(street.tags["surface"]) == 120


def test_odd_objects_are_counted(tmp_path: Path) -> None:
    town = make.town()
    start = town.node(make.LON, make.LAT)
    town.way([start, start], highway="residential")
    town.way([start, 999_999], highway="residential")
    town.way([start, town.node(make.LON + 5, make.LAT)], highway="residential")
    town.way([start, town.node(make.LON + 0.001, make.LAT)], highway="proposed")
    town.turn(1, 2, 3)
    corners = [(0, 0), (1, 1), (1, 0), (0, 1)]
    nodes = [town.node(round(make.LON + x * 1e-3, 7), round(make.LAT + y * 1e-3, 7)) for x, y in corners]
    town.way([*nodes, nodes[0]], building="yes")
    town.node(200, 95, amenity="bench")
    report = import_osm(town.save(tmp_path))
    assert report["skipped"] == {
        "zero_length": 1, "nodes_missing": 1, "too_long": 1, "not_a_street": 1, "turn_without_street": 1,
        "broken_polygon": 1, "no_position": 1,
    }  # fmt: skip
    assert report["streets"] == 8


def test_a_street_at_the_edge_of_the_extract_keeps_what_is_known(tmp_path: Path) -> None:
    town = make.town()
    a, b, c = (town.node(make.LON + k * 1e-3, make.LAT + 1e-3) for k in range(3))
    way = town.way([a, b, c, 999_999, 999_998], highway="residential")
    import_osm(town.save(tmp_path))
    assert len(Street.objects.get(ref=f"way/{way}").nodes) == 3 * 8


def test_a_stray_node_does_not_stretch_the_city(tmp_path: Path) -> None:
    town = make.town(blocks=6)
    far = [town.node(0.0, 0.0), town.node(0.001, 0.0)]
    town.way(far, highway="residential")
    report = import_osm(town.save(tmp_path))
    assert report["skipped"] == {"outside": 1}
    city = Area.objects.get(level="city")
    assert city.east - city.west < 0.1


def test_more_than_a_city_is_refused(tmp_path: Path) -> None:
    osm = make.Osm()
    for k in range(40):
        osm.node(-170 + 8 * k, -60 + 3 * k, amenity="bench")
    with pytest.raises(Refused) as refused:
        import_osm(osm.save(tmp_path))
    assert "km²" in refused.value.text.en


def test_what_could_not_be_gridded_is_noted(tmp_path: Path) -> None:
    report = import_osm(make.town(blocks=20).save(tmp_path), "430202001001")
    assert report["cells"] == 0 and "city.grid_code.sequence_digits" in report["notes"][0]
    assert report["streets"] == 42


def test_the_number_of_queries_does_not_grow_with_the_file(tmp_path: Path, django_assert_max_num_queries) -> None:
    path = make.town(blocks=6).save(tmp_path)
    with django_assert_max_num_queries(40):
        import_osm(path)
    assert any(entry.level == "cell" for entry in areas.book().entries.values())
