"""All that the right side of the desk shows of one case, gathered in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from jiedao.cases import duplicates, kinds, log, timeline
from jiedao.cases.duplicates import Thing
from jiedao.cases.flow import Step
from jiedao.cases.kinds import Kind, Limit
from jiedao.cases.models import Attachment, Case, Clock
from jiedao.cases.queries import steps as allowed_steps
from jiedao.city import h3cells
from jiedao.people import access
from jiedao.people.models import User
from jiedao.text import Text
from jiedao.web import desk_flow
from jiedao.web.desk_dossier import adjusting, reports, supervision
from jiedao.web.desk_filters import unit_name, working_units
from jiedao.web.parts import unit as unit_word

NEAR = 6
UNSURE = 50
"""Per cent below which the reading is marked as one to check."""
SHOWN_LINES = 200


@dataclass(frozen=True)
class Act:
    """One step button: its letter, and what its form asks for (empty: a plain button)."""

    step: Step
    key: str
    asks: bool
    usual: bool
    open: bool


@dataclass(frozen=True)
class Near:
    """An open case close by that may be the same thing."""

    case: Case
    metres: float
    why: Text | None


def context(user: User, case: Case, **more: Any) -> dict[str, Any]:
    """For web/desk/_case.html. `more`: open (code of the form to show), given (what was typed), wrong (a Refused)."""
    kind = kinds.get(case.kind)
    steps = desk_flow.ordered(allowed_steps(user, case), kind.flow)
    running = list(Clock.objects.filter(case=case).order_by("id"))
    near = nearby(user, case, kind)
    shown = acts(steps, kind, near, more.get("open", ""))
    items = timeline.timeline(case, public=False)
    return {
        "case": case,
        "kind": kind,
        "class_name": kind.class_name(case.category),
        "title": title(case, kind),
        "steps": steps,
        "acts": shown,
        "stranded": stranded(shown, more.get("given", {})),
        "condition": dict(kind.conditions(case.category)).get(case.condition) if kind.conditions else None,
        "paused": kind.flow.state(case.state).paused,
        "limit": limit_said(case),
        "clock": next((clock for clock in running if clock.stopped_at is None), None),
        "late": [(kind.flow.clocks.get(c.stage), c) for c in running if c.overdue],
        "closing": kind.closing(case.category, case.condition) if kind.closing else None,
        "near": near,
        "triage": triage(user, case, kind),
        "correct": correction(user, case, kind),
        "units": units(case, steps),
        "handlers": handlers(case, steps),
        "reports": reports(user, case, more.get("opened")),
        "items": items[-SHOWN_LINES:],
        "photos": photos(items),
        "points": points(case, near),
        "legend": LEGEND if near else None,
        "faults": log.verify(case),
        "adjustments": adjusting(user, case, kind),
        "supervision": supervision(user, case),
        "given": {},
        **more,
    }


def title(case: Case, kind: Kind) -> str:
    """The title; one that only repeats the class is said in the reader's language."""
    name = kind.class_name(case.category)
    return str(name) if case.title == name.zh else case.title


def acts(steps: list[Step], kind: Kind, near: list[Near], opened: str) -> list[Act]:
    """The steps of queries.steps, the usual one first, and merging where something is near."""
    merge = kind.flow.by_step.get("merge") if near else None
    shown = [*steps, merge] if merge else steps
    letters = desk_flow.keys(shown)
    usual = steps[0].code if steps else ""
    return [
        Act(step, letters.get(step.code, ""), desk_flow.asks(step), step.code == usual, step.code == opened)
        for step in shown
    ]


def stranded(acts: list[Act], given: dict[str, str]) -> str:
    """Words typed for a step that can no longer be taken, so that they are not lost."""
    return given.get("note", "") if given.get("step") not in (None, *(act.step.code for act in acts)) else ""


PURPOSES = {
    "before": Text("处置前", "Before"),
    "after": Text("处置后", "After"),
    "check": Text("核查", "Check"),
    "paper": Text("附件", "Paper"),
}
LEGEND = [("circle", "accent", Text("本案", "this case")), ("ring", "plain", Text("附近案卷", "others nearby"))]


@dataclass(frozen=True)
class Photo:
    file: Attachment
    label: Text


def photos(items: list[timeline.TimelineItem]) -> list[Photo]:
    """All of a case's photos and papers in the order of its story."""
    return [Photo(file, PURPOSES[file.purpose]) for item in items for file in item.photos]


def points(case: Case, near: list[Near]) -> dict[str, Any] | None:
    """The case and its neighbours for the map."""
    if case.lon is None:
        return None
    others = [(one.case, "ring", "plain", reverse("desk-case", args=[one.case.code])) for one in near]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
                "properties": {"shape": shape, "tone": tone, "label": row.title, "href": href},
            }
            for row, shape, tone, href in [*others, (case, "circle", "accent", "")]
        ],
    }


def limit_said(case: Case) -> Text | None:
    """4 工作小时."""
    return amount_said(Limit(case.limit_amount, case.limit_unit)) if case.limit_amount else None


def amount_said(limit: Limit) -> Text:
    word = unit_word(limit.unit)
    en = word.en.replace("hours", "hour").replace("days", "day") if limit.amount == 1 else word.en
    return Text(f"{limit.amount:g} {word.zh}", f"{limit.amount:g} {en}")


def nearby(user: User, case: Case, kind: Kind) -> list[Near]:
    """Open cases of the kind around this one, nearest first; only for whoever may merge, and while it is open."""
    merge = kind.flow.by_step.get("merge")
    if not merge or case.state not in merge.sources or case.h3 is None:
        return []
    if not access.can_case(user, merge.permission, case):
        return []
    limits = duplicates.rule(kind, case.district) or {"radius_m": 0}
    cells = h3cells.near(case.h3, h3cells.rings_for(3 * limits["radius_m"]))
    rows = Case.objects.filter(h3__in=cells, closed_at=None, kind=case.kind).exclude(pk=case.pk)
    rows = rows.filter(access.scope(user, "case.view").q()).select_related("unit")[:200]
    mine = _thing(case)
    found = []
    for row in rows:
        metres = h3cells.distance_m(case.lon, case.lat, row.lon, row.lat)
        why = duplicates.why_same(mine, _thing(row), limits) if len(limits) > 1 else None
        if metres <= 3 * limits["radius_m"]:
            found.append(Near(row, metres, why))
    return sorted(found, key=lambda one: (one.why is None, one.case.category != case.category, one.metres))[:NEAR]


def _thing(case: Case) -> Thing:
    return Thing(
        case.kind, case.category, case.condition, case.lon, case.lat, case.h3, case.asset_id, case.text, case.code
    )


def triage(user: User, case: Case, kind: Kind) -> dict[str, Any] | None:
    """The proposal with its reasons and the other classes it thought of; while the case is not yet filed."""
    if case.closed_at or case.state not in (kind.flow.start,) or not case.triage:
        return None
    proposed = next((u for u in working_units() if u.pk == case.triage.get("unit")), None)
    share = round(100 * case.triage.get("confidence", 0))
    others = [
        (code, kind.class_name(code), round(100 * share))
        for code, share in case.form.get("options", ())
        if code != case.category
    ]
    return {
        "share": share,
        "unsure": share < UNSURE,
        "said": Text(f"把握 {share}%", f"{share} % sure")
        if share >= UNSURE
        else Text(f"把握只有 {share}%，请核对", f"only {share} % sure: please check"),
        "why": [Text(**why) for why in case.triage.get("why", ())],
        "unit": proposed,
        "others": others if access.can_case(user, "case.correct", case) else [],
    }


def correction(user: User, case: Case, kind: Kind) -> dict[str, Any] | None:
    """What the correction form offers; None for whoever may not correct this case now."""
    if case.closed_at or not access.can_case(user, "case.correct", case):
        return None
    return {
        "classes": kind.classes() if kind.classes else [],
        "chosen": f"{case.category} {kind.class_name(case.category)}" if case.category else "",
        "conditions": conditions(kind, case.category, case.district),
    }


def conditions(kind: Kind, category: str, area: str) -> list[tuple[str, Text]]:
    """(id, condition with its limit) of a class."""
    found = []
    for code, name in kind.conditions(category) if kind.conditions else ():
        limit = kind.limit(category, code, area, timezone.localdate()) if kind.limit else None
        said = amount_said(limit) if limit else Text("", "")
        found.append((code, Text(f"{name.zh}（{said.zh}）", f"{name.en} ({said.en})") if said else name))
    return found


def units(case: Case, steps: list[Step]) -> tuple[list[tuple[int, Text]], int | None]:
    """(choices, the one proposed) where a step asks for a unit."""
    if not any("unit" in step.needs for step in steps):
        return [], None
    return [(unit.pk, unit_name(unit)) for unit in working_units()], case.unit_id or case.triage.get("unit")


def handlers(case: Case, steps: list[Step]) -> list[tuple[int, str]]:
    """Members of staff who may handle the case, where a step asks for one."""
    if not any("handler" in step.needs for step in steps):
        return []
    found = access.holders("case.handle", area=access.place(case), kind=case.kind, unit_id=case.unit_id)
    return sorted(((user.pk, user.label) for user in found), key=lambda pair: pair[1])
