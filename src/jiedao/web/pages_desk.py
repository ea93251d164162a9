"""/desk/: the list of cases and one case beside it, for any kind; all that differs by kind is data."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from jiedao.cases import kinds, queries
from jiedao.errors import Invalid, Refused
from jiedao.people import access
from jiedao.people.gate import needs
from jiedao.text import Text
from jiedao.web import desk_acts, desk_batch, desk_detail, desk_export, desk_flow
from jiedao.web.desk_filters import Filters, unit_name, working_units

views = needs("case.view")
EXPORT = "measure.view"


@views
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The list; with ?case=CODE that case is opened beside it."""
    filters = Filters.of(request)
    page = filters.page(after=filters.given["after"] or None)
    steps, codes = desk_batch.steps_for(request.user, page.cases)
    letters = desk_flow.keys(steps)
    context = {
        "filters": filters,
        "page": page,
        "rows": [(case, desk_detail.title(case, kinds.get(case.kind)), codes[case.pk]) for case in page.cases],
        "batch": [(step, letters.get(step.code, "")) for step in steps],
        "line": filters.line(),
        "kinds": [("", Text("全部", "All")), *((kind.code, kind.name) for kind in kinds.all_kinds().values())],
        "opened": request.GET.get("case", "")[:24],
        "may_export": access.can(request.user, EXPORT),
    }
    return render(request, "web/desk/queue.html", context)


@views
@require_GET
def stations(request: HttpRequest) -> HttpResponse:
    """The line of stages with fresh counts, after something was done."""
    return render(request, "web/desk/_stations.html", {"line": Filters.of(request).line()})


@views
@require_GET
def case(request: HttpRequest, code: str) -> HttpResponse:
    """One case: a page of its own, or for htmx the part beside the list."""
    return show(request, code)


def show(request: HttpRequest, code: str, status: int = 200, **more: Any) -> HttpResponse:
    found = queries.get(request.user, code)
    context = desk_detail.context(request.user, found, **more)
    if context.get("changed"):
        context["row_codes"] = desk_batch.steps_for(request.user, [found])[1][found.pk]
    if getattr(request, "htmx", False):
        answer = render(request, "web/desk/_answer.html", context, status=status)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#detail", "innerHTML"
        return answer
    return render(request, "web/desk/case.html", context, status=status)


@views
@require_POST
def act(request: HttpRequest, code: str) -> HttpResponse:
    """Take the act of a form; a refusal shows the case as it is now, with what was typed."""
    found = queries.get(request.user, code)
    try:
        done = desk_acts.take(request, found)
    except Refused as refused:
        return refuse(request, code, refused)
    if getattr(request, "htmx", False):
        answer = _shown_after(request, code, done)
        answer["HX-Trigger"] = "desk-changed"
        return answer
    messages.success(request, str(done))
    return redirect("desk-case", code=code) if _sees(request, code) else redirect("desk")


def _sees(request: HttpRequest, code: str) -> bool:
    try:
        return bool(queries.get(request.user, code))
    except Refused:
        return False


def _shown_after(request: HttpRequest, code: str, done: Text) -> HttpResponse:
    """The case as it is now; a short word where the act took it out of the user's reach."""
    try:
        return show(request, code, done=done, changed=True)
    except Refused:
        answer = render(request, "web/desk/_gone.html", {"code": code, "done": done})
        answer["HX-Retarget"], answer["HX-Reswap"] = "#detail", "innerHTML"
        return answer


def refuse(request: HttpRequest, code: str, refused: Refused) -> HttpResponse:
    if refused.status == 404:
        raise refused
    data = request.POST
    opened = data.get("step") or data.get("kind") or data.get("act", "")
    return show(
        request, code, refused.status, refused=refused, wrong={refused.field: refused}, given=data.dict(),
        open=opened, kept=getattr(request, "kept", []), changed=refused.status == 409,
    )  # fmt: skip


@views
@require_POST
def read_contact(request: HttpRequest, code: str) -> HttpResponse:
    """Open who reported, for a stated purpose; the reading is recorded where the person sees it."""
    found = queries.get(request.user, code)
    try:
        report, opened = desk_acts.read_contact(request, found)
    except Refused as refused:
        return refuse(request, code, refused)
    return show(request, code, opened=(report, opened))


@views
@require_GET
def conditions(request: HttpRequest) -> HttpResponse:
    """Options of the condition select for the class being typed."""
    kind = kinds.get(request.GET.get("of", ""))
    category = request.GET.get("category", "").split(" ")[0][:24]
    options = desk_detail.conditions(kind, category, request.GET.get("area", "")[:6])
    return render(request, "web/desk/_conditions.html", {"options": options})


@views
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """One step for the ticked cases; what it asks for is asked once, each answer is told."""
    outcomes = desk_batch.selected(request)
    step = desk_batch.find_step(request.POST.get("step", ""))
    asks = step.needs - {"limit"}
    desk_batch.load(request.user, outcomes)
    context: dict[str, Any] = {"step": step, "outcomes": outcomes, "given": request.POST.dict(), "wrong": {}}
    if asks and not request.POST.get("sure"):
        context["units"] = [("", Text("按建议", "As proposed")), *((u.pk, unit_name(u)) for u in working_units())]
        return _beside(request, "web/desk/_batch_form.html", context)
    if "note" in asks and not request.POST.get("note", "").strip():
        wrong = Invalid(Text("请写明理由。", "Please give the reason."), field="note")
        return _beside(request, "web/desk/_batch_form.html", context | {"wrong": {"note": wrong}}, 422)
    desk_batch.run(request, step, outcomes)
    context["done"] = sum(outcome.refused is None for outcome in outcomes)
    answer = _beside(request, "web/desk/_batch_done.html", context)
    answer["HX-Trigger"] = "desk-changed"
    return answer


def _beside(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A part for the right side, or, without htmx, a page around it."""
    if getattr(request, "htmx", False):
        answer = render(request, template, context, status=status)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#detail", "innerHTML"
        return answer
    return render(request, "web/desk/alone.html", context | {"part": template}, status=status)


@needs(EXPORT)
@require_GET
def export(request: HttpRequest, form: str) -> HttpResponse | StreamingHttpResponse:
    """The list as it is filtered, as csv or xlsx."""
    return desk_export.answer(desk_export.rows(Filters.of(request)), form, "jiedao", str(Text("案卷", "Cases")))
