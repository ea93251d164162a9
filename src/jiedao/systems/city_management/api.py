"""/api/city_management/: the taxonomy, what triage would say, reports, control areas. Cases: /api/cases?kind=city."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema
from pydantic import AwareDatetime

from jiedao.cases.intake import NewReport
from jiedao.city.address import describe
from jiedao.city.locate import require
from jiedao.errors import Missing
from jiedao.gateway import reports
from jiedao.gateway.auth import Access
from jiedao.gateway.routes_cases import KEY, words
from jiedao.gateway.schemas import Code, Contact, FiledOut, Lat, Line, Line60, Long, Words
from jiedao.gateway.writes import key_of, once
from jiedao.people import identifiers
from jiedao.people.gate import public
from jiedao.people.models import Unit
from jiedao.systems.city_management import actions, kinds
from jiedao.systems.city_management.models import ControlArea
from jiedao.systems.city_management.taxonomy import SmallClass, taxonomy
from jiedao.text import Text

router = Router(tags=["城市管理 city management"])


class ConditionOut(Schema):
    id: str
    text: Words
    closing: Words
    limit_amount: float
    limit_unit: str = Field(description="urgent_hour, urgent_day, work_hour, work_day")
    safety: bool
    source: str
    certainty: str


class ClassRow(Schema):
    code: str
    kind: str = Field(description="component 部件, event 事件")
    big: str
    big_name: Words
    name: Words
    duty: str
    keywords: list[str]


class ClassOut(ClassRow):
    conditions: list[ConditionOut]


class ReportIn(Schema):
    text: str = Field("", max_length=20_000, description="看到了什么 · what was seen")
    lon: Long
    lat: Lat
    category: Code = Field("", description="小类，空则自动分拣 · class; empty is left to triage")
    condition: Code = ""
    address: str = Field("", max_length=400)
    asset: int | None = Field(None, ge=1, le=2**63 - 1, description="部件编号 · id of a component")
    attributes: dict[str, Any] = {}
    photos: list[UUID] = Field([], max_length=20, description="先传的照片 · photos sent before")
    contact: Contact | None = None


class ProposalIn(Schema):
    text: Annotated[str, Field(max_length=2_000)]
    lon: Long
    lat: Lat


class ProposalOut(Schema):
    category: str
    condition: str
    name: Words
    duty: str
    limit_amount: float
    limit_unit: str
    confidence: float
    why: list[Words]


class ControlIn(Schema):
    name: Line = Field(max_length=80)
    reason: Line = Field(max_length=300)
    starts: AwareDatetime
    ends: AwareDatetime
    area: Code = ""
    shape: str = Field("", max_length=100_000, description="GeoJSON 多边形 · a GeoJSON polygon")
    categories: list[Code] = Field([], max_length=500)


class ControlOut(Schema):
    id: int
    name: str
    reason: str
    area: str
    categories: list[str]
    starts: AwareDatetime
    ends: AwareDatetime
    approved_at: AwareDatetime | None


def class_row(small: SmallClass) -> dict[str, Any]:
    names = ("code", "kind", "duty")
    shared = {name: getattr(small, name) for name in names}
    texts = {"big_name": words(small.big_name), "name": words(small.name)}
    return shared | texts | {"big": small.code[:3], "keywords": list(small.keywords)}


@router.get("/taxonomy", response=list[ClassRow], summary="小类 · small classes")
@public
def classes(
    request: HttpRequest,
    q: Annotated[Line60, Field(description="名称或用词 · a name, or words")] = "",
    big: Annotated[Code, Field(description="大类，如 E01 · big class, such as E01")] = "",
) -> Any:
    found = taxonomy().search(q, limit=50) if q else taxonomy().classes
    return [class_row(small) for small in found if small.code.startswith(big)]


@router.get("/taxonomy/{code}", response=ClassOut, summary="小类的立案与结案条件 · one class with its conditions")
@public
def small_class(request: HttpRequest, code: str) -> Any:
    small = taxonomy().get(code)
    if small is None:
        raise Missing(Text("没有这个小类。", "There is no such class."), field="code", value=code)
    names = ("id", "limit_amount", "limit_unit", "safety", "source", "certainty")
    conditions = [
        ConditionOut(text=words(row.text), closing=words(row.closing), **{name: getattr(row, name) for name in names})
        for row in small.conditions
    ]
    return ClassOut(**class_row(small), conditions=conditions)


@router.post("/proposals", response=ProposalOut, auth=Access(), summary="试分拣 · what triage would say")
def propose(request: HttpRequest, given: ProposalIn) -> Any:
    """不保存。 · Nothing is kept."""
    report = NewReport(kinds.CITY.code, text=given.text, lon=given.lon, lat=given.lat)
    found = kinds.triage([report], [require(given.lon, given.lat)], timezone.now())[0]
    assert found.limit is not None
    return ProposalOut(
        category=found.category, condition=found.condition, name=words(kinds.label(found.category)), duty=found.duty,
        limit_amount=found.limit.amount, limit_unit=found.limit.unit, confidence=found.confidence,
        why=[words(text) for text in found.why],
    )  # fmt: skip


@router.post(
    "/reports", response={201: FiledOut}, auth=Access(), summary="上报问题 · report a problem", description=KEY
)
def report(request: HttpRequest, given: ReportIn) -> Any:
    new = NewReport(
        kinds.CITY.code, text=given.text, lon=given.lon, lat=given.lat, category=given.category, asset=given.asset,
        condition=given.condition, address=given.address or describe(given.lon, given.lat), channel="api",
        attributes=given.attributes, photos=given.photos, contact=_contact(given.contact),
    )  # fmt: skip
    filed = reports.file(request.auth, new, key_of(request) or "")
    unit = Unit.objects.filter(pk=filed.unit_id).values_list("code", flat=True).first() if filed.unit_id else None
    why = [words(text) for text in filed.why]
    return 201, FiledOut(
        code=filed.code, token=filed.token, merged=filed.merged, promised=filed.deadline, unit=unit, why=why
    )


def _contact(given: Contact | None) -> dict[str, str] | None:
    if given is None:
        return None
    return {
        "name": given.name,
        "phone": identifiers.phone(given.phone) if given.phone else "",
        "email": identifiers.email(given.email) if given.email else "",
    }


def control_out(row: ControlArea) -> ControlOut:
    return ControlOut(**{name: getattr(row, name) for name in ControlOut.model_fields})


@router.get("/control-areas", response=list[ControlOut], auth=Access("case.view"), summary="控制区 · control areas")
def control_areas(request: HttpRequest) -> Any:
    """尚未结束的。 · Those that have not ended."""
    rows = ControlArea.objects.filter(ends__gt=timezone.now(), ended_by=None).order_by("starts", "pk")[:500]
    return [control_out(row) for row in rows]


@router.post("/control-areas", response={201: ControlOut}, auth=Access(actions.OPEN_PERMISSION),
             summary="提出控制区 · ask for a control area", description=KEY)  # fmt: skip
def open_control(request: HttpRequest, given: ControlIn) -> HttpResponse:
    return once(request, lambda: control_out(actions.do_open(request.auth, **given.dict())), 201)


@router.post("/control-areas/{int:number}/approve", response=ControlOut, auth=Access(actions.APPROVE_PERMISSION),
             summary="批准控制区 · approve it", description=KEY)  # fmt: skip
def approve_control(request: HttpRequest, number: int) -> HttpResponse:
    return once(request, lambda: control_out(actions.do_approve(request.auth, number)))


@router.post("/control-areas/{int:number}/end", response=ControlOut, auth=Access(actions.APPROVE_PERMISSION),
             summary="结束控制区 · end it", description=KEY)  # fmt: skip
def end_control(request: HttpRequest, number: int) -> HttpResponse:
    return once(request, lambda: control_out(actions.do_end(request.auth, number)))
