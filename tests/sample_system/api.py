"""/api/sample/: the trees that stand, and asking for one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from jiedao.cases.intake import NewReport
from jiedao.gateway import reports
from jiedao.gateway.auth import Access
from jiedao.gateway.schemas import Code, Lat, Long
from jiedao.gateway.writes import key_of
from jiedao.people.gate import public
from tests.sample_system.kinds import TREES
from tests.sample_system.models import Tree

router = Router(tags=["示例 sample"])


class TreeOut(Schema):
    species: str
    lon: float
    lat: float


class AskIn(Schema):
    lon: Long
    lat: Lat
    species: Code = ""
    text: str = Field("", max_length=2_000)
    count: int = Field(1, ge=1, le=1_000)


class AskOut(Schema):
    code: str
    token: str


@router.get("/trees", response=list[TreeOut], summary="种下的树 · trees that stand")
@public
def trees(request: HttpRequest) -> Any:
    return Tree.objects.order_by("-pk")[:500]


@router.post("/requests", response={201: AskOut}, auth=Access(), summary="申请种树 · ask for trees")
def ask(request: HttpRequest, given: AskIn) -> Any:
    report = NewReport(
        TREES.code, text=given.text, lon=given.lon, lat=given.lat, category=given.species, channel="api",
        attributes={"count": given.count},
    )  # fmt: skip
    filed = reports.file(request.auth, report, key_of(request) or "")
    return 201, AskOut(code=filed.code, token=filed.token)
