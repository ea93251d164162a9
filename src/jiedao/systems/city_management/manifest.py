"""数字城管: grid-based city management, the system that the others lean on."""

from __future__ import annotations

from jiedao.registry import NavItem, Permission, System
from jiedao.systems.city_management import taxonomy
from jiedao.systems.city_management.checks import findings
from jiedao.systems.city_management.exports import EXPORTS
from jiedao.systems.city_management.indicators import INDICATORS
from jiedao.systems.city_management.kinds import KINDS
from jiedao.systems.city_management.triage import triager
from jiedao.text import Text

SYSTEM = System(
    id="city_management",
    name=Text("城市管理", "City management"),
    promise=Text(
        "说一次，有人管，有时限，看得见办到哪一步",
        "Say it once: somebody takes it on, by a promised time, and you can watch it happen",
    ),
    package="jiedao.systems.city_management",
    nav=(
        NavItem("portal", "/city_management/report/", Text("上报问题", "Report"), "camera", order=10),
        NavItem("portal", "/city_management/near/", Text("身边案卷", "Near me"), "map-pin", order=20),
        NavItem("portal", "/city_management/mine/", Text("我的上报", "My reports"), "list", order=30),
        NavItem("field", "/field/city_management/", Text("今日任务", "Tasks"), "check", "case.view", 10),
        NavItem("field", "/field/city_management/report/", Text("采集上报", "Report"), "camera", "case.file", 20),
        NavItem("desk", "/desk/city_management/call/", Text("电话受理", "Take a call"), "phone", "case.file", 10),
        NavItem("desk", "/desk/city_management/control/", Text("控制区", "Control areas"), "shield", "case.view", 60),
        NavItem("desk", "/desk/city_management/taxonomy/", Text("立案标准", "Standard"), "paper", "case.view", 70),
    ),
    permissions=(
        Permission(
            "city_management.control",
            Text("提出控制区", "ask for control areas"),
            ("dispatcher", "department", "shift_leader"),
        ),
        Permission(
            "city_management.control_approve",
            Text("批准控制区", "approve control areas"),
            ("shift_leader", "supervisor"),
        ),
        Permission("city_management.standard", Text("装载立案标准", "load the filing standard")),
    ),
    kinds=KINDS,
    indicators=INDICATORS,
    exports=EXPORTS,
    warm=(triager,),
    checks=(taxonomy.check, findings),
    lacks={"planning": "it plans nothing: cases come from reports; patrols and rounds are systems of their own"},
)
