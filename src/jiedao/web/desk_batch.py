"""One step for many cases: each is tried by itself, and nothing of what was refused is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from jiedao.cases import actions, kinds, queries
from jiedao.cases.flow import Step
from jiedao.cases.models import Case
from jiedao.errors import Invalid, Refused
from jiedao.people.models import User
from jiedao.rules import value
from jiedao.text import Text
from jiedao.web import desk_acts, desk_flow

SAME_FOR_ALL = frozenset({"note", "unit", "limit", "condition"})
"""What one answer can give to many cases; a photo or a handler is given one by one."""


@dataclass
class Outcome:
    """What became of one selected case; `refused` says why it stayed as it was."""

    code: str
    version: int
    case: Case | None = None
    refused: Refused | None = None


def fits(step: Step) -> bool:
    return desk_flow.by_hand(step) and step.needs <= SAME_FOR_ALL


def steps_for(user: User, cases: list[Case]) -> tuple[list[Step], dict[int, str]]:
    """(steps that some of these cases may take together, usual ones first; case id → codes of its steps)."""
    found: dict[str, Step] = {}
    codes: dict[int, str] = {}
    for case in cases:
        mine = [step for step in desk_flow.ordered(queries.steps(user, case), kinds.get(case.kind).flow) if fits(step)]
        codes[case.pk] = " ".join(step.code for step in mine)
        found |= {step.code: step for step in mine}
    return list(found.values()), codes


def selected(request: HttpRequest) -> list[Outcome]:
    """The ticked rows, `code:version` each. Raises Invalid for none, or for more than one batch holds."""
    chosen = dict.fromkeys(request.POST.getlist("case"))
    most = value("web.batch_max")
    if not chosen:
        raise Invalid(Text("请先勾选案卷。", "Tick some cases first."), field="case")
    if len(chosen) > most:
        text = Text("一次最多处理 {n} 件。", "At most {n} cases at a time.").format(n=most)
        raise Invalid(text, field="case", value=len(chosen))
    pairs = [item.partition(":") for item in chosen]
    return [Outcome(code[:24], int(seen) if seen.isdecimal() and len(seen) < 10 else 0) for code, _, seen in pairs]


def find_step(code: str) -> Step:
    """The step of that code in some flow."""
    for kind in kinds.all_kinds().values():
        step = kind.flow.by_step.get(code)
        if step and fits(step):
            return step
    raise Invalid(Text("没有这个批量操作。", "There is no such step for many."), field="step", value=code[:40])


def load(user: User, outcomes: list[Outcome]) -> list[Outcome]:
    """Give each outcome its case, or the reason why there is none."""
    for outcome in outcomes:
        try:
            outcome.case = queries.get(user, outcome.code)
        except Refused as refused:
            outcome.refused = refused
    return outcomes


def run(request: HttpRequest, step: Step, outcomes: list[Outcome]) -> list[Outcome]:
    """Take the step for every case in its own transaction."""
    data = request.POST
    given: dict[str, Any] = {"note": data.get("note", "")}
    if "unit" in step.needs:
        given["unit"] = desk_acts.whole(data, "unit")
    if "condition" in step.needs:
        given["condition_met"] = data.get("condition_met") in desk_acts.TICKED
    for outcome in outcomes:
        if outcome.case is None:
            continue
        try:
            outcome.case = actions.do_step(outcome.case, step.code, request.user, version=outcome.version, **given)
        except Refused as refused:
            outcome.refused = refused
    return outcomes
