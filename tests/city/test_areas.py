from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiedao.city import areas, names
from jiedao.city.imports import divisions
from jiedao.errors import Invalid, Missing
from tests.city import make


@pytest.mark.parametrize(
    ("given_code", "expected"),
    [
        ("430200", "4302"),
        ("430202000000", "430202"),
        ("430202004000", "430202004"),
        ("430202100", "430202100"),
        (" 430202 004 001 ", "430202004001"),
        ("４３０２０２", "430202"),
        ("43020200400112", "43020200400112"),
        ("430200000000", "4302"),
    ],
)
def test_normalise(given_code: str, expected: str) -> None:
    assert areas.normalise(given_code) == expected


@pytest.mark.parametrize("wrong", ["", "43", "43020", "4302020", "桂花", "4302０二", "1" * 30, "-430202", "430202.0"])
def test_normalise_refuses_with_the_value(wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        areas.normalise(wrong)
    assert refused.value.field == "area" and refused.value.expected


@given(st.from_regex(r"[1-9][0-9]{3}", fullmatch=True), st.integers(1, 99), st.integers(1, 999), st.integers(1, 999))
def test_every_level_survives_filling_up_with_zeros(city: str, district: int, street: int, village: int) -> None:
    code = f"{city}{district:02d}{street:03d}{village:03d}"
    for end in (4, 6, 9, 12):
        short = code[:end]
        assert areas.normalise(short.ljust(6, "0").ljust(12, "0")) == areas.normalise(short) == short
        assert areas.parent_code(short) == {4: "", 6: code[:4], 9: code[:6], 12: code[:9]}[end]


def test_columns_of_located_rows() -> None:
    codes = ("4302", "430202", "430202004", "430202004001", "43020200400101")
    assert [areas.column(code) for code in codes] == ["", "district", "subdistrict", "community", "cell"]


@pytest.mark.parametrize(
    "said",
    [
        "六〇一",
        "六零一",
        "601",
        "６０１",
        "六○一社区",
        "601 社区居委会",
        "六零一社区居民委员会",
        "liulingyi",
        "Liu Ling Yi",
        "lly",
    ],
)
def test_one_name_however_it_is_written(said: str) -> None:
    key = names.search_key("六零一社区居委会", "Liulingyi Community")
    assert names.score(said, key) is not None
    assert names.score(said, names.search_key("文化路社区居委会")) is None


def test_an_exact_name_comes_before_a_longer_one() -> None:
    exact, longer = names.search_key("红旗社区"), names.search_key("红旗路社区居委会")
    assert names.score("红旗", exact) < names.score("红旗", longer)


def test_short_and_english_names() -> None:
    assert names.short("文化路社区居委会") == "文化路社区"
    assert names.short("荷塘铺村委会") == "荷塘铺村"
    assert names.english("桂花街道") == "Guihua Subdistrict"
    assert names.english("六零一社区居委会") == "Liulingyi Community"


@given(st.text(max_size=40))
def test_any_name_is_found_by_itself(text: str) -> None:
    found = names.score(text, names.search_key(text))
    assert (found is None) == (names.fold(text) == "") or "|" in text
    names.score(text, names.search_key("桂花街道"))


@pytest.mark.django_db
def test_search_finds_names_pinyin_and_codes(django_assert_num_queries) -> None:
    for code, name in (
        ("4302", "株洲市"),
        ("430202", "荷塘区"),
        ("430202004", "桂花街道"),
        ("430202004001", "桂花社区居委会"),
    ):
        divisions.area(code, name, "test").save()
    areas.book()
    with django_assert_num_queries(1):
        found = areas.search("桂花")
    assert [area.code for area in found] == ["430202004", "430202004001"]
    assert [area.code for area in areas.search("guihua", "community")] == ["430202004001"]
    assert areas.search("430202004")[0].code == "430202004"
    assert areas.search("不存在的地方") == []


@pytest.mark.django_db
def test_names_come_from_memory(django_assert_num_queries) -> None:
    make.city()
    areas.book()
    with django_assert_num_queries(0):
        assert areas.name("430202001001").zh == "第1社区"
        assert areas.full_name("430202001001").zh == "荷塘区第1街道第1社区"
        assert areas.name("999999").en == "999999"
    assert [child.code for child in areas.children("430202001")] == ["430202001001", "430202001002"]


@pytest.mark.django_db
def test_an_unknown_code_names_near_ones() -> None:
    make.city()
    with pytest.raises(Missing) as refused:
        areas.get("430202001009")
    assert "430202001001" in refused.value.text.zh
