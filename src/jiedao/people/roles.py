"""Roles and permissions as data (facts 5.D). What a role may do is decided here, where it may do it in `access`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from jiedao.registry import registry
from jiedao.text import Text

PERMISSIONS: dict[str, Text] = {
    "case.view": Text("查看案卷", "see cases"),
    "case.view_person": Text("查看案卷中的个人信息（留痕）", "open personal data in a case (it is recorded)"),
    "case.file": Text("代为登记上报", "file a report for somebody"),
    "case.check": Text("现场核实、核查", "check on the spot"),
    "case.accept": Text("受理、立案", "accept and register"),
    "case.dispatch": Text("派遣", "dispatch"),
    "case.handle": Text("处置", "handle"),
    "case.confirm": Text("确认处置结果", "confirm what was done"),
    "case.close": Text("结案", "close"),
    "case.supervise": Text("督办", "supervise"),
    "case.adjust_decide": Text("审批延期、挂账、申诉", "decide on extensions, suspensions and appeals"),
    "case.correct": Text("更正类别和位置", "correct class and place"),
    "plan.view": Text("查看方案", "see plans"),
    "plan.edit": Text("编制方案", "make plans"),
    "plan.approve": Text("批准方案", "approve plans"),
    "measure.view": Text("查看指标", "see indicators"),
    "rules.edit": Text("修改规则", "change rules"),
    "people.manage": Text("管理人员、组织和岗位", "manage staff, units and posts"),
    "areas.edit": Text("维护区划和网格", "edit areas and grid cells"),
    "voice.edit": Text("编辑文章和公告", "write articles and notices"),
    "audit.view": Text("查看留痕", "see the ledgers"),
}


@dataclass(frozen=True)
class Role:
    """`by_unit`: sees only cases of its post's unit and the units below; other roles are scoped by area and kind."""

    code: str
    name: Text
    permissions: frozenset[str]
    by_unit: bool = False
    home: str = "/desk/"


def _role(
    code: str, zh: str, en: str, permissions: str, by_unit: bool = False, home: str = "/desk/"
) -> tuple[str, Role]:
    held = frozenset(p if "." in p else f"case.{p}" for p in permissions.split())
    assert held <= PERMISSIONS.keys(), held - PERMISSIONS.keys()
    return code, Role(code, Text(zh, en), held, by_unit, home)


SHIFT = "view view_person file accept dispatch close supervise adjust_decide correct"

ROLES: dict[str, Role] = dict(
    [
        _role("resident", "居民", "resident", "", home="/"),
        _role("collector", "采集员", "collector", "view file check", home="/field/"),
        _role("acceptor", "受理员", "acceptor", "view view_person file accept close adjust_decide correct"),
        _role("dispatcher", "派遣员", "dispatcher", "view view_person dispatch adjust_decide correct"),
        _role("shift_leader", "值班长", "shift leader", f"{SHIFT} plan.view plan.approve measure.view voice.edit"),
        _role("department", "职能部门管理员", "department", "view view_person handle confirm adjust_decide", True),
        _role("handler", "处置员", "handler", "view view_person handle", True, "/field/"),
        _role("supervisor", "监督员", "supervisor", "view supervise measure.view audit.view", home="/board/"),
        _role("planner", "规划员", "planner", "view plan.view plan.edit measure.view areas.edit", home="/plans/"),
        _role("leader", "领导", "leader", "view supervise plan.view plan.approve measure.view", home="/board/"),
        _role("operator", "充电运营方", "charging operator", "view handle", True),
        _role("clerk", "窗口人员", "counter clerk", "view view_person file accept handle close correct"),
        _role("admin", "系统管理员", "administrator", " ".join(PERMISSIONS), home="/desk/people/"),
    ]
)


@cache
def permissions(role: str) -> frozenset[str]:
    """What a role may do: its own permissions and those that systems give it; empty for an unknown role."""
    if role not in ROLES:
        return frozenset()
    declared = registry().collect("permissions")
    theirs = {p.code for p in declared if role == "admin" or role in p.roles}
    return ROLES[role].permissions | theirs


def permission_names() -> dict[str, Text]:
    """Every permission of the house and its systems, with its name."""
    return PERMISSIONS | {p.code: p.name for p in registry().collect("permissions")}


def holders(permission: str) -> list[Role]:
    """The roles that carry a permission, for telling somebody whom to ask."""
    return [role for role in ROLES.values() if permission in permissions(role.code)]
