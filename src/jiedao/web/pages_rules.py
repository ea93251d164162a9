"""/desk/rules/: every number with its source and how sure it is; an office sets its own value, signed and dated."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods

from jiedao.city import areas
from jiedao.errors import Invalid, Missing, Refused
from jiedao.people import access
from jiedao.people.gate import needs
from jiedao.rules import actions
from jiedao.rules.loader import Source
from jiedao.rules.models import RuleOverride
from jiedao.rules.rows import CERTAINTIES, Rule, best
from jiedao.rules.store import current, home
from jiedao.text import Text
from jiedao.web import parts, values

views = needs("case.view")
EDIT = "rules.edit"
GROUPS = {
    "cases": Text("案卷", "Cases"),
    "calendar": Text("工作日历", "Calendar"),
    "deadline": Text("时限算法", "Deadlines"),
    "city": Text("区划与地图", "City and map"),
    "people": Text("人员", "People"),
    "web": Text("页面", "Pages"),
}


@dataclass(frozen=True)
class Line:
    """One row as a page shows it."""

    rule: Rule
    value: str
    grid: values.Grid | None
    unit: Text
    source: Source | None
    certainty: Text | str
    """Empty where the source says the same."""
    scope: str
    holds: bool
    """It is the row in force for this city today, where no further scope is asked for."""


def line(rule: Rule, chosen: Rule | None = None) -> Line:
    said = [f"{areas.name(str(v)) if k == 'city' else f'{k}={v}'}" for k, v in rule.scope.items()]
    source, certainty = current().shipped.sources.get(rule.source), CERTAINTIES.get(rule.certainty)
    said_twice = source and certainty and source.what.zh.startswith(certainty.zh)
    return Line(
        rule, values.plain(rule.value), values.grid(rule.value), parts.unit(rule.unit), source,
        "" if said_twice else certainty or rule.certainty, str(values.COMMA).join(said), rule is chosen,
    )  # fmt: skip


def in_force(rows: tuple[Rule, ...]) -> Rule | None:
    return best(rows, {}, home(), timezone.localdate())


def group_of(key: str) -> str:
    return key.split(".")[0]


def group_name(group: str) -> Text:
    from jiedao.registry import registry

    system = next((one for one in registry().systems() if one.id == group), None)
    return GROUPS.get(group) or (system.name if system else Text(group, group))


@views
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """The list: by room or system, by certainty, by words."""
    asked = {name: request.GET.get(name, "").replace("\0", "").strip()[:60] for name in ("q", "group", "certainty")}
    words = asked["q"].lower()
    found: dict[str, list[Line]] = {}
    for key, rows in sorted(current().rules.items()):
        chosen = in_force(rows) or rows[0]
        text = f"{key} {chosen.label.zh} {chosen.label.en}".lower()
        if (words and words not in text) or (asked["certainty"] and chosen.certainty != asked["certainty"]):
            continue
        if asked["group"] in ("", group_of(key)):
            found.setdefault(group_of(key), []).append(line(chosen, chosen))
    every = sorted({group_of(key) for key in current().rules})
    context = {
        "groups": [(group_name(group), lines) for group, lines in found.items()],
        "asked": asked,
        "group_options": [("", Text("全部", "All")), *((group, group_name(group)) for group in every)],
        "certainties": [
            ("", Text("全部", "All")),
            *((code, Text(f"{code} {t.zh}", f"{code} {t.en}")) for code, t in CERTAINTIES.items()),
        ],
    }
    return render(request, "web/rules/list.html", context)


@views
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, key: str) -> HttpResponse:
    """All rows of a rule, its changes, and for whoever may, the form that sets a value of this city's own."""
    rows = current().rules.get(key)
    if rows is None:
        raise Missing(Text("没有这条规则。", "There is no such rule."), field="key", value=key[:80])
    if request.method == "POST":
        access.require(request.user, EDIT)
        try:
            override(request, key)
        except Refused as refused:
            return _page(request, key, rows, refused)
        messages.success(request, str(Text("已保存，数秒内全系统生效。", "Saved; in force everywhere within seconds.")))
        return redirect("rules-one", key=key)
    return _page(request, key, rows)


def _page(request: HttpRequest, key: str, rows: tuple[Rule, ...], refused: Refused | None = None) -> HttpResponse:
    chosen = in_force(rows)
    base = current().shipped.rules.get(key, [rows[0]])
    scopes = [
        (str(n), Text(line(row).scope or "全市", line(row).scope or "the whole city")) for n, row in enumerate(base)
    ]
    picked = int(request.POST.get("scope") or 0) if request.POST.get("scope", "0").isdecimal() else 0
    shown = base[picked if picked < len(base) else 0]
    context = {
        "key": key,
        "rule": chosen or rows[0],
        "lines": [line(row, chosen) for row in rows],
        "changes": RuleOverride.objects.filter(key=key).select_related("author__person").order_by("-pk")[:30],
        "may_edit": access.can(request.user, EDIT) and any(row.editable for row in base),
        "fixed": not any(row.editable for row in base),
        "scopes": scopes,
        "given": request.POST.dict()
        if refused
        else {
            "value": json.dumps((chosen or shown).value, ensure_ascii=False),
            "valid_from": timezone.localdate().isoformat(),
        },
        "plain": not isinstance(shown.value, dict | list),
        "refused": refused,
        "wrong": {refused.field: refused} if refused and refused.field else {},
    }
    return render(request, "web/rules/one.html", context, status=refused.status if refused else 200)


def override(request: HttpRequest, key: str) -> None:
    """Write what the form says; JSON for the value, so that numbers, lists and tables keep their kind."""
    data = request.POST
    base = current().shipped.rules.get(key, [])
    number = int(data.get("scope") or 0) if data.get("scope", "0").isdecimal() else 0
    scope = dict(base[number].scope) if number < len(base) else {}
    actions.do_override(
        key, typed(data.get("value", ""), base[number].value if number < len(base) else None), author=request.user,
        reason=data.get("reason", ""), valid_from=a_day(data.get("valid_from", ""), "valid_from"),
        valid_to=a_day(data.get("valid_to", ""), "valid_to"), scope=scope,
    )  # fmt: skip


def typed(text: str, shipped: Any) -> Any:
    """The value that was typed: plain words stay words where the rule holds words."""
    try:
        return json.loads(text)
    except ValueError as error:
        if isinstance(shipped, str):
            return text.strip()
        expected = Text(f"如 {json.dumps(shipped, ensure_ascii=False)}", f"such as {json.dumps(shipped)}")
        unread = Text("数值读不懂。", "The value cannot be read.")
        raise Invalid(unread, field="value", expected=expected) from error


def a_day(text: str, field: str) -> Any:
    try:
        found = parse_date(text) if text else None
    except ValueError:
        found = None
    if text and found is None:
        raise Invalid(Text("日期不对。", "This is not a date."), field=field, value=text)
    return found
