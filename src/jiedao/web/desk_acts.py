"""What the desk's buttons do: each act reads its form, calls the room that writes, and says what was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date

from jiedao.cases import actions, attachments, kinds, queries
from jiedao.cases.contacts import do_read_contact
from jiedao.cases.flow import Step
from jiedao.cases.models import Adjustment, Case, Report
from jiedao.errors import Invalid, Missing
from jiedao.people.models import User
from jiedao.text import Text

Act = Callable[[HttpRequest, Case], Text]
TICKED = frozenset({"1", "on", "true"})


def whole(data: QueryDict, field: str) -> int | None:
    """A number as posted; None for nothing, Invalid for what is none."""
    text = data.get(field, "").strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise Invalid(Text("应为数字。", "This must be a number."), field=field, value=text)
    return int(text)


def version(data: QueryDict) -> int:
    """The version of the case that was on the screen."""
    return whole(data, "version") or 0


def step_needs(request: HttpRequest, case: Case, step: Step) -> dict[str, Any]:
    """What a step's form gave, as arguments of do_step; new photos are stored first and not lost on a refusal."""
    data = request.POST
    given: dict[str, Any] = {"note": data.get("note", "")}
    if "unit" in step.needs:
        given["unit"] = whole(data, "unit")
    if "handler" in step.needs:
        number = whole(data, "handler")
        given["handler"] = User.objects.select_related("person").filter(pk=number).first() if number else None
    if "condition" in step.needs:
        given["condition_met"] = data.get("condition_met") in TICKED
    if request.FILES or data.getlist("attachments"):
        given["attachments"] = uploads(request, case, step)
    return given


def uploads(request: HttpRequest, case: Case, step: Step) -> list[str]:
    """Ids of the photos kept from a refused attempt and of those sent now; `request.kept` shows them again."""
    kept: list[str] = [number[:40] for number in request.POST.getlist("attachments")][:20]
    request.kept = kept
    works = kinds.get(case.kind).flow.state(case.state).unit
    purpose = "check" if step.permission == "case.check" else "after" if works else "before"
    for file in request.FILES.getlist("photos"):
        kept.append(str(attachments.store(file, purpose=purpose, user=request.user).pk))
    return kept


def take_step(request: HttpRequest, case: Case) -> Text:
    flow, code = kinds.get(case.kind).flow, request.POST.get("step", "")
    step = flow.by_step.get(code) or flow.step(code, case.state)
    needs = step_needs(request, case, step)
    actions.do_step(case, step.code, request.user, version=version(request.POST), **needs)
    return Text("已{step}。", "Done: {step}.").format(step=step.name)


def merge(request: HttpRequest, case: Case) -> Text:
    into = queries.get(request.user, request.POST.get("into", "").strip())
    data = request.POST
    actions.do_merge(case, into, request.user, version=version(data), note=data.get("note", ""))
    return Text("已合并到 {code}。", "Merged into {code}.").format(code=into.code)


def correct(request: HttpRequest, case: Case) -> Text:
    """Only the fields the form holds; the class is the code in front of what the list offered."""
    data = request.POST
    wanted: dict[str, Any] = {}
    for name in ("title", "condition", "address"):
        if name in data:
            wanted[name] = data[name]
    if data.get("category", "").strip():
        wanted["category"] = data["category"].split()[0]
    if data.get("lon") and data.get("lat"):
        wanted |= {"lon": degrees(data, "lon"), "lat": degrees(data, "lat")}
    actions.do_correct(case, request.user, version=version(data), note=data.get("note", ""), **wanted)
    return Text("已更正。", "Corrected.")


def degrees(data: QueryDict, field: str) -> float:
    try:
        return float(data[field])
    except ValueError as error:
        text = Text("位置无法识别，请在地图上点选。", "This position cannot be read; pick the place on the map.")
        raise Invalid(text, field="place", value=data[field]) from error


def ask(request: HttpRequest, case: Case) -> Text:
    data = request.POST
    kind, until = data.get("kind", ""), None
    if kind == Adjustment.Kind.SUSPENSION:
        day = parse_day(data.get("until", ""))
        zone = timezone.get_current_timezone()
        until = datetime.combine(day + timedelta(days=1), time(), zone) if day else None
    actions.do_ask_adjustment(case, kind, request.user, reason=data.get("reason", ""), until=until)
    return Text("申请已提交。", "Your request was made.")


def parse_day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError as error:
        raise Invalid(Text("日期不对。", "This is not a date."), field="until", value=text) from error


def decide(request: HttpRequest, case: Case) -> Text:
    row = case.adjustments.filter(pk=whole(request.POST, "adjustment")).first()
    if row is None:
        raise Missing(Text("没有这个申请。", "There is no such request."), field="adjustment")
    approve = request.POST.get("decision") == "approve"
    done = actions.do_decide_adjustment(row, request.user, approve=approve, opinion=request.POST.get("opinion", ""))
    if done.state == "forwarded":
        return Text("已同意，转下一级审批。", "Agreed; it goes to the next level.")
    return Text("已同意。", "Granted.") if approve else Text("已驳回。", "Refused.")


def supervise(request: HttpRequest, case: Case) -> Text:
    why = request.POST.get("why", "")
    actions.do_supervise(case, request.user, why, request.POST.get("note", ""))
    return Text("已列为督办。", "Now supervised.") if why else Text("已解除督办。", "Supervision ended.")


def comment(request: HttpRequest, case: Case) -> Text:
    public = request.POST.get("public") in TICKED
    actions.do_comment(case, request.user, request.POST.get("text", ""), public=public)
    return Text("已记录。", "Noted.")


ACTS: dict[str, Act] = {
    "step": take_step,
    "merge": merge,
    "correct": correct,
    "ask": ask,
    "decide": decide,
    "supervise": supervise,
    "comment": comment,
}


def take(request: HttpRequest, case: Case) -> Text:
    """Do what the form's `act` names; raises the refusal of the room that writes."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Invalid(Text("没有这个操作。", "There is no such act."), field="act", value=request.POST.get("act"))
    return act(request, case)


def read_contact(request: HttpRequest, case: Case) -> tuple[int, dict[str, str]]:
    """(report id, what it says of who sent it)."""
    report = Report.objects.select_related("person", "case").filter(case=case, pk=whole(request.POST, "report")).first()
    if report is None:
        raise Missing(Text("没有这条上报。", "There is no such report."), field="report")
    return report.pk, do_read_contact(report, request.user, request.POST.get("purpose", ""))
