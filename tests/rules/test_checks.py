"""`jiedao check` on rules: the shipped rows are clean, and each fault is found."""

from dataclasses import replace
from datetime import date

import pytest

from jiedao.rules import check, store
from jiedao.rules.loader import Shipped, Source
from jiedao.rules.rows import Rule
from jiedao.text import Text

GOOD = Rule("k", 1, source="S27", certainty="F", label=Text("甲", "A"))


def findings(*rows: Rule) -> list[str]:
    shipped = Shipped(rules={"k": list(rows)}, sources={"S27": Source("S27", "", Text("源", "source"))})
    return [finding.text.en for finding in check(shipped)]


def test_the_shipped_rows_are_clean() -> None:
    assert list(check()) == []


def test_an_override_of_a_rule_that_is_gone_is_a_warning(monkeypatch) -> None:
    gone = replace(GOOD, key="gone", origin="override:3")
    monkeypatch.setattr(store, "_snapshot", store.Snapshot(Shipped(), [gone], 0))
    assert [(found.where, found.level) for found in check()] == [("override:gone", "warning")]


def test_a_good_row_has_no_finding() -> None:
    assert findings(GOOD) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"source": "S999"}, "unknown source"),
        ({"certainty": "maybe"}, "certainty 'maybe'"),
        ({"certainty": "M?", "editable": False}, "must be editable"),
        ({"label": Text("甲", "")}, "label"),
        ({"valid_from": date(2026, 1, 1), "valid_to": date(2025, 1, 1)}, "ends before"),
    ],
)
def test_a_fault_is_found(change: dict, says: str) -> None:
    found = findings(replace(GOOD, **change))
    assert len(found) == 1
    assert says in found[0]


def test_two_rows_of_one_scope_may_not_hold_at_once() -> None:
    old = replace(GOOD, valid_to=date(2025, 12, 31))
    assert len(findings(GOOD, replace(GOOD, value=2))) == 1
    assert len(findings(old, replace(GOOD, valid_from=date(2025, 12, 31)))) == 1
    assert findings(old, replace(GOOD, valid_from=date(2026, 1, 1))) == []


def test_two_scopes_that_can_meet_are_ambiguous() -> None:
    zone, night = replace(GOOD, scope={"zone": "E2"}), replace(GOOD, scope={"night": True})
    assert len(findings(zone, night)) == 1
    assert findings(zone, replace(GOOD, scope={"zone": "E3"})) == []
    assert findings(zone, replace(GOOD, scope={"zone": "E2", "night": True})) == []
    assert findings(zone, replace(GOOD, scope={"night": True, "city": "430200"})) == []
