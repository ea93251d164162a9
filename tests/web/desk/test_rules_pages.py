"""Rules as pages: found, sourced, and set for this city by whoever may."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation

from jiedao import rules
from jiedao.rules.models import RuleOverride
from jiedao.web import values
from tests.cases import factories
from tests.web.desk.hands import as_user

KEY = "/desk/rules/cases.reopen_days/"


@pytest.fixture
def admin(staff):
    return as_user(factories.make_user("admin"))


def found(answer) -> set[str]:
    return {line.rule.key for _, lines in answer.context["groups"] for line in lines}


def given(**more):
    return {
        "value": "20",
        "valid_from": timezone.localdate().isoformat(),
        "reason": "株政办〔2026〕3号",
        "scope": "0",
    } | more


def test_rules_are_found_by_words_part_and_certainty(staff):
    client = as_user(staff.acceptor)
    assert "cases.reopen_days" in found(client.get("/desk/rules/", {"q": "复查"}))
    assert {key.split(".")[0] for key in found(client.get("/desk/rules/", {"group": "calendar"}))} == {"calendar"}
    unsure = found(client.get("/desk/rules/", {"certainty": "M?"}))
    assert "cases.stage.accept" in unsure and "cases.reopen_days" not in unsure
    assert found(client.get("/desk/rules/", {"q": "zzz"})) == set()


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        ([["08:30", "12:00"], ["14:30", "18:00"]], "08:30–12:00、14:30–18:00", "08:30–12:00, 14:30–18:00"),
        ([[90, "green"], [0, "red"]], "90 绿、0 红", "90 green, 0 red"),
        ({"near_m": 12, "days": 30.0}, "近处（米）：12；天数：30", "near (m): 12; days: 30"),
    ],
)
def test_a_value_is_read_in_either_language(value, zh, en):
    with translation.override("zh-hans"):
        assert values.plain(value) == zh
    with translation.override("en"):
        assert values.plain(value) == en


def test_tables_are_shown_as_tables(staff):
    client = as_user(staff.leader)
    client.cookies["django_language"] = "en"
    lines = {line.rule.key: line for _, lines in client.get("/desk/rules/").context["groups"] for line in lines}
    found = lines["cases.escalation"].grid
    assert found.head == ["share of the limit used", "tell", "supervise"]
    assert found.rows[-1] == ["2", "the unit above, supervisor, leader", "as overdue"]
    assert lines["city_management.grade_limits"].grid.rows[1] == ["B", "4", "working hours"]
    assert lines["cases.reopen_days"].grid is None
    page = client.get("/desk/rules/").text.split("<main")[1].split("</main")[0]
    assert "；" not in page and "：" not in page
    assert not lines["cases.escalation"].certainty and lines["cases.escalation"].source


def test_a_day_is_a_unit_as_a_value_and_daytime_as_a_key():
    assert values.plain({"day": "day"}) == "昼间：天"


def test_a_rule_says_where_it_comes_from(staff):
    page = as_user(staff.acceptor).get(KEY).content.decode()
    assert "本系统的设计取值" in page and "<form" not in page.split("<main")[1].split("</main")[0]
    assert as_user(staff.acceptor).get("/desk/rules/no.such/").status_code == 404


def test_a_value_of_the_city_is_signed_and_holds(live_rules, admin):
    assert admin.post(KEY, given()).status_code == 302
    row = RuleOverride.objects.get()
    assert (row.value, row.author.username, row.reason) == (20, row.author.username, "株政办〔2026〕3号")
    rules.forget()
    assert rules.value("cases.reopen_days") == 20
    assert "株政办〔2026〕3号" in admin.get(KEY).content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"value": '"viele"'}, "value"), ({"value": "{"}, "value"), ({"reason": ""}, "reason"),
     ({"valid_from": ""}, "valid_from"), ({"valid_to": "2020-01-01"}, "valid_to"), ({"valid_from": "x"}, "valid_from")],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_kept_in_the_form(admin, wrong, field):
    answer = admin.post(KEY, given(**wrong))
    assert answer.status_code == 422 and field in answer.context["wrong"]
    assert answer.context["given"]["reason"] == given(**wrong)["reason"]
    assert not RuleOverride.objects.exists()


def test_only_those_who_may_edit_do(staff):
    assert as_user(staff.acceptor).post(KEY, given()).status_code == 403
