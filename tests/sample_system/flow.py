"""A flow of its own: asked › to plant › planted, or declined; with a stage and messages of its own."""

from __future__ import annotations

from jiedao.cases.flow import Flow, State, Step
from jiedao.cases.notices import Template
from jiedao.text import Text

PLANT = "sample.plant"

FLOW = Flow(
    "sample_trees",
    Text("种树申请流程", "a request for trees"),
    "tree_asked",
    (
        State("tree_asked", Text("待答复", "waiting for an answer"), "sample_answer"),
        State("tree_agreed", Text("待栽植", "to be planted"), "handle", unit=True),
        State("tree_planted", Text("已栽植", "planted"), final=True),
        State("tree_declined", Text("未同意", "declined"), final=True, shown=False),
    ),
    (
        Step("agree", Text("同意", "agree"), ("tree_asked",), "tree_agreed", PLANT, frozenset({"unit"}), "assign"),
        Step(
            "decline", Text("不同意", "decline"), ("tree_asked",), "tree_declined", PLANT, frozenset({"note"}),
            "cancel", tells="tree_declined",
        ),
        Step(
            "plant", Text("已栽植", "planted"), ("tree_agreed",), "tree_planted", "case.handle", frozenset({"photo"}),
            "close", tells="tree_planted",
        ),
    ),
    clocks={"sample_answer": Text("答复", "answering"), "handle": Text("栽植", "planting")},
    promise=("sample_answer", "handle"),
)  # fmt: skip

NOTICES = (
    Template(
        "tree_planted",
        Text("您申请的树已种下", "Your trees are planted"),
        Text("{title}（{code}）已种下，欢迎来看。", "{title} ({code}): they stand. Come and see."),
    ),
    Template(
        "tree_declined",
        Text("您申请的树不能种", "Your trees cannot be planted"),
        Text("{title}（{code}）：{note}", "{title} ({code}): {note}"),
    ),
)
