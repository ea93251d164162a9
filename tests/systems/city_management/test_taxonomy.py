"""The small classes: complete, bilingual, found by residents' words; and a city's own table over them."""

import json
from datetime import date

import pytest
from django.contrib.auth import get_user_model

from jiedao import rules
from jiedao.errors import Invalid
from jiedao.rules import loader, store
from jiedao.systems.city_management.city_table import load_city_table, read_city_table
from jiedao.systems.city_management.taxonomy import Condition, check, duties, shipped, taxonomy
from jiedao.text import Text

EVENTS, COMPONENTS = 98, 92
ROW = {
    "kind": "component",
    "big_code": "01",
    "big_name": "公用设施",
    "small_code": "37",
    "small_name": "路灯",
    "condition": "单盏不亮",
    "close_condition": "恢复原状",
    "limit": {"value": 1, "unit": "work_day"},
}


def test_the_shipped_taxonomy_is_whole_and_clean() -> None:
    kinds = [small.kind for small in shipped().classes]
    assert (kinds.count("event"), kinds.count("component")) == (EVENTS, COMPONENTS)
    assert list(check()) == []
    assert {small.duty for small in shipped().classes} == set(duties())


@pytest.mark.parametrize(
    ("code", "name", "condition", "limit"),
    [
        ("C01-01", "上水井盖", "1", (2, "urgent_hour")),
        ("E01-10", "暴露生活垃圾", "1", (4, "work_hour")),
        ("E01-99", "违规小产权房", "1", (2, "urgent_day")),
        ("E01-99", "违规小产权房", "2", (15, "work_day")),
        ("E02-01", "非法小广告", "1", (1, "work_day")),
        ("C01-37", "路灯", "3", (2, "work_day")),
        ("C04-93", "挡土墙（花带石）", "1", (5, "work_day")),
    ],
)
def test_known_rows(code: str, name: str, condition: str, limit: tuple) -> None:
    small = shipped().get(code)
    assert small.name.zh == name
    assert small.condition(condition).limit() == limit
    assert (small.source, small.certainty) == ("S27", "F")


def test_urgency_and_safety() -> None:
    cover = shipped().get("C01-01")
    assert [row.urgent for row in cover.conditions] == [True, False, False, False]
    assert [row.safety for row in cover.conditions] == [True, False, True, False]
    assert not shipped().get("E01-28").conditions[0].safety


def test_big_classes_in_order() -> None:
    bigs = shipped().bigs()
    assert list(bigs) == [*(f"E0{n}" for n in range(1, 7)), *(f"C0{n}" for n in range(1, 6))]
    assert bigs["E01"].zh == "市容环境"


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("楼下的路灯不亮了", "C01-37"),
        ("街上有人烧垃圾冒黑烟", "E01-20"),
        ("电线杆上贴满小广告", "E02-01"),
        ("there is a pothole on the road", "E01-13"),
        ("Overflowing bin outside", "E01-92"),
        ("e01-29", "E01-29"),
    ],
)
def test_residents_words_find_the_class(words: str, first: str) -> None:
    assert first in [small.code for small in shipped().search(words, 3)]


def test_a_missing_cover_could_be_anyones() -> None:
    found = shipped().search("井盖丢了", 20)
    assert {small.code for small in found} >= {"C01-01", "C01-02", "C01-03", "C01-11"}
    assert shipped().search("xyzzy") == shipped().search("  ") == []


def test_grades_fall_back_to_the_one_limit() -> None:
    row = Condition("1", Text("甲", "a"), Text("乙", "b"), 1, "work_day", grades={"A": (2, "urgent_hour")})
    assert row.limit("A") == (2, "urgent_hour")
    assert row.limit("B") == row.limit() == (1, "work_day")


# A city's own table


def write(path, rows) -> str:
    target = path / "table.json"
    target.write_text(json.dumps({"provenance": "ours", "rows": rows}), encoding="utf-8")
    return target


@pytest.fixture
def author(db):
    return get_user_model().objects.create_user("taxonomy-author")


def test_a_citys_table_replaces_ours_there_and_from_its_day(live_rules, author, tmp_path) -> None:
    signed = {"author": author, "reason": "notice 7"}
    load_city_table(write(tmp_path, [ROW]), city="430200", valid_from=date(2026, 1, 1), **signed)
    stricter = ROW | {"limit": {"value": 4, "unit": "work_hour"}}
    load_city_table(write(tmp_path, [stricter]), city="430200", valid_from=date(2026, 7, 1), **signed)
    rules.forget()
    lamp = taxonomy("430211", date(2026, 3, 1)).get("C01-37")
    assert lamp.conditions[0].limit() == (1, "work_day")
    assert taxonomy("430211", date(2026, 7, 1)).get("C01-37").conditions[0].limit() == (4, "work_hour")
    assert taxonomy("430211", date(2025, 12, 31)) is shipped()
    assert taxonomy("330100", date(2026, 7, 1)) is shipped()
    assert lamp.name.en == shipped().get("C01-37").name.en
    assert lamp.duty == "lighting"
    assert lamp.conditions[0].text.en == "A single lamp is dark"
    assert lamp.conditions[0].closing.en == "Restored as it was"
    assert list(check()) == []


def test_a_class_that_we_do_not_know_keeps_its_own_name(tmp_path) -> None:
    data, _ = read_city_table(write(tmp_path, [ROW | {"small_code": "77", "small_name": "时光邮筒"}]))
    small = data["classes"][0]
    assert small["code"] == "C01-77"
    assert small["name"] == {"zh": "时光邮筒", "en": "时光邮筒"}
    assert small["duty"] in duties()


def test_limits_by_grade(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(store, "_snapshot", store.Snapshot(loader.load(["jiedao.systems.city_management"]), [], 0))
    by_grade = ROW | {"limits": {"A": {"value": 2, "unit": "urgent_hour"}}}
    only_grade = {name: value for name, value in ROW.items() if name != "limit"} | {"condition": "闪烁", "grade": "B"}
    data, report = read_city_table(write(tmp_path, [by_grade, only_grade]))
    first, second = data["classes"][0]["conditions"]
    assert first["grades"] == {"A": [2, "urgent_hour"]}
    assert (second["limit"], second["unit"]) == (4, "work_hour")
    assert report.skipped == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "service"}, "neither event nor component"),
        ({"small_code": "7"}, "two digits"),
        ({"condition": " "}, "condition is empty"),
        ({"limit": {"value": 0, "unit": "work_day"}}, "no valid limit"),
        ({"limit": {"value": 1, "unit": "moon"}}, "no valid limit"),
        ({"limit": None}, "no valid limit"),
        ({"small_name": "灯笼", "condition": "破损"}, "already stands for"),
        ({}, "stands twice"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_is_read(tmp_path, change: dict, says: str) -> None:
    data, report = read_city_table(write(tmp_path, [ROW, ROW | change, ROW | {"condition": "灯杆倾斜"}]))
    assert (report.read, report.classes) == (2, 1)
    assert [(number, says in why.en) for number, why in report.skipped] == [(2, True)]
    assert [row["id"] for row in data["classes"][0]["conditions"]] == ["1", "2"]


@pytest.mark.parametrize("text", ["not json", "{}", "[]", '[{"kind": 1}]', "[3]"])
def test_a_file_without_one_good_row_is_refused(tmp_path, text: str) -> None:
    target = tmp_path / "table.json"
    target.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid):
        read_city_table(target)


def test_the_standard_of_a_real_city_loads_and_agrees_with_ours(shared) -> None:
    path = shared / "facts" / "city-management-standard-yuncheng.json"
    if not path.exists():
        pytest.skip("the outside table is absent")
    data, report = read_city_table(path)
    assert (report.read, report.skipped, report.classes) == (519, [], 190)
    theirs = {small["code"]: {(row["limit"], row["unit"]) for row in small["conditions"]} for small in data["classes"]}
    for small in shipped().classes:
        assert {row.limit() for row in small.conditions} <= theirs[small.code], small.code
