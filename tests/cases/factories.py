"""A small city with two districts, its staff, and kinds of case of the tests' own."""

from __future__ import annotations

import io
import itertools
from datetime import date, datetime
from typing import Any

import shapely
from django.utils import timezone
from PIL import Image
from pydantic import BaseModel, Field

from jiedao.cases import actions, intake
from jiedao.cases.flows import STANDARD, Flow, State, Step
from jiedao.cases.kinds import Kind, Limit, NewReport, Proposal
from jiedao.cases.models import Attachment, Case
from jiedao.city import stamps
from jiedao.city.models import Area
from jiedao.errors import Invalid
from jiedao.people import stamp
from jiedao.people.models import Person, Post, Responsibility, Unit, User
from jiedao.registry import Registry, System
from jiedao.rules.deadlines import SHANGHAI
from jiedao.text import Text

LON, LAT = 113.15, 27.83
MONDAY = datetime(2026, 6, 15, 9, 0, tzinfo=SHANGHAI)
"""A working day, in working hours."""

LIMITS = {
    ("E01-10", ""): Limit(4, "work_hour"),
    ("E01-13", ""): Limit(5, "work_day"),
    ("C01-01", "missing"): Limit(2, "urgent_hour"),
    ("C01-01", "noisy"): Limit(2, "work_day"),
}
CLOSING = {"E01-10": Text("垃圾已清除", "the rubbish is gone")}
CLASSES = {"E01-10", "E01-13", "C01-01", "E99-99"}


class LampForm(BaseModel):
    pole: str = Field(max_length=12)
    dark: int = Field(1, ge=0, le=50)


def limit(category: str, condition: str, area: str, on: date) -> Limit | None:
    return LIMITS.get((category, condition)) or LIMITS.get((category, ""))


def check(report: NewReport) -> None:
    if report.category and report.category not in CLASSES:
        raise Invalid(Text("没有这个小类。", "There is no such class."), field="category", value=report.category)


def triage(reports: list[NewReport], located: list[Any], now: datetime) -> list[Proposal]:
    made = []
    for report, here in zip(reports, located, strict=True):
        category = report.category or ("E01-10" if "垃圾" in report.text else "")
        found = limit(category, report.condition, here.code, now.date())
        why = [Text("文中有“垃圾”", "the text says rubbish")] if not report.category and category else []
        made.append(Proposal(category, report.condition, "cleansing", found, confidence=0.9, why=why))
    return made


SIMPLE = Flow(
    "simple",
    Text("简单流程", "simple"),
    "open",
    (State("open", Text("待办", "open"), "handle", unit=True), State("done", Text("办结", "done"), final=True)),
    (Step("finish", Text("办结", "finish"), ("open",), "done", "case.handle"),),
    clocks={"handle": Text("处置", "handling")},
)

CITY = Kind(
    "city", Text("城市管理", "city management"), STANDARD, triage=triage, check=check, limit=limit,
    closing=lambda category, condition: CLOSING.get(category),
    label=lambda category: Text({"E01-10": "暴露生活垃圾"}.get(category, category), category),
)  # fmt: skip
LAMP = Kind("lamp", Text("路灯", "lamp"), SIMPLE, form=LampForm, duplicate="", place=False)

REGISTRY = Registry()
REGISTRY.add(System("test", Text("测试", "test"), Text("测试", "test"), "tests.cases", kinds=(CITY, LAMP)))

numbers = itertools.count(1)


def box(west: float, south: float, east: float, north: float) -> bytes:
    return shapely.to_wkb(shapely.box(west, south, east, north))


def make_city() -> None:
    """District 430202 west of the meridian 113.17, 430203 east of it; each with a subdistrict and a community."""
    Area.objects.create(code="4302", level="city", name="株洲市")
    for district, west in (("430202", 113.13), ("430203", 113.17)):
        Area.objects.create(code=district, level="district", parent_id="4302", name=district)
        Area.objects.create(code=f"{district}004", level="subdistrict", parent_id=district, name="桂花街道")
        shape = box(west, 27.80, west + 0.04, 27.86)
        community = f"{district}004001"
        Area.objects.create(code=community, level="community", parent_id=f"{district}004", name="社区", shape=shape)
    stamps.bump("areas")
    stamps.forget()


def make_unit(code: str = "", tier: str = Unit.Tier.DEPARTMENT, **more: Any) -> Unit:
    code = code or f"unit{next(numbers)}"
    unit = Unit.objects.create(code=code, name=more.pop("name", code), tier=tier, **more)
    stamp.forget()
    return unit


def make_user(*roles: str, unit: Unit | None = None, area: str = "", kinds: tuple[str, ...] = ()) -> User:
    number = next(numbers)
    user = User.objects.create(username=f"user{number}", person=Person.objects.create(name=f"职员{number}"))
    for role in roles:
        Post.objects.create(user=user, role=role, unit=unit, area=area, kinds=list(kinds), valid_from=date(2020, 1, 1))
    return user


class Staff:
    """One of each post, a department with a handler, all answering for the whole city."""

    def __init__(self) -> None:
        self.unit = make_unit("cleansing", webhook="")
        self.other = make_unit("water")
        Responsibility.objects.create(kind="city", duty="cleansing", unit=self.unit, valid_from=date(2020, 1, 1))
        Responsibility.objects.create(kind="lamp", unit=self.other, valid_from=date(2020, 1, 1))
        stamp.forget()
        self.collector = make_user("collector")
        self.acceptor = make_user("acceptor")
        self.dispatcher = make_user("dispatcher")
        self.leader = make_user("shift_leader")
        self.department = make_user("department", unit=self.unit)
        self.handler = make_user("handler", unit=self.unit)
        self.stranger = make_user("handler", unit=self.other)

    def who(self, permission: str) -> User:
        held = {
            "case.accept": self.acceptor, "case.check": self.collector, "case.dispatch": self.dispatcher,
            "case.confirm": self.department, "case.handle": self.handler, "case.close": self.acceptor,
        }  # fmt: skip
        return held[permission]


def a_report(text: str = "路边有垃圾没人清理", **more: Any) -> NewReport:
    given = {"kind": "city", "lon": LON, "lat": LAT} | more
    return NewReport(text=text, **given)


def file_one(now: datetime | None = None, **more: Any) -> Case:
    filed = intake.do_file([a_report(**more)], now or MONDAY)[0]
    return Case.objects.get(pk=filed.case_id)


def picture(width: int = 40, height: int = 30, kind: str = "JPEG", **more: Any) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 60)).save(out, kind, **more)
    out.seek(0)
    return out


def photo(by: User | None) -> Attachment:
    """A stored photo without its file; for rules that only ask whether there is one."""
    return Attachment.objects.create(content_type="image/jpeg", size=1, sha256=f"{next(numbers):064d}", uploaded_by=by)


def take(case: Case, step: str, staff: Staff, at: datetime | None = None, **more: Any) -> Case:
    """Take a step by whoever may, giving what it needs."""
    asked = STANDARD.by_step[step]
    actor = more.pop("actor", None) or staff.who(asked.permission)
    given: dict[str, Any] = {"version": case.version, "now": at or timezone.now()}
    if "note" in asked.needs:
        given["note"] = "因为"
    if "photo" in asked.needs:
        given["attachments"] = [photo(actor)]
    if "unit" in asked.needs:
        given["unit"] = staff.unit
    if "handler" in asked.needs:
        given["handler"] = staff.handler
    if "condition" in asked.needs:
        given["condition_met"] = True
    return actions.do_step(case, step, actor, **given | more)


TO_HANDLING = ("file", "send", "dispatch", "assign")
TO_CLOSING = ("hand_back", "confirm", "request_check", "pass_check")


def walk(case: Case, staff: Staff, *steps: str, at: datetime | None = None) -> Case:
    for step in steps:
        case = take(case, step, staff, at)
    return case
