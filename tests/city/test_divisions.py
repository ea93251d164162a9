from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from jiedao.city import areas
from jiedao.city.imports.divisions import import_divisions
from jiedao.city.locate import locate
from jiedao.city.models import Area, Import
from jiedao.errors import Refused
from tests.city import make

pytestmark = pytest.mark.django_db
HEADER = "area_code,area,street_code,street,village_code,village"
GOOD = [
    "430202,荷塘区,430202004,桂花街道,430202004001,桂花社区居委会",
    "430202,荷塘区,430202004,桂花街道,430202004002,六零一社区居委会",
    "430203,芦淞区,430203001000,贺家土街道,430203001001,太子路社区居委会",
]


def write(folder: Path, lines: list[str], encoding: str = "utf-8") -> Path:
    path = folder / "divisions.csv"
    path.write_text("\n".join(lines) + "\n", encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_small_city(tmp_path: Path, encoding: str) -> None:
    report = import_divisions(write(tmp_path, [HEADER, *GOOD], encoding))
    assert report["areas"] == 8 and report["levels"] == {"city": 1, "district": 2, "subdistrict": 2, "community": 3}
    community = Area.objects.get(code="430202004002")
    assert (community.name, community.name_en, community.parent_id) == (
        "六零一社区居委会",
        "Liulingyi Community",
        "430202004",
    )
    assert Area.objects.get(code="4302").name == "株洲市"
    assert Import.objects.get().report["areas"] == 8


def test_again_changes_only_names_and_keeps_polygons(tmp_path: Path) -> None:
    import_divisions(write(tmp_path, [HEADER, *GOOD]))
    area = Area.objects.get(code="430202004001")
    area.set_shape(make.square(0, 0))
    area.save()
    import_divisions(write(tmp_path, [HEADER, GOOD[0].replace("桂花社区居委会", "桂园社区"), *GOOD[1:]]))
    area.refresh_from_db()
    assert Area.objects.count() == 8 and area.name == "桂园社区" and area.shape is not None
    assert areas.name("430202004001").zh == "桂园社区"


def test_the_name_of_another_city_is_given(tmp_path: Path) -> None:
    import_divisions(
        write(tmp_path, [HEADER, "410902,华龙区,410902001,中原路街道,410902001001,一社区"]), city_name="濮阳市"
    )
    assert Area.objects.get(code="4109").name == "濮阳市"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["area_code,area,street_code,street"], "village_code"),
        ([HEADER, GOOD[0], GOOD[0]], "第 3 行：代码 430202004001 重复"),
        ([HEADER, GOOD[0], GOOD[1].replace("430202004002", "430202004001")], "第 2 行叫"),
        ([HEADER, GOOD[0].replace("430202004,", "430203004,")], "不属于上级"),
        ([HEADER, GOOD[0].replace("430202004001", "43020200400")], "12 位"),
        ([HEADER, GOOD[0].replace("430202004001", "43020200400X")], "12 位"),
        ([HEADER, GOOD[0], GOOD[1].replace("桂花街道", "桂华街道")], "第 2 行叫“桂花街道”"),
        ([HEADER, GOOD[0] + ",多余"], "应有 6 列"),
        ([HEADER, GOOD[0].replace("桂花社区居委会", "")], "名称为空"),
        ([HEADER, GOOD[0].replace("桂花社区居委会", "长" * 81)], "名称为空或超过"),
        ([HEADER, '430202,"荷塘区,430202004'], "第 2 行"),
        ([HEADER], "没有数据行"),
    ],
)
def test_faults_are_told_with_their_line_and_nothing_changes(tmp_path: Path, lines: list[str], told: str) -> None:
    import_divisions(write(tmp_path, [HEADER, *GOOD]))
    before = list(Area.objects.order_by("code").values_list("code", "name"))
    with pytest.raises(Refused) as refused:
        import_divisions(write(tmp_path, lines))
    assert told in refused.value.text.zh and refused.value.text.en
    assert list(Area.objects.order_by("code").values_list("code", "name")) == before and Import.objects.count() == 1


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    bad = [GOOD[0].replace("430202004001", f"4302020040{n:02d}") for n in range(30)]
    with pytest.raises(Refused) as refused:
        import_divisions(write(tmp_path, [HEADER, *(line[:-3] + "," for line in bad)]))
    assert "line 2" in refused.value.text.en and "and 10 more" in refused.value.text.en


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02" * 100, b"\xff\xfe\xfa" * 33 + b"\xff", b"PK\x03\x04" + bytes(200)]
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(Refused):
        import_divisions(path)
    with pytest.raises(Refused):
        import_divisions(tmp_path / "absent.csv")


def feature(code: str, shape: shapely.Geometry, key: str = "code") -> dict:
    return {"type": "Feature", "properties": {key: code}, "geometry": json.loads(shapely.to_geojson(shape))}


def test_polygons_come_along(tmp_path: Path) -> None:
    path = tmp_path / "shapes.geojson"
    both = [
        feature("156430202", make.square(0, 0), "gb"),
        feature("430203", make.square(1, 0)),
        feature("430299", make.square(2, 0)),
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": both}))
    report = import_divisions(write(tmp_path, [HEADER, *GOOD]), shapes_path=path)
    assert report["skipped"] == {"unknown_area": 1}
    assert locate(make.LON + make.SIDE * 1.5, make.LAT + make.SIDE / 2).district == "430203"
    city = Area.objects.get(code="4302")
    assert city.east == pytest.approx(make.LON + 2 * make.SIDE)


@pytest.mark.parametrize(
    "broken", [{"type": "Point", "coordinates": [113, 27]}, {"type": "Polygon", "coordinates": [[[0, 0]]]}, None]
)
def test_broken_polygons_refuse_the_whole(tmp_path: Path, broken: dict | None) -> None:
    path = tmp_path / "shapes.geojson"
    one = feature("430202", make.square(0, 0)) | {"geometry": broken}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [one]}))
    with pytest.raises(Refused):
        import_divisions(write(tmp_path, [HEADER, *GOOD]), shapes_path=path)
    assert Area.objects.count() == 0


def test_zhuzhou() -> None:
    path = make.shared("admin/zhuzhou_divisions_2023.csv")
    shapes = make.shared("admin/zhuzhou_districts_cgcs2000.geojson")
    report = import_divisions(path, shapes_path=shapes)
    assert report["levels"] == {"city": 1, "district": 9, "subdistrict": 112, "community": 1400}
    assert report["skipped"] == {} and report["seconds"] < 10
    for said in ("六〇一", "六零一", "601社区", "liulingyi"):
        assert [area.code for area in areas.search(said)] == ["430202002021"]
    assert locate(113.15, 27.86).district == "430202"
    assert Area.objects.exclude(parent=None).count() == 1521
