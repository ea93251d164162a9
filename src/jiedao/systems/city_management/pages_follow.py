"""Following a case: my reports, one case by sign-in or token, adding to it, rating, reopening; cases near me."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from jiedao.cases import actions, attachments, kinds, queries, reporters
from jiedao.cases.models import Case, Feedback, Report
from jiedao.cases.views import TOKENS
from jiedao.errors import Invalid, Missing, Refused
from jiedao.people.gate import public
from jiedao.rules.store import value
from jiedao.systems.city_management import journey, offers
from jiedao.systems.city_management.pages_portal import person_of, remember, token_link
from jiedao.systems.city_management.report_form import KIND, Draft, Errors, keep_photos
from jiedao.text import Text

NEAR_M = 1000.0
LISTED = 30


def mine_of(request: HttpRequest, code: str) -> Report:
    """The report by which this browser or person follows a case; Missing where there is none."""
    tokens = request.session.get(TOKENS, ())
    found = queries.my_report(code, person=person_of(request), tokens=tokens)
    if found.case.merged_into_id:
        found.standing = Case.objects.select_related("unit").get(pk=reporters.followed(found))
    else:
        found.standing = found.case
    return found


@public
@require_GET
def done(request: HttpRequest, code: str) -> HttpResponse:
    """What happens now, by when, and how to come back."""
    report = mine_of(request, code)
    link = token_link(request, report)
    title = str(Text("打开这件案卷的二维码", "QR code that opens this case"))
    context = journey.facts(report.standing) | {
        "report": report,
        "name": offers.named(report.standing.category),
        "link": link,
        "qr": segno.make(link, error="m").svg_inline(scale=4, border=2, title=title, light="#fff", dark="#000"),
    }
    return render(request, "city_management/portal/done.html", context)


@public
@require_GET
def token(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the confirmation: this browser may follow the case from now on, and the token leaves the address."""
    report = Report.objects.select_related("case").filter(token=token[:32]).first()
    if report is None:
        raise Missing(Text("没有这个链接，或已失效。", "There is no such link any more."), field="token")
    remember(request, report.token)
    return redirect("city_management-portal:case", code=report.case.code)


@public
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Reports of the person signed in, or those made in this browser."""
    person, after = person_of(request), request.GET.get("after") or None
    if person is not None:
        found, following = queries.my_reports(person, after)
    else:
        tokens = list(request.session.get(TOKENS, ()))
        rows = Report.objects.filter(token__in=tokens)
        rows = rows.select_related("case__unit", "case__merged_into", "feedback")
        found, following = list(rows.order_by("-pk")), None
    rows = [(one, one.case, offers.named(one.case.category), reporters.unrated(one)) for one in found]
    context = {"rows": rows, "following": following, "person": person}
    return render(request, "city_management/portal/mine.html", context)


@public
@require_GET
def case(request: HttpRequest, code: str) -> HttpResponse:
    """For whoever reported it: the whole story and what they may do. For others: what is public."""
    return show(request, code)


def show(request: HttpRequest, code: str, errors: Errors | None = None, draft: Draft | None = None) -> HttpResponse:
    try:
        report: Report | None = mine_of(request, code)
        found = report.standing  # type: ignore[union-attr]
    except Missing:
        report, found = None, queries.shown(code)
    items = journey.story(found, report)
    context = journey.facts(found) | {
        "report": report,
        "name": offers.named(found.category),
        "items": items,
        "pair": journey.pair(items),
        "may_join": report is None and found.lon is not None and offers.joinable(found),
        "points": _point(found),
        "errors": errors or {},
        "given": request.POST,
        "most": value("cases.photos_max"),
        "draft": draft or Draft(),
    }
    context |= _rights(report, found) if report else {}
    status = next((refused.status for refused in (errors or {}).values()), 200)
    return render(request, "city_management/portal/case.html", context, status=status)


def _rights(report: Report, case: Case) -> dict[str, Any]:
    """What the reporter may do now: rate once it has ended, reopen once, add while it is open."""
    ended = case.closed_at is not None
    rated = Feedback.objects.filter(report=report).first() if ended else None
    days = value("cases.reopen_days", city=case.district or None)
    return {
        "rated": rated,
        "grades": journey.GRADES,
        "stars": next((name for stars, name in journey.GRADES if rated and stars == rated.stars), None),
        "may_rate": ended and rated is None,
        "may_add": not ended and report.case_id == case.pk,
        "may_reopen": ended and _reopens(case),
        "reopen_until": case.closed_at + timedelta(days=days) if ended and case.closed_at else None,
    }


def _reopens(case: Case) -> bool:
    try:
        reporters.check_reopen(case, "?", timezone.now())
    except Refused:
        return False
    return True


def _point(case: Case) -> Any:
    if case.lon is None:
        return None
    geometry = {"type": "Point", "coordinates": [case.lon, case.lat]}
    return {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": geometry, "properties": {}}]}


@public
@require_POST
def add(request: HttpRequest, code: str) -> HttpResponse:
    """A word or a photo more."""
    report, draft, errors = mine_of(request, code), Draft.of(request), Errors()
    keep_photos(request.FILES.getlist("photos"), draft, None, errors)
    if not draft.text.strip() and draft.kept and not errors:
        draft.text = str(Text("补充照片", "More photos"))
    try:
        if errors:
            return show(request, code, errors, draft)
        actions.do_comment(report.standing, None, draft.text, report=report, attachments=draft.kept)
    except Refused as refused:
        return show(request, code, {refused.field or "text": refused}, draft)
    messages.success(request, str(Text("已补充，办理人员能看到。", "Added; whoever works on it can see it.")))
    return redirect("city_management-portal:case", code=code)


@public
@require_POST
def rate(request: HttpRequest, code: str) -> HttpResponse:
    report, given = mine_of(request, code), request.POST.get("stars", "")
    try:
        if given not in {"1", "2", "3", "4", "5"}:
            raise Invalid(Text("请选择满意程度。", "Please choose how satisfied you are."), field="stars")
        actions.do_rate(report, int(given), request.POST.get("said", ""))
    except Refused as refused:
        return show(request, code, {"said" if refused.field == "text" else "stars": refused})
    messages.success(request, str(Text("谢谢您的评价。", "Thank you for rating it.")))
    return redirect("city_management-portal:case", code=code)


@public
@require_POST
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    report = mine_of(request, code)
    try:
        actions.do_reopen(report, request.POST.get("why", ""))
    except Refused as refused:
        return show(request, code, {"why": refused})
    messages.success(request, str(Text("已申请复查。", "It is reopened.")))
    return redirect("city_management-portal:case", code=code)


@public
@require_GET
def near(request: HttpRequest) -> HttpResponse:
    """Open cases that everybody may see: around a point, or the newest of the city."""
    lon, lat = number(request, "lon", 180), number(request, "lat", 90)
    placed = None if lon is None or lat is None else (lon, lat)
    found = queries.nearby(*placed, kind=KIND, metres=NEAR_M, most=LISTED) if placed else _newest()
    rows = [
        (case, offers.named(case.category), round(metres) if metres is not None else None) for case, metres in found
    ]
    points = {"type": "FeatureCollection", "features": [_feature(case, name) for case, name, _ in rows]}
    if "json" in request.GET:
        return JsonResponse(points, json_dumps_params={"ensure_ascii": False})
    context = {"rows": rows, "points": points, "lon": lon, "lat": lat, "here": bool(placed)}
    part = "_near" if getattr(request, "htmx", False) else "near"
    return render(request, f"city_management/portal/{part}.html", context)


def number(request: HttpRequest, name: str, most: float) -> float | None:
    try:
        found = float(request.GET.get(name, ""))
    except ValueError:
        return None
    return found if abs(found) <= most else None


def _newest() -> list[tuple[Case, None]]:
    shown = [state.code for state in kinds.get(KIND).flow.states if state.shown and not state.final]
    rows = Case.objects.filter(kind=KIND, closed_at=None, state__in=shown).order_by("-pk")[:LISTED]
    return [(case, None) for case in rows if attachments.is_shown(case)]


def _feature(case: Case, name: Text) -> dict[str, Any]:
    state = kinds.get(case.kind).flow.state(case.state)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [case.lon, case.lat]},
        "properties": {
            "label": str(name), "note": f"{state.name} · {case.address}", "tone": "accent", "id": case.code,
            "href": reverse("city_management-portal:case", args=[case.code]),
            "shape": "circle" if state.unit else "ring",
        },
    }  # fmt: skip
