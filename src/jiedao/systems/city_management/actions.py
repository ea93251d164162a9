"""Control areas are opened, approved by somebody else, and ended: the writes of city management's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import shapely
from django.db import transaction
from django.utils import timezone

from jiedao.errors import Conflict, Invalid, Missing
from jiedao.people.access import require
from jiedao.systems.city_management.models import ControlArea
from jiedao.systems.city_management.taxonomy import taxonomy
from jiedao.text import Text

OPEN_PERMISSION = "city_management.control"
APPROVE_PERMISSION = "city_management.control_approve"


def check_open(
    *, name: str, area: str, shape: str, categories: Sequence[str], reason: str, starts: datetime, ends: datetime
) -> shapely.Geometry | None:
    """Refuses what cannot be a control area; returns its polygon where one is drawn (`shape` is GeoJSON)."""
    for field, value in (("name", name), ("reason", reason)):
        if not value.strip():
            raise Invalid(Text("此项必填", "This is needed"), field=field, value=value)
    if ends <= starts or ends <= timezone.now():
        text = Text("结束时间须晚于开始时间和现在", "The end must be after the start and after now")
        raise Invalid(text, field="ends", value=ends)
    unknown = [code for code in categories if taxonomy().get(code) is None]
    if unknown:
        raise Invalid(Text("标准中没有这个小类", "No such class in the standard"), field="categories", value=unknown[0])
    if bool(area) == bool(shape):
        text = Text("请选择一个区划，或在图上画出范围，两者取一", "Choose an area or draw a shape: one of the two")
        raise Invalid(text, field="area", value=area)
    return _polygon(shape) if shape else None


def _polygon(text: str) -> shapely.Geometry:
    expected = Text("GeoJSON 多边形，经纬度", "a GeoJSON polygon in degrees")
    try:
        shape = shapely.from_geojson(text)
    except shapely.errors.GEOSException as error:
        raise Invalid(Text("范围无法读取", "The shape cannot be read"), field="shape", expected=expected) from error
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or not shape.is_valid or shape.is_empty:
        raise Invalid(
            Text("范围不是有效的多边形", "The shape is not a valid polygon"), field="shape", expected=expected
        )
    return shape


@transaction.atomic
def do_open(actor, *, name, reason, starts, ends, area="", shape="", categories=()) -> ControlArea:
    """Ask for a control area; it has no effect before somebody else approves it."""
    require(actor, OPEN_PERMISSION, area=area)
    polygon = check_open(
        name=name, area=area, shape=shape, categories=categories, reason=reason, starts=starts, ends=ends
    )
    return ControlArea.objects.create(
        name=name.strip(),
        reason=reason.strip(),
        starts=starts,
        ends=ends,
        area=area,
        shape=shapely.to_wkb(polygon) if polygon else None,
        categories=list(categories),
        created_by=actor,
    )


def _locked(pk: int) -> ControlArea:
    row = ControlArea.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise Missing(Text("没有这个控制区", "There is no such control area"), field="id", value=pk)
    return row


@transaction.atomic
def do_approve(actor, pk: int) -> ControlArea:
    """Put it in force; whoever asked for it cannot approve it."""
    row = _locked(pk)
    require(actor, APPROVE_PERMISSION, area=row.area)
    if row.created_by_id == actor.pk:
        raise Conflict(Text("不能批准自己提出的控制区", "You cannot approve what you asked for"), field="id", value=pk)
    if row.approved_at or row.ended_by_id:
        raise Conflict(Text("该控制区已批准或已结束", "It is already approved or ended"), field="id", value=pk)
    row.approved_by, row.approved_at = actor, timezone.now()
    row.save(update_fields=["approved_by", "approved_at"])
    return row


@transaction.atomic
def do_end(actor, pk: int) -> ControlArea:
    """End it now."""
    row = _locked(pk)
    require(actor, APPROVE_PERMISSION, area=row.area)
    if row.ended_by_id:
        raise Conflict(Text("该控制区已结束", "It has ended already"), field="id", value=pk)
    row.ended_by, row.ends = actor, min(row.ends, timezone.now())
    row.save(update_fields=["ended_by", "ends"])
    return row
