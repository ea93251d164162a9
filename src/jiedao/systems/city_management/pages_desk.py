"""What the desk of city management has beside the cases: control areas and the filing standard."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import shapely
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jiedao.cases.kinds import Limit
from jiedao.city import areas
from jiedao.config.options import options
from jiedao.errors import Invalid, Refused, TooLarge
from jiedao.people import access
from jiedao.people.gate import needs
from jiedao.rules import store, tables
from jiedao.systems.city_management import actions, city_table
from jiedao.systems.city_management.models import ControlArea
from jiedao.systems.city_management.taxonomy import TABLE, duties, taxonomy
from jiedao.text import Text
from jiedao.web.desk_detail import amount_said

FORM = ["GET", "HEAD", "POST"]
STANDARD = "city_management.standard"
ENDED_SHOWN = 20


# control areas


@needs("case.view")
@require_http_methods(FORM)
def control(request: HttpRequest) -> HttpResponse:
    """In force, waiting, and lately ended; a POST asks for a new one."""
    if request.method != "POST":
        return _control_page(request)
    try:
        actions.do_open(request.user, **_control_values(request))
    except Refused as refused:
        return _control_page(request, refused)
    messages.success(
        request, str(Text("已提交，由另一人批准后生效。", "Asked for; in force once somebody else approves."))
    )
    return redirect("city_management-desk:control")


def _control_values(request: HttpRequest) -> dict[str, Any]:
    data = request.POST
    codes = [word.split()[0] for word in data.getlist("categories") if word.strip()]
    return {
        "name": data.get("name", "")[:80], "reason": data.get("reason", "")[:300], "area": data.get("area", "")[:20],
        "shape": data.get("shape", "")[:20_000], "categories": codes,
        "starts": a_moment(data.get("starts", ""), "starts"), "ends": a_moment(data.get("ends", ""), "ends", last=True),
    }  # fmt: skip


def a_moment(text: str, field: str, last: bool = False) -> datetime:
    """The start of a day as typed, or with `last` its end. Raises Invalid."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise Invalid(Text("请填写日期。", "Please give a date."), field=field, value=text)
    return datetime.combine(day + timedelta(days=last), time(), timezone.get_current_timezone())


def _control_page(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    now, user = timezone.now(), request.user
    rows = list(
        ControlArea.objects.filter(ended_by=None, ends__gt=now)
        .select_related("created_by__person", "approved_by__person")
        .order_by("starts")
    )
    ended = (
        ControlArea.objects.exclude(ended_by=None, ends__gt=now).select_related("created_by__person").order_by("-ends")
    )
    names = {small.code: small.name for small in taxonomy().classes}
    may_approve = access.can(user, actions.APPROVE_PERMISSION)
    context = {
        "rows": [
            (row, _where(row), [names.get(code, code) for code in row.categories], _state(row, now)) for row in rows
        ],
        "ended": [(row, _where(row)) for row in ended[:ENDED_SHOWN]],
        "shapes": _shapes(rows),
        "may_open": access.can(user, actions.OPEN_PERMISSION),
        "may_approve": may_approve,
        "classes": list(names.items()),
        "areas": [
            ("", Text("在图上画", "Drawn on the map")),
            *((code, areas.full_name(code)) for code in sorted(areas.book().entries) if 4 < len(code) < 12),
        ],
        "given": request.POST.dict() if refused else {"starts": timezone.localdate().isoformat()},
        "refused": refused,
        "wrong": {refused.field: refused} if refused and refused.field else {},
    }
    return render(request, "city_management/desk/control.html", context, status=refused.status if refused else 200)


def _where(row: ControlArea) -> Text:
    return areas.full_name(row.area) if row.area else Text("图上范围", "drawn on the map")


def _state(row: ControlArea, now: datetime) -> tuple[Text, str, str]:
    if row.approved_at is None:
        return Text("待批准", "waits for approval"), "yellow", "diamond"
    if row.starts > now:
        return Text("未开始", "not begun"), "plain", "clock"
    return Text("生效中", "in force"), "accent", "half"


def _shapes(rows: list[ControlArea]) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(shapely.to_geojson(shapely.from_wkb(bytes(row.shape)))),
            "properties": {"label": row.name, "note": row.reason, "tone": "accent" if row.approved_at else "yellow"},
        }
        for row in rows
        if row.shape
    ]
    return {"type": "FeatureCollection", "features": features}


@needs("city_management.control_approve")
@require_POST
def control_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, or end now."""
    if request.POST.get("act") == "end":
        actions.do_end(request.user, pk)
        messages.success(request, str(Text("已结束。", "Ended.")))
    else:
        actions.do_approve(request.user, pk)
        messages.success(request, str(Text("已批准，现在起不予立案。", "Approved: reports there are not filed now.")))
    return redirect("city_management-desk:control")


# the filing standard


@needs("case.view")
@require_GET
def standard(request: HttpRequest) -> HttpResponse:
    """Small classes with their conditions, limits and closing conditions."""
    table, q = taxonomy(), request.GET.get("q", "").replace("\0", "").strip()[:60]
    big = request.GET.get("big", "")[:3]
    found = table.search(q, limit=40) if q else [one for one in table.classes if one.code.startswith(big or "E01")]
    context = {
        "found": [(small, [(row, amount_said(Limit(*row.limit()))) for row in small.conditions]) for small in found],
        "q": q,
        "big": "" if q else big or "E01",
        "bigs": list(table.bigs().items()),
        "total": len(table),
        "duties": duties(),
        "may_load": access.can(request.user, STANDARD),
        "own": tables.table(TABLE),
    }
    return render(request, "city_management/desk/standard.html", context)


@needs(STANDARD)
@require_http_methods(FORM)
def load(request: HttpRequest) -> HttpResponse:
    """A city's own standard: first what each line of the file would become, then in force from a day."""
    context: dict[str, Any] = {"given": {"valid_from": timezone.localdate().isoformat()}, "wrong": {}}
    if request.method != "POST":
        return render(request, "city_management/desk/load.html", context)
    data = request.POST
    context["given"] = data.dict()
    try:
        text = _file_text(request)
        context["text"] = text
        report = _read(text)
        context |= {"report": report, "skipped": report.skipped[:200]}
        if data.get("act") == "load":
            _store(request, text)
            done = Text("新标准已保存，{n} 个小类。", "The new standard is stored: {n} classes.").format(
                n=report.classes
            )
            messages.success(request, str(done))
            return redirect("city_management-desk:taxonomy")
    except Refused as refused:
        context |= {"refused": refused, "wrong": {refused.field: refused} if refused.field else {}}
        return render(request, "city_management/desk/load.html", context, status=refused.status)
    return render(request, "city_management/desk/load.html", context)


def _file_text(request: HttpRequest) -> str:
    """The file sent now, or the text kept from the check before."""
    file = request.FILES.get("file")
    if file is None:
        kept = request.POST.get("text", "")
        if not kept:
            raise Invalid(Text("请选择文件。", "Choose a file."), field="file")
        return kept
    if (file.size or 0) > options().upload_mb * 2**20:
        raise TooLarge(Text("文件太大。", "The file is too large."), field="file", value=file.size)
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(Text("文件不是 UTF-8 编码的文字。", "The file is not UTF-8 text."), field="file") from error


def _read(text: str) -> city_table.Report:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "standard.json"
        path.write_text(text, encoding="utf-8")
        return city_table.read_city_table(path)[1]


def _store(request: HttpRequest, text: str) -> None:
    data = request.POST
    start = a_moment(data.get("valid_from", ""), "valid_from").date()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "standard.json"
        path.write_text(text, encoding="utf-8")
        city_table.load_city_table(
            path, city=store.home(), valid_from=start, author=request.user, reason=data.get("reason", ""),
            source=data.get("source", ""),
        )  # fmt: skip
