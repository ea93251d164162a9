"""/api/areas, /api/locate, /api/units, /api/kinds, /api/me: what other software must know beforehand."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router

from jiedao.cases import keyset, kinds
from jiedao.city import areas, locate
from jiedao.city.address import describe
from jiedao.city.models import Area
from jiedao.errors import Missing
from jiedao.gateway.auth import Access
from jiedao.gateway.routes_cases import words
from jiedao.gateway.schemas import (
    AreaOut,
    Code,
    KindOut,
    Lat,
    Line60,
    Line80,
    Long,
    Me,
    Named,
    Person,
    Place,
    Size,
    UnitOut,
    UnitPage,
)
from jiedao.people import access
from jiedao.people.gate import public
from jiedao.people.models import Unit
from jiedao.text import Text

router = Router(tags=["城市与组织 city and units"])


def area_out(area: Area) -> AreaOut:
    names = ("level", "full_code", "lon", "lat", "population", "households")
    name = words(areas.name(area.code))
    more = {field: getattr(area, field) for field in names}
    return AreaOut(code=area.code, name=name, parent=area.parent_id, **more)


@router.get("/areas", response=list[AreaOut], summary="查找区划 · find areas")
@public
def find_areas(
    request: HttpRequest,
    q: Annotated[Line80, Field(description="名称、拼音或代码 · name, pinyin or code")] = "",
    parent: Annotated[Code, Field(description="列出下一级 · list what lies below")] = "",
    level: Code = "",
) -> Any:
    if parent:
        return [area_out(area) for area in areas.children(parent) if not level or area.level == level]
    return [area_out(area) for area in areas.search(q, level or None)]


@router.get("/areas/{code}", response=AreaOut, summary="一个区划 · one area")
@public
def area(request: HttpRequest, code: str) -> Any:
    return area_out(areas.get(code))


@router.get("/locate", response=Place, summary="地点属于哪个网格 · where a point lies")
@public
def where(request: HttpRequest, lon: Long, lat: Lat) -> Any:
    found = locate.require(lon, lat)
    return Place(**found._asdict(), address=describe(lon, lat))


def unit_out(unit: Unit) -> UnitOut:
    names = ("code", "tier", "area", "duty", "phone", "active")
    shown = words(Text(unit.name, unit.name_en or unit.name))
    more = {field: getattr(unit, field) for field in names}
    return UnitOut(name=shown, parent=unit.parent.code if unit.parent else None, **more)


@router.get("/units", response=UnitPage, auth=Access("case.view"), summary="组织列表 · list units")
def units(
    request: HttpRequest,
    q: Line60 = "",
    tier: Code = "",
    duty: Code = "",
    after: Line60 | None = None,
    size: Size = 50,
) -> Any:
    given = {"name__icontains": q, "tier": tier, "duty": duty}
    rows = Unit.objects.select_related("parent").filter(**{name: value for name, value in given.items() if value})
    if after is not None:
        rows = rows.filter(pk__gt=keyset.number(after))
    found = list(rows.order_by("pk")[: size + 1])
    following = str(found[size - 1].pk) if len(found) > size else None
    return {"units": [unit_out(unit) for unit in found[:size]], "next": following}


@router.get("/units/{code}/handlers", response=list[Person], auth=Access("case.confirm"),
            summary="组织的处置员 · handlers of a unit")  # fmt: skip
def handlers(request: HttpRequest, code: Code) -> Any:
    unit = Unit.objects.filter(code=code).first()
    if unit is None or not access.can(request.auth, "case.confirm", unit=unit):
        raise Missing(Text("没有这个组织。", "There is no such unit."), field="code", value=code)
    found = access.holders("case.handle", area=unit.area, unit_id=unit.pk)
    return [Person(username=user.username, name=user.label) for user in found]


@router.get("/kinds", response=list[KindOut], summary="案卷种类、状态和步骤 · kinds of case, their states and steps")
@public
def all_kinds(request: HttpRequest) -> Any:
    return [
        KindOut(
            code=kind.code, name=words(kind.name), system=kind.system, public=kind.public,
            states=[Named(code=s.code, name=words(s.name)) for s in kind.flow.states],
            steps=[Named(code=s.code, name=words(s.name)) for s in kind.flow.steps],
        )
        for kind in kinds.all_kinds().values()
    ]  # fmt: skip


@router.get("/me", response=Me, auth=Access(), summary="我是谁、能做什么 · who I am and what I may do")
def me(request: HttpRequest) -> Any:
    user = request.auth
    held = sorted(access.permissions_of(user))
    return Me(username=user.username, permissions=held, areas=list(access.scope(user, "case.view").areas))
