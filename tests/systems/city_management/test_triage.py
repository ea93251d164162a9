"""What a text tells of, why, and that corrections teach."""

from __future__ import annotations

import pytest

from jiedao.systems.city_management.kinds import nearest
from jiedao.systems.city_management.taxonomy import shipped
from jiedao.systems.city_management.triage import Lesson, Triager, clean

SAID = {
    "路灯不亮了，晚上很黑": "C01-37",
    "电线杆上全是小广告": "E02-01",
    "烧烤摊油烟太大": "E01-29",
    "共享单车乱停堵住人行道": "E04-93",
    "下水道堵了污水往外冒": "E05-03",
    "消防通道被车堵了": "E04-96",
    "垃圾桶满了没人收": "E01-92",
    "燃气味道很大好像漏气": "E05-02",
    "店家把货摆到外面来了": "E04-05",
    "水管爆了，水流了一路": "E05-01",
    "streetlight is out": "C01-37",
}


@pytest.fixture(scope="module")
def triager() -> Triager:
    return Triager(shipped())


@pytest.mark.parametrize("text, code", SAID.items())
def test_what_residents_say_finds_its_class(triager: Triager, text: str, code: str) -> None:
    best = triager.guess([text])[0][0]
    assert best.small.code == code


def test_every_class_is_found_by_its_own_name(triager: Triager) -> None:
    guesses = triager.guess([small.name.zh for small in triager.classes])
    missed = [
        small.name.zh
        for small, options in zip(triager.classes, guesses, strict=True)
        if small.name.zh not in {option.small.name.zh for option in options}
    ]
    assert missed == []


def test_reasons_name_the_words_that_decided(triager: Triager) -> None:
    why = triager.guess(["烧烤摊油烟太大"])[0][0].why
    assert [text.zh for text in why] == ["提到“油烟”", "提到“烧烤摊”"]


def test_confidence_is_a_share_and_falls(triager: Triager) -> None:
    for options in triager.guess(["墙上有裂缝", "x", "", "井盖" * 200]):
        shares = [option.confidence for option in options]
        assert shares == sorted(shares, reverse=True)
        assert 0 <= sum(shares) <= 1 + 1e-9


def test_what_is_not_said_is_not_certain(triager: Triager) -> None:
    assert triager.guess(["麻烦来看一下"])[0][0].confidence < 0.5


def test_corrections_teach() -> None:
    text, right = "口袋公园的铁皮棚又响了", "E01-01"
    before = Triager(shipped()).guess([text])[0][0]
    assert before.small.code != right
    after = Triager(shipped(), [Lesson(text, right), Lesson("铁皮棚一直响", right)]).guess([text])[0][0]
    assert after.small.code == right
    assert any("人工更正" in reason.zh for reason in after.why)


def test_a_lesson_of_a_class_that_is_gone_is_left_out() -> None:
    assert Triager(shipped(), [Lesson("任意", "E99-99")]).lessons == []


def test_the_condition_is_the_one_the_words_fit() -> None:
    lamp = shipped().get("C01-37")
    assert "倾斜" in nearest(lamp, "路灯倾斜快倒了").text.zh
    assert "不亮" in nearest(lamp, "单盏不亮").text.zh


def test_clean_joins_chinese_and_keeps_words_apart() -> None:
    assert clean("路 灯\n不亮  Street   LIGHT") == "路灯不亮 street light"
