"""An acceptor takes a call: written down while it is judged, filed once, then opened on the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from jiedao.cases import intake, queries
from jiedao.cases.models import Case
from jiedao.city import h3cells
from jiedao.city.locate import locate
from jiedao.errors import Conflict, Refused
from jiedao.people import access, duty
from jiedao.people.gate import needs
from jiedao.systems.city_management import offers
from jiedao.systems.city_management.report_form import KIND, Draft, Errors, place, read
from jiedao.text import Text

FORM = ["GET", "HEAD", "POST"]


@needs("case.file")
@require_http_methods(FORM)
def call(request: HttpRequest) -> HttpResponse:
    """An acceptor writes down what a caller says; filed once, then opened on the desk to be accepted."""
    if request.method != "POST":
        return _call_form(request, Draft.fresh())
    draft, errors = Draft.of(request), Errors()
    try:
        same = _same(request, draft)
        report = read(draft, errors, channel="phone", by=request.user)
        if report is None:
            return _call_form(request, draft, errors)
        if same:
            report.condition, report.asset, report.address = same.condition, same.asset_id, same.address
        filed = intake.submit(report)
    except Refused as refused:
        return _call_form(request, draft, {refused.field or "": refused})
    text = (
        Text("已并入 {code}，可以告诉来电人。", "Joined {code}; tell the caller.")
        if filed.merged
        else Text("已登记 {code}，可以告诉来电人。", "Taken down as {code}; tell the caller.")
    )
    messages.success(request, str(text.format(code=filed.code)))
    return redirect("desk-case", code=filed.code)


def _same(request: HttpRequest, draft: Draft) -> Case | None:
    """The open case that the caller means: its class and place are the report's, so that the two become one."""
    code, draft.join = draft.join, ""
    if not code:
        return None
    case = queries.get(request.user, code)
    if case.closed_at:
        text = Text("这件案卷刚刚办结，请另行登记。", "This case has just ended; take the call down anew.")
        raise Conflict(text, field="join", value=code)
    draft.lon, draft.lat, draft.category = str(case.lon), str(case.lat), case.category
    return case


def _call_form(request: HttpRequest, draft: Draft, errors: Errors | None = None) -> HttpResponse:
    errors = errors or {}
    context = _judged(request, draft) | {"draft": draft, "errors": errors, "groups": offers.groups()}
    status = next((refused.status for refused in errors.values()), 200)
    return render(request, "city_management/desk/call.html", context, status=status)


@needs("case.file")
@require_POST
def call_judge(request: HttpRequest) -> HttpResponse:
    """What the call would be filed as, and where, as it stands: a part of the page."""
    return render(request, "city_management/desk/_judged.html", _judged(request, Draft.of(request)))


def _judged(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    """The offers of the report form, the unit that would be asked, and what is open nearby, taken on or not."""
    context = offers.context(draft)
    if not draft.placed or "outside" in context:
        return context
    lon, lat = place(draft)
    small = context["offers"][0].small if context["offers"] else None
    context["nearby"] = _nearby(request, lon, lat, small.code if small else "")
    if small:
        context["unit"] = duty.responsible(KIND, small.code, small.duty, locate(lon, lat), timezone.localdate())
    return context


def _nearby(request: HttpRequest, lon: float, lat: float, category: str) -> list[offers.Nearby]:
    """Open cases around the place, the likely class first."""
    cells = h3cells.near(h3cells.cell(lon, lat), h3cells.rings_for(offers.NEAR_M))
    rows = Case.objects.filter(access.scope(request.user, "case.view").q(), h3__in=cells, kind=KIND, closed_at=None)
    measured = [(row, h3cells.distance_m(lon, lat, row.lon, row.lat)) for row in rows[:200]]
    close = [(row, metres) for row, metres in measured if metres <= offers.NEAR_M]
    close.sort(key=lambda pair: (pair[0].category != category, pair[1]))
    return [offers.Nearby(row, offers.named(row.category), round(metres)) for row, metres in close[: offers.NEAR_MOST]]
