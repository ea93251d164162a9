"""Lookups: which row answers, what an unknown name says, and what is read from the files."""

from datetime import date
from pathlib import Path

import pytest

from jiedao import rules
from jiedao.rules import loader, store
from jiedao.rules.rows import Rule, best, city_stem
from jiedao.text import Text

DAY = date(2026, 6, 1)


def row(value, origin="kernel", valid_from=None, valid_to=None, **scope) -> Rule:
    return Rule("k", value, scope=scope, origin=origin, valid_from=valid_from, valid_to=valid_to)


@pytest.mark.parametrize(
    ("code", "stem"),
    [
        ("430000", "43"),
        ("430200", "4302"),
        ("430211", "430211"),
        ("430211000000", "430211"),
        ("430211001000", "430211001"),
        ("430211001003", "430211001003"),
        ("110101", "110101"),
    ],
)
def test_an_area_code_stands_for_what_lies_inside(code: str, stem: str) -> None:
    assert city_stem(code) == stem


def test_the_narrowest_area_wins_then_the_fuller_scope() -> None:
    rows = [row("country"), row("zone", zone="E2"), row("Hunan", city="430000"), row("Zhuzhou", city="430200")]
    assert best(rows, {"zone": "E2"}, "430211001003", DAY).value == "Zhuzhou"
    assert best(rows, {"zone": "E2"}, "430100", DAY).value == "Hunan"
    assert best(rows, {"zone": "E2"}, "330100", DAY).value == "zone"
    assert best(rows, {"zone": "E3"}, "", DAY).value == "country"


def test_a_row_with_a_scope_never_answers_a_question_without_it() -> None:
    assert best([row(1, zone="E2")], {}, "", DAY) is None
    assert best([row(1, city="430200")], {}, "", DAY) is None


def test_an_override_wins_over_the_same_scope_only_and_the_newest_wins() -> None:
    rows = [row(1), row(2, "override:9"), row(3, "override:10"), row(4, zone="E2")]
    assert best(rows, {}, "", DAY).value == 3
    assert best(rows, {"zone": "E2"}, "", DAY).value == 4


def test_rows_hold_from_their_first_to_their_last_day() -> None:
    rows = [row("old", valid_to=date(2025, 12, 31)), row("new", valid_from=date(2026, 1, 1))]
    assert best(rows, {}, "", date(2025, 12, 31)).value == "old"
    assert best(rows, {}, "", date(2026, 1, 1)).value == "new"


def test_a_shipped_rule_comes_with_its_source() -> None:
    rule = rules.lookup("night.quiet_hours")
    assert rule.value == ["22:00", "06:00"]
    assert (rule.certainty, rule.source, rule.origin) == ("M+", "noise-law", "kernel")
    assert rules.value("noise.limit_db", **{"class": "1"}) == {"day": 55, "night": 45}


def test_the_second_lookup_is_the_same_object() -> None:
    assert rules.lookup("night.quiet_hours", on=DAY) is rules.lookup("night.quiet_hours", on=DAY)


def test_an_unknown_name_shows_near_ones() -> None:
    with pytest.raises(rules.UnknownRule, match=r"night\.quiet_hours") as caught:
        rules.lookup("night.quiet_hour")
    assert caught.value.near == ["night.quiet_hours"]
    assert isinstance(caught.value, KeyError)


def test_a_known_name_without_a_fitting_row_says_which_there_are() -> None:
    with pytest.raises(rules.NoMatch, match="4b"):
        rules.lookup("noise.limit_db", **{"class": "9"})


def test_the_city_of_the_installation_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = loader.Shipped(rules={"k": [row("country"), row("Zhuzhou", city="430200")]})
    monkeypatch.setattr(store, "_snapshot", store.Snapshot(shipped, [], 0))
    monkeypatch.setattr(store, "_home", "430211")
    assert rules.value("k") == "Zhuzhou"
    assert rules.value("k", city="") == "country"


def package(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> loader.Shipped:
    place = folder / "sample_rules_package"
    (place / "rules").mkdir(parents=True)
    (place / "__init__.py").touch()
    (place / "rules" / "one.toml").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    return loader.load([place.name])


def test_a_system_ships_rows_and_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
    [[source]]
    id = "X1"
    zh = "样例"
    en = "sample"
    [[rule]]
    key = "sample.limit"
    value = 5
    unit = "work_day"
    scope = { city = "430200" }
    valid_from = 2024-01-01
    source = "X1"
    certainty = "F"
    label = { zh = "时限", en = "Limit" }
    """
    shipped = package(tmp_path, monkeypatch, text)
    rule = shipped.rules["sample.limit"][0]
    assert rule.label == Text("时限", "Limit")
    assert (rule.valid_from, rule.origin) == (date(2024, 1, 1), "sample_rules_package")
    assert "X1" in shipped.sources
    assert not shipped.findings


def test_a_file_of_another_format_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = package(tmp_path, monkeypatch, "# words\n\nformat = 'list'\nsource = 'X1'\n[[rule]]\nodd = 1")
    assert not shipped.findings
    assert "odd" not in shipped.rules


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[rule]]\nkey = 'a'", "needs key and value"),
        ("[[rule]]\nkey = 'a'\nvalue = 1\nunits = 'm'", "unknown field units"),
        ("[[rule", "cannot be read"),
        ("a = 1", "does not begin with its format"),
    ],
)
def test_bad_files_are_findings_not_crashes(tmp_path, monkeypatch, text: str, says: str) -> None:
    shipped = package(tmp_path, monkeypatch, text)
    assert [says in finding.text.en for finding in shipped.findings] == [True]
