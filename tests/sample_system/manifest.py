"""A system of the tests that uses every extension point of the house: residents ask for trees, the city plants them."""

from __future__ import annotations

from jiedao.registry import NavItem, Permission, System
from jiedao.text import Text
from tests.sample_system.checks import findings
from tests.sample_system.exports import EXPORTS
from tests.sample_system.flow import PLANT
from tests.sample_system.indicators import INDICATORS
from tests.sample_system.kinds import TREES

SYSTEM = System(
    id="sample",
    name=Text("申请种树", "Trees on request"),
    promise=Text("想要一棵树，说一声，有答复，有时限", "Ask for a tree: you get an answer, and a date"),
    package="tests.sample_system",
    nav=(
        NavItem("portal", "/sample/", Text("申请种树", "Ask for a tree"), "leaf", order=70),
        NavItem("field", "/field/sample/", Text("待栽植", "To plant"), "leaf", "case.handle", 70),
        NavItem("desk", "/desk/sample/", Text("种树申请", "Requests for trees"), "leaf", PLANT, 95),
        NavItem("plans", "/plans/sample/", Text("苗圃", "Nurseries"), "leaf", "plan.view", 70),
        NavItem("board", "/board/sample/", Text("种树", "Trees"), "leaf", "measure.view", 70),
    ),
    permissions=(Permission(PLANT, Text("答复种树申请", "answer requests for trees"), ("clerk",)),),
    kinds=(TREES,),
    indicators=INDICATORS,
    exports=EXPORTS,
    checks=(findings,),
    lacks={"planning": "one request is answered at a time: there is nothing to plan"},
)
