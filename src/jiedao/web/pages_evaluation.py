"""/board/evaluation/: tables of areas, departments and posts, and the cases behind any figure of the board."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from jiedao.cases import kinds
from jiedao.cases.models import Case
from jiedao.city import areas
from jiedao.errors import Invalid
from jiedao.measures.compute import Frame, Period, evidence, group_path
from jiedao.measures.compute import rows as counted
from jiedao.measures.evaluation import SUBJECTS, Table, evaluate, indicators, rule_keys, within
from jiedao.measures.indicators import Indicator, Measure, Tally
from jiedao.people import access, roles
from jiedao.people.gate import needs
from jiedao.people.models import Post, Unit, User
from jiedao.text import Text
from jiedao.web.board_parts import PERIODS, Shown, a_period, an_area, area_name, link, trail
from jiedao.web.desk_export import safe

views = needs("measure.view")
PAGE = 50


@views
@require_GET
def evaluation(request: HttpRequest) -> HttpResponse:
    """Tables of areas, units or posts: rates, score, band and rank; every figure opens its cases."""
    code, (period, chosen) = an_area(request), a_period(request)
    subject = request.GET.get("for", "area")
    subject = subject if subject in SUBJECTS else "area"
    names, only = _subjects(request, subject, code)
    table = evaluate(subject, period, code, only=only)
    lines = [(row, names(row.subject), _cells(row.measures, subject, row.subject, code, period)) for row in table.rows]
    if request.path.endswith(".csv"):
        return _as_csv(table, lines)
    kept = {"area": code, "first": "" if chosen else period.first, "last": "" if chosen else period.last}
    context = {
        "table": table,
        "lines": lines,
        "total": _cells(table.total, "", "", code, period),
        "subject": subject,
        "tabs": [
            (link("board-evaluation", **kept, period=chosen, **{"for": one}), name, None)
            for one, name in zip(SUBJECTS, SUBJECT_NAMES, strict=True)
        ],
        "here": link("board-evaluation", **kept, period=chosen, **{"for": subject}),
        "role": request.GET.get("role", "collector"),
        "roles": [(role, roles.ROLES[role].name) for role in POSTS],
        "period": period,
        "chosen": chosen,
        "periods": PERIODS,
        "area": code,
        "name": area_name(code),
        "trail": trail(request, code),
        "bands": BANDS,
        "weighted": [(one, table.weights[one.code]) for one in table.indicators if one.code in table.weights],
        "keys": rule_keys(),
        "csv": f"{reverse('board-evaluation-csv')}?{request.GET.urlencode()}",
    }
    return render(request, "web/board/evaluation.html", context)


SUBJECT_NAMES = (Text("区域", "Areas"), Text("部门", "Departments"), Text("岗位", "Posts"))
POSTS = ("collector", "acceptor", "dispatcher")
BANDS = {
    "green": ("accent", "check-ring", Text("优", "very good")),
    "blue": ("blue", "circle", Text("良", "good")),
    "yellow": ("yellow", "diamond", Text("中", "fair")),
    "orange": ("orange", "triangle", Text("待改进", "weak")),
    "red": ("red", "octagon", Text("差", "poor")),
}


def _subjects(request: HttpRequest, subject: str, code: str) -> tuple[Any, list[Any] | None]:
    """(how a subject is named, which subjects are meant or None for all that were counted)."""
    if subject == "area":
        return (lambda key: areas.name(key)), None
    if subject == "unit":
        units = Unit.objects.in_bulk()
        return (lambda key: Text(units[key].name, units[key].name_en or units[key].name)), None
    role = request.GET.get("role", "collector")
    held = Post.objects.filter(role=role if role in POSTS else POSTS[0])
    users = User.objects.filter(pk__in=held.values("user")).select_related("person")
    labels = {user.pk: user.label for user in users}
    return (lambda key: Text(labels[key], labels[key])), list(labels)


def _cells(measures: list[Measure], subject: str, key: Any, area: str, period: Period) -> list[Shown]:
    """An area is its own filter; a unit or a person narrows the area's cases."""
    if subject == "area":
        return [Shown.of(measure, str(key), period, "") for measure in measures]
    return [Shown.of(measure, area, period, subject, key) for measure in measures]


def _as_csv(table: Table, lines: list[tuple[Any, Text, list[Shown]]]) -> HttpResponse:
    out = io.StringIO()
    sheet = csv.writer(out)
    head = [str(Text("排名", "Rank")), str(Text("对象", "Subject")), str(Text("得分", "Score"))]
    for one in table.indicators:
        head += [str(one.name), f"{one.name} k", f"{one.name} n"]
    sheet.writerow(head)
    for row, name, cells in lines:
        line: list[Any] = [row.rank, safe(str(name)), "" if row.score is None else f"{row.score:.1f}"]
        for cell in cells:
            rate = cell.measure.rate
            line += ["" if rate is None else f"{rate:.4f}", cell.measure.k, cell.measure.n]
        sheet.writerow(line)
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="jiedao-evaluation.csv"'
    return answer


@views
@require_GET
def evidence_list(request: HttpRequest) -> HttpResponse:
    """The cases behind one figure, newest first, as far as the user may see cases."""
    code, (period, _) = an_area(request), a_period(request)
    name, part = request.GET.get("set", ""), request.GET.get("part", "")
    frame = Frame(period, within(code))
    if name in ("opened", "ended"):
        title = Text("上报的案卷", "Cases reported") if name == "opened" else Text("办结的案卷", "Cases ended")
        found = _between(name, frame)
    else:
        indicator = next((x for x in indicators() if x.code == name), None)
        if indicator is None:
            raise Invalid(Text("没有这个指标。", "There is no such indicator."), field="set", value=name)
        tally = indicator.numerator if part == "k" else indicator.denominator
        title = _part_name(indicator, part)
        found = _narrowed(tally, frame, request.GET.get("of", ""))
    if category := request.GET.get("cls", "")[:24]:
        found = found.filter(category=category)
    found = found.filter(access.scope(request.user, "case.view").q())
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 19:
        found = found.filter(pk__lt=int(after))
    cases = list(found.select_related("unit").defer("text", "form", "triage").order_by("-pk")[: PAGE + 1])
    context = {
        "title": title,
        "name": area_name(code),
        "period": period,
        "rows": [(case, kinds.get(case.kind).class_name(case.category)) for case in cases[:PAGE]],
        "next": cases[PAGE - 1].pk if len(cases) > PAGE else None,
        "total": found.count() if not after else None,
    }
    return render(request, "web/board/evidence.html", context)


def _between(name: str, frame: Frame) -> Any:
    start, end = frame.period.bounds
    column = "opened_at" if name == "opened" else "closed_at"
    found = Case.objects.filter(frame.cases, **{f"{column}__gte": start, f"{column}__lt": end})
    return found if name == "opened" else found.exclude(state="merged")


def _part_name(indicator: Indicator, part: str) -> Text:
    zh, en = indicator.formula.zh.split(" ÷ "), indicator.formula.en.split(" ÷ ")
    which = 0 if part == "k" else -1
    return Text(f"{indicator.name.zh}：{zh[which]}", f"{indicator.name.en}: {en[which]}")


def _narrowed(tally: Tally, frame: Frame, of: str) -> Any:
    """The cases of a tally, of one unit or person where `of` is unit:12 or person:7."""
    subject, _, key = of.partition(":")
    if subject not in ("unit", "person") or not key.isdecimal():
        return evidence(tally, frame)
    mine = Q(**{group_path(tally.base, subject): int(key)})
    found = counted(tally, frame).filter(mine)
    return found if tally.base in ("case", "promise") else Case.objects.filter(pk__in=found.values("case_id"))
