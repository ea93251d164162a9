"""The administrative frame that ships with the generator."""

from __future__ import annotations

from collections import Counter

from jiedao.city.synth.divisions import choose, english, zhuzhou


def test_the_frame_is_a_tree_of_prefixes():
    by_code = {d.code: d for d in zhuzhou()}
    assert Counter(d.level for d in zhuzhou()) == {"city": 1, "district": 4, "subdistrict": 30, "community": 311}
    assert len(by_code) == len(zhuzhou())
    for d in zhuzhou():
        if d.level != "city":
            assert by_code[d.parent].level != d.level
            assert d.code.startswith(d.parent[:4])


def test_names_are_those_on_signs():
    names = [d.name for d in zhuzhou() if d.level == "community"]
    assert all(name.endswith(("社区", "村")) for name in names)
    assert "文化路社区" in names and "荷塘铺村" in names and "六〇一社区" in names
    assert english("荷塘铺村") == "Hetangpu Village"
    assert english("贺家土街道") == "Hejiatu Subdistrict"


def test_a_small_city_keeps_named_parts_and_their_parents():
    kept = choose(zhuzhou(), 5_000)
    codes = {d.code for d in kept}
    assert {"430202004", "430202002021", "430203001", "430204002", "430211001"} <= codes
    assert all(d.parent in codes for d in kept if d.level != "city")
    assert sum(d.level == "community" for d in kept) == 6


def test_a_larger_city_keeps_all_of_a_smaller_one():
    small, large = ({d.code for d in choose(zhuzhou(), n)} for n in (20_000, 200_000))
    assert small < large
