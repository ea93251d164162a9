"""What the API takes and gives. Every text is given in both languages; times have a zone; positions are WGS-84."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AfterValidator

from jiedao.cases.words import tidy

Line = Annotated[str, AfterValidator(tidy)]
"""Text without what no reader should see."""
Line60 = Annotated[str, Field(max_length=60), AfterValidator(tidy)]
Line80 = Annotated[str, Field(max_length=80), AfterValidator(tidy)]
Code = Annotated[str, Field(max_length=40), AfterValidator(tidy)]
Size = Annotated[int, Field(ge=1, le=200)]
Long = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class Words(Schema):
    zh: str
    en: str


class Error(Schema):
    """Every refusal."""

    code: str = Field(description="稳定的机器码 · a stable word for programs")
    message: str = Field(description="给人看的一句话 · a sentence for people, in the caller's language")
    field: str | None = None
    value: str | None = None
    expected: str | None = None


class Named(Schema):
    code: str
    name: Words


class CaseRow(Schema):
    code: str
    kind: str
    category: str
    class_name: Words
    title: str
    state: str
    state_name: Words
    address: str
    lon: float | None
    lat: float | None
    district: str
    subdistrict: str
    community: str
    cell: str
    unit: str | None = Field(description="组织编码 · code of the unit")
    handler: str | None = Field(description="用户名 · user name")
    channel: str
    deadline: datetime | None = Field(description="当前阶段截止 · end of the stage that runs now")
    promised: datetime | None
    overdue: bool
    supervised: str
    reports_count: int
    opened_at: datetime
    state_at: datetime
    closed_at: datetime | None
    version: int = Field(description="办理时随步骤送回 · send it back with a step")


class CaseQuery(Schema):
    """A list of cases."""

    state: list[Code] = Field([], max_length=40, description="状态，可多个 · states")
    area: Annotated[str, Field(pattern=r"^\d{0,20}$", description="区划代码 · area code")] = ""
    kind: Code = ""
    category: Code = ""
    unit: Code = ""
    handler: Line80 = ""
    overdue: bool | None = None
    supervised: bool = False
    q: Line60 = Field("", description="编号开头或文字 · the beginning of a code, or words")
    order: Literal["new", "due"] = "new"
    after: Line80 | None = None
    size: Size = 50


class CasePage(Schema):
    cases: list[CaseRow]
    next: str | None = Field(description="下一页的 after，末页为空 · `after` of the next page, null at the end")
    total_hint: int | None = Field(description="首页给出总数，最多数到 1000 · on the first page, counted up to 1000")


class CaseDetail(CaseRow):
    text: str
    condition: str
    form: dict
    limit_amount: float | None
    limit_unit: str
    rework: int
    reopened: int
    rating: int | None
    merged_into: str | None
    why: list[Words] = Field(description="分拣依据 · why triage chose the class")


class StepOut(Schema):
    code: str
    name: Words
    target: str
    needs: list[str] = Field(description="note, photo, unit, handler, limit, condition")
    closing: Words | None = Field(description="须勾选的结案条件 · the closing condition to be ticked")


class StepIn(Schema):
    step: Code
    version: int
    note: str = Field("", max_length=20_000)
    unit: Code | None = None
    handler: Line80 | None = None
    condition_met: bool = False
    attachments: list[UUID] = Field([], max_length=20)


class CommentIn(Schema):
    text: str = Field(max_length=20_000)
    public: bool = Field(False, description="上报人可见 · the reporter sees it")
    attachments: list[UUID] = Field([], max_length=20)


class Photo(Schema):
    id: UUID
    url: str
    purpose: str
    content_type: str
    size: int
    width: int | None
    height: int | None


class TimelineOut(Schema):
    at: datetime
    step: str
    text: Words
    actor: str
    state: Words | None
    note: str
    photos: list[Photo]
    current: bool


class Contact(Schema):
    name: str = Field("", max_length=80)
    phone: str = Field("", max_length=40)
    email: str = Field("", max_length=254)


class FiledOut(Schema):
    code: str
    token: str = Field(description="上报人凭此查询 · the reporter comes back with this")
    merged: bool = Field(description="并入了已有案卷 · it joined a case that was there")
    promised: datetime | None
    unit: str | None
    why: list[Words]


class AreaOut(Schema):
    code: str
    level: str
    name: Words
    full_code: str
    parent: str | None
    lon: float | None
    lat: float | None
    population: int
    households: int


class Place(Schema):
    district: str
    subdistrict: str
    community: str
    cell: str
    address: str


class UnitOut(Schema):
    code: str
    name: Words
    tier: str
    parent: str | None
    area: str
    duty: str
    phone: str
    active: bool


class UnitPage(Schema):
    units: list[UnitOut]
    next: str | None


class Person(Schema):
    username: str
    name: str


class KindOut(Schema):
    code: str
    name: Words
    system: str
    public: bool
    states: list[Named]
    steps: list[Named]


class Me(Schema):
    username: str
    permissions: list[str]
    areas: list[str] = Field(
        description="可查看案卷的区域 · areas where cases may be seen; empty text is the whole city"
    )
