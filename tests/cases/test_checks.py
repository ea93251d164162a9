"""What `jiedao check` finds in this room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jiedao.cases import checks, kinds
from jiedao.cases.flows import STANDARD
from jiedao.cases.models import Entry
from jiedao.cases.templates import Template
from jiedao.registry import Duplicate, Registry, System
from jiedao.text import Text
from tests.cases.factories import CITY, LAMP, SIMPLE, file_one


def said(*found: kinds.Kind) -> str:
    return "\n".join(str(finding.text.en) for finding in checks.check(found))


def test_sound_kinds_have_no_findings():
    assert said(CITY, LAMP) == ""


def test_numbers_that_no_rule_gives():
    flow = replace(SIMPLE, clocks=SIMPLE.clocks | {"tea": Text("茶", "tea")})
    assert "no rule 'cases.stage.tea'" in said(replace(LAMP, flow=flow))
    assert "no rule 'cases.twins'" in said(replace(LAMP, duplicate="cases.twins"))


def test_messages_that_do_not_exist_or_ask_for_too_much():
    step = replace(SIMPLE.steps[0], tells="poem")
    assert "which is no message" in said(replace(LAMP, flow=replace(SIMPLE, steps=(step,))))
    step = replace(SIMPLE.steps[0], tells="adjustment_decided")
    assert "asks for result, what" in said(replace(LAMP, flow=replace(SIMPLE, steps=(step,))))
    half = Template("x", Text("好", ""), Text("好", "good"))
    assert "lacks a language" in said(replace(LAMP, notices=(half,)))


def test_a_state_that_ends_here_and_goes_on_there():
    states = tuple(replace(s, code="done") if s.code == "filed" else s for s in STANDARD.states)
    assert "state done ends a case in one flow" in said(LAMP, replace(CITY, flow=replace(STANDARD, states=states)))


def test_codes_that_do_not_fit_their_columns():
    assert "longer than 40" in said(replace(LAMP, code="k" * 41))


def test_a_kind_registered_twice_is_refused_and_found():
    twice = Registry()
    for name in ("a", "b"):
        twice.add(System(name, Text("甲", "a"), Text("甲", "a"), "tests.cases", kinds=(LAMP,)))
    kinds.use(twice)
    with pytest.raises(Duplicate):
        kinds.all()
    assert "registered twice" in next(iter(checks.check())).text.en


def test_the_whole_log_is_read(staff):
    case = file_one()
    assert list(checks.verify_log()) == []
    Entry.objects.filter(case=case).update(note="x")
    assert list(checks.verify_log()) == [f"{case.code} line 1: was changed"]
