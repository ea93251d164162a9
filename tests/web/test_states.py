"""How the state of a case is shown."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from jiedao.cases import kinds
from jiedao.cases.flow import Flow, State
from jiedao.text import Text
from jiedao.web import states

FLOW = Flow(
    "f",
    Text("流程", "flow"),
    "new",
    (
        State("new", Text("新", "new")),
        State("work", Text("处置", "work"), unit=True),
        State("held", Text("挂账", "held"), paused=True),
        State("closed", Text("结案", "closed"), final=True),
        State("merged", Text("合并", "merged"), final=True),
    ),
    (),
)


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    monkeypatch.setattr(kinds, "get", lambda code: SimpleNamespace(flow=FLOW))


@pytest.mark.parametrize(
    ("state", "shape", "zh"),
    [
        ("new", "ring", "新"),
        ("work", "half", "处置"),
        ("held", "pause", "挂账"),
        ("closed", "check-ring", "结案"),
        ("merged", "dash", "合并"),
        ("gone", "ring", "gone"),
    ],
)
def test_each_state_has_its_word_and_mark(state, shape, zh):
    found = states.shown(SimpleNamespace(kind="k", state=state))
    assert (found.shape, found.name.zh) == (shape, zh)
