"""Flows as data: the lint finds what is wrong, the standard flow is sound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jiedao.cases.flows import STANDARD, Flow, State, Step
from jiedao.errors import Conflict
from jiedao.people.roles import PERMISSIONS
from jiedao.text import Text
from tests.cases.factories import SIMPLE

NAME = Text("名", "name")


@pytest.mark.parametrize("flow", [STANDARD, SIMPLE])
def test_sound_flows_have_no_findings(flow: Flow):
    assert flow.lint(PERMISSIONS) == []


def _with(*, states: tuple[State, ...] = (), steps: tuple[Step, ...] = (), **more) -> Flow:
    return replace(SIMPLE, states=SIMPLE.states + states, steps=SIMPLE.steps + steps, **more)


@pytest.mark.parametrize(
    ("flow", "said"),
    [
        (_with(states=(State("lost", NAME),)), "state lost is never reached"),
        (
            _with(states=(State("pit", NAME),), steps=(Step("fall", NAME, ("open",), "pit", "case.handle"),)),
            "state pit is a dead end",
        ),
        (_with(steps=(Step("x", NAME, ("open",), "done", "case.fly"),)), "permission 'case.fly' is held by nobody"),
        (_with(steps=(Step("x", NAME, ("open",), "moon", "case.handle"),)), "step x: state moon is unknown"),
        (_with(steps=(Step("finish", NAME, ("open",), "done", "case.handle"),)), "step finish stands twice"),
        (
            _with(steps=(Step("x", NAME, ("open",), "done", "case.handle", frozenset({"luck"})),)),
            "need luck is unknown",
        ),
        (
            _with(steps=(Step("x", NAME, ("open",), "done", "case.handle", direction="return"),)),
            "return needs a reason",
        ),
        (_with(steps=(Step("x", NAME, ("open",), "done", "case.handle", unless_after=("y",)),)), "step y is unknown"),
        (_with(steps=(Step("x", NAME, (), "done", "case.handle"),)), "starts nowhere"),
        (_with(start="gone"), "start gone is no state"),
        (_with(clocks={}), "clock handle has no name"),
        (_with(promise=("tea",)), "promise: tea is no clock"),
    ],
)
def test_lint_names_each_fault(flow: Flow, said: str):
    assert any(said in line for line in flow.lint(PERMISSIONS)), flow.lint(PERMISSIONS)


def test_a_step_that_is_not_possible_says_what_is():
    with pytest.raises(Conflict) as refusal:
        STANDARD.step("close", "reported")
    assert "待受理" in refusal.value.text.zh
    assert "立案" in refusal.value.expected.zh
    assert refusal.value.status == 409


def test_the_unknown_step_is_refused_without_echoing_a_flood():
    with pytest.raises(Conflict) as refusal:
        STANDARD.step("x" * 5000, "reported")
    assert len(refusal.value.text.zh) < 200


def test_every_state_and_step_is_named_in_both_languages():
    for thing in (*STANDARD.states, *STANDARD.steps):
        assert thing.name.zh
        assert thing.name.en
