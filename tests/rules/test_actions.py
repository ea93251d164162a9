"""Overrides: refused with a sentence, or signed, dated and seen by the next lookup."""

import asyncio
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from jiedao import rules
from jiedao.errors import Conflict, Invalid
from jiedao.rules import actions, loader, store
from jiedao.rules.models import RuleOverride
from jiedao.text import Text

TODAY = date(2026, 6, 1)
KEY = "test.share"


@pytest.fixture(autouse=True)
def one_rule(monkeypatch):
    share = rules.Rule(KEY, 0.8, source="design", label=Text("比例", "Share"))
    monkeypatch.setattr(store, "_snapshot", store.Snapshot(loader.Shipped(rules={KEY: [share]}), [], 0))


@pytest.fixture
def author(db):
    return get_user_model().objects.create_user("rules-author")


def signed(author, **more) -> dict:
    return {"author": author, "reason": "council decision 12", "valid_from": TODAY} | more


def test_an_override_holds_from_its_day_and_names_its_author(live_rules, author) -> None:
    row = actions.do_override(KEY, 0.7, **signed(author, valid_to=TODAY + timedelta(days=30)))
    store.forget()
    rule = rules.lookup(KEY, on=TODAY)
    assert (rule.value, rule.origin, rule.overridden) == (0.7, f"override:{row.pk}", True)
    assert rule.label == rules.lookup(KEY, on=date(2026, 5, 31)).label
    assert rules.value(KEY, on=date(2026, 5, 31)) == 0.8
    assert rules.value(KEY, on=date(2026, 7, 2)) == 0.8
    assert row.author == author


def test_an_override_of_a_city_leaves_others_alone(live_rules, author) -> None:
    actions.do_override(KEY, 0.6, scope={"city": "330100"}, **signed(author))
    store.forget()
    assert rules.value(KEY, on=TODAY, city="330102") == 0.6
    assert rules.value(KEY, on=TODAY, city="430200") == 0.8


def test_an_override_is_seen_when_its_transaction_commits(
    live_rules, author, django_capture_on_commit_callbacks
) -> None:
    assert rules.value(KEY, on=TODAY) == 0.8
    with django_capture_on_commit_callbacks(execute=True):
        actions.do_override(KEY, 0.7, **signed(author))
        assert rules.value(KEY, on=TODAY) == 0.8
    assert rules.value(KEY, on=TODAY) == 0.7


def test_the_generation_moves_with_each_change(live_rules, author) -> None:
    before = rules.generation()
    actions.do_override(KEY, 0.7, **signed(author))
    store.forget()
    assert rules.generation() != before


@pytest.mark.django_db(transaction=True)
def test_an_event_loop_sees_overrides_of_other_processes(author, live_rules) -> None:
    async def gateway() -> float:
        rules.forget()
        for _ in range(100):
            if rules.value(KEY, on=TODAY) != 0.8:
                break
            await asyncio.sleep(0.05)
        return rules.value(KEY, on=TODAY)

    assert rules.value(KEY, on=TODAY) == 0.8
    actions.do_override(KEY, 0.7, **signed(author))
    assert asyncio.run(gateway()) == 0.7


def test_a_failed_transaction_leaves_no_override(live_rules, author) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.do_override(KEY, 0.7, **signed(author))
        raise RuntimeError
    store.forget()
    assert not RuleOverride.objects.exists()
    assert rules.value(KEY, on=TODAY) == 0.8


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"author": None}, "author"),
        ({"reason": "  "}, "reason"),
        ({"valid_from": None}, "valid_from"),
        ({"valid_to": date(2026, 5, 1)}, "valid_to"),
        ({"value": "much"}, "value"),
        ({"value": True}, "value"),
        ({"unit": "days"}, "unit"),
        ({"key": "test.shares"}, "key"),
    ],
)
def test_an_override_without_signature_or_of_the_wrong_kind_is_refused(author, change, field) -> None:
    given = {"key": KEY, "value": 0.7, **signed(author)} | change
    with pytest.raises(Invalid) as refused:
        actions.check_override(given.pop("key"), given.pop("value"), **given)
    assert refused.value.field == field


def test_a_near_name_is_offered(author) -> None:
    with pytest.raises(Invalid) as refused:
        actions.check_override("test.shares", 1, **signed(author))
    assert KEY in refused.value.expected.en


def test_a_fixed_row_cannot_be_overridden(author, monkeypatch) -> None:
    fixed = rules.Rule("k", 1, editable=False)
    shipped = loader.Shipped(rules={"k": [fixed]})
    monkeypatch.setattr(store, "_snapshot", store.Snapshot(shipped, [], 0))
    with pytest.raises(Conflict):
        actions.check_override("k", 2, **signed(author))


@pytest.mark.parametrize(
    ("shipped", "given", "same"),
    [
        (1, 1.5, True),
        (1, True, False),
        (True, False, True),
        ("a", "b", True),
        ("a", 1, False),
        ([["08:30", "12:00"]], [["09:00", "17:00"]], True),
        ([["08:30", "12:00"]], ["09:00"], False),
        ([], [1], True),
        ({"day": 1}, {"day": 2.5}, True),
        ({"day": 1}, {"night": 1}, False),
    ],
)
def test_the_kind_of_a_value(shipped, given, same: bool) -> None:
    assert actions.same_shape(shipped, given) is same


def test_calendar_days_are_checked(db) -> None:
    with pytest.raises(Invalid) as kind:
        actions.do_calendar_days([(TODAY, "feast")], source="notice")
    assert kind.value.field == "type"
    with pytest.raises(Invalid) as twice:
        actions.do_calendar_days([(TODAY, "rest"), (TODAY, "work")], source="notice")
    assert twice.value.field == "date"
    with pytest.raises(Invalid) as source:
        actions.do_calendar_days([(TODAY, "rest")], source="")
    assert source.value.field == "source"
    assert actions.do_calendar_days([(TODAY, "rest")], source="notice") == 1
    assert actions.do_calendar_days([(TODAY, "work")], source="notice 2") == 1
