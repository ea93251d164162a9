"""Outdoors, one thumb, perhaps without a connection: today's tasks, a report, a check, work handed back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jiedao.cases import actions, intake, kinds, queries, timeline
from jiedao.cases.models import Adjustment, Case
from jiedao.errors import Invalid, Refused
from jiedao.people import access
from jiedao.people.gate import needs, wants_json
from jiedao.rules.store import value
from jiedao.systems.city_management import field_work, offers
from jiedao.systems.city_management.pages_follow import number
from jiedao.systems.city_management.report_form import Draft, Errors, keep_photos, kept_photos, read
from jiedao.text import Text

ARRIVED = Text("已到现场，开始处置。", "On the spot; work begins.")
LINES = 12
sees = needs("case.view")


def case_url(case: Case) -> str:
    return reverse("city_management-field:case", args=[case.code])


@sees
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """What waits for me, by deadline; by nearness where the phone says where it is."""
    lon, lat = number(request, "lon", 180), number(request, "lat", 90)
    near = lon is not None and lat is not None and request.GET.get("by") == "near"
    found = field_work.tasks(request.user, lon, lat, near=near)
    context = {
        "rows": [(task, case_url(task.case)) for task in found],
        "points": field_work.points(found, case_url),
        "near": near,
        "may_file": access.can(request.user, "case.file"),
    }
    return render(request, "city_management/field/tasks.html", context)


@needs("case.file")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """What a collector finds; queued in the browser where there is no connection, filed once."""
    if request.method != "POST":
        return _form(request, Draft.fresh())
    draft, errors = Draft.of(request), Errors()
    keep_photos(request.FILES.getlist("photos"), draft, request.user, errors)
    new = read(draft, errors, channel="field", by=request.user)
    try:
        if new is None:
            return _refused(request, draft, errors)
        filed = intake.submit(new)
    except Refused as refused:
        return _refused(request, draft, {refused.field or "": refused})
    joined = Text("已并入案卷 {code}。", "Joined case {code}.")
    made = Text("已上报，案卷号 {code}。", "Reported as case {code}.")
    return _done(request, (joined if filed.merged else made).format(code=filed.code))


def _form(request: HttpRequest, draft: Draft, errors: Errors | None = None) -> HttpResponse:
    errors = errors or {}
    context = offers.context(draft) | {
        "draft": draft,
        "errors": errors,
        "kept": kept_photos(draft, request.user),
        "groups": offers.groups(),
    }
    status = next((refused.status for refused in errors.values()), 200)
    return render(request, "city_management/field/report.html", context, status=status)


def _refused(request: HttpRequest, draft: Draft, errors: Errors) -> HttpResponse:
    """JSON for the browser's queue, the form for a browser that sent it itself."""
    first = next(iter(errors.values()))
    return JsonResponse(first.as_dict(), status=first.status) if wants_json(request) else _form(request, draft, errors)


def _done(request: HttpRequest, said: Text) -> HttpResponse:
    messages.success(request, str(said))
    following = reverse("city_management-field:tasks")
    return JsonResponse({"next": following}) if wants_json(request) else redirect(following)


@sees
@require_GET
def case(request: HttpRequest, code: str) -> HttpResponse:
    return _show(request, queries.get(request.user, code))


def _show(request: HttpRequest, found: Case, errors: Errors | None = None, draft: Draft | None = None) -> HttpResponse:
    """One case with what may be done about it here; after a refusal with what was typed."""
    errors, draft = errors or {}, draft or Draft.fresh()
    outdoor = (field_work.CHECK, field_work.HANDLE)
    kind = kinds.get(found.kind)
    steps = [step for step in queries.steps(request.user, found) if step.permission in outdoor]
    steps.sort(key=lambda step: "note" in step.needs)
    items = timeline.timeline(found, public=False)
    handles = any(step.permission == field_work.HANDLE for step in steps)
    context = {
        "case": found,
        "name": offers.named(found.category),
        "condition": dict(kind.conditions(found.category)).get(found.condition) if kind.conditions else None,
        "closing": kind.closing(found.category, found.condition) if kind.closing else None,
        "steps": steps,
        "handles": handles,
        "arrived": any(item.note in (ARRIVED.zh, ARRIVED.en) for item in items),
        "items": items[-LINES:],
        "before": [photo for item in items for photo in item.photos if photo.purpose == "before"],
        "errors": errors,
        "photo_error": errors.get("photos") or errors.get("attachments"),
        "given": request.POST,
        "draft": draft,
        "kept": kept_photos(draft, request.user),
        "tomorrow": timezone.localdate() + timedelta(days=1),
        "latest": timezone.localdate() + timedelta(days=value("cases.suspension_days")),
        "points": field_work.points([field_work.task_of(found)], case_url),
    }
    status = next((refused.status for refused in errors.values()), 200)
    return render(request, "city_management/field/case.html", context, status=status)


def _answer(request: HttpRequest, found: Case, refused: Refused, draft: Draft) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(refused.as_dict(), status=refused.status)
    found.refresh_from_db()
    return _show(request, found, {refused.field or "": refused}, draft)


@sees
@require_POST
def take(request: HttpRequest, code: str) -> HttpResponse:
    """A check's verdict, or work handed back, with photos; the same key twice is one step."""
    found, draft, errors = queries.get(request.user, code), Draft.of(request), Errors()
    try:
        flow = kinds.get(found.kind).flow
        step = flow.by_step.get(request.POST.get("step", ""))
        if step is None:
            raise Invalid(Text("请选择结果。", "Please choose the outcome."), field="step")
        keep_photos(request.FILES.getlist("photos"), draft, request.user, errors, field_work.purpose(found, step))
        for refused in errors.values():
            raise refused

        def write() -> tuple[int, dict[str, str]]:
            actions.do_step(
                found, step.code, request.user, version=_version(request), note=request.POST.get("note", ""),
                attachments=draft.kept,
            )  # fmt: skip
            return 200, {}

        field_work.once(request, draft.key, write)
    except Refused as refused:
        return _answer(request, found, refused, draft)
    return _done(request, Text("{step}：已提交。", "{step}: sent.").format(step=step.name))


def _version(request: HttpRequest) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


@sees
@require_POST
def arrive(request: HttpRequest, code: str) -> HttpResponse:
    """Tell everybody who follows the case that work has begun."""
    found = queries.get(request.user, code)
    try:
        access.require_case(request.user, field_work.HANDLE, found)
        actions.do_comment(found, request.user, ARRIVED.zh, public=True)
    except Refused as refused:
        return _answer(request, found, refused, Draft())
    messages.success(request, str(Text("已记录到场时间。", "Your arrival is noted.")))
    return redirect(case_url(found))


@sees
@require_POST
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """延期 or 挂账: asked with a reason."""
    found, kind = queries.get(request.user, code), request.POST.get("kind", "")
    try:
        until = _until(request.POST.get("until", "")) if kind == Adjustment.Kind.SUSPENSION else None
        actions.do_ask_adjustment(found, kind, request.user, reason=request.POST.get("reason", ""), until=until)
    except Refused as refused:
        return _answer(request, found, refused, Draft())
    messages.success(request, str(Text("申请已提交，等待审批。", "Your request waits for a decision.")))
    return redirect(case_url(found))


def _until(text: str) -> datetime | None:
    """The end of the day given; Invalid for what is no date."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        return datetime.combine(day + timedelta(days=1), time(), timezone.get_current_timezone())
    except (ValueError, OverflowError) as error:
        expected = Text("年-月-日，如 2026-12-01", "year-month-day, such as 2026-12-01")
        raise Invalid(
            Text("日期不对。", "This is not a date."), field="until", value=text, expected=expected
        ) from error
