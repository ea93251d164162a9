"""What a case carries beside its story: reports with masked senders, requests for more time, supervision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jiedao.cases import adjustments, clocks, oversight
from jiedao.cases.kinds import Kind
from jiedao.cases.models import Adjustment, Case, Report
from jiedao.people import access, ledger
from jiedao.people.models import User
from jiedao.text import Text

CHANNELS = {
    "portal": Text("网页", "web"),
    "phone": Text("电话", "phone"),
    "letter": Text("来信", "letter"),
    "field": Text("采集员", "collector"),
    "patrol": Text("巡查", "patrol"),
    "open311": Text("Open311", "Open311"),
    "api": Text("程序接口", "API"),
    "sensor": Text("传感器", "sensor"),
}


@dataclass(frozen=True)
class Told:
    """One report as staff see it; names and numbers masked until they say what for."""

    report: Report
    channel: Text
    masked: dict[str, str]
    sealed: bool
    opened: dict[str, str]


def reports(user: User, case: Case, opened: tuple[int, dict[str, str]] | None = None) -> list[Told]:
    """`opened`: (report, what was just read of its sender)."""
    rows = Report.objects.filter(case=case).select_related("person", "by__person", "feedback").order_by("id")[:50]
    may = access.can_case(user, "case.view_person", case)
    return [
        Told(
            row,
            CHANNELS.get(row.channel, Text(row.channel, row.channel)),
            ledger.masked(row.person, ("name", "phone")) if may and row.person else {},
            may and bool(row.person or row.contact_sealed),
            opened[1] if opened and opened[0] == row.pk else {},
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Asked:
    row: Adjustment
    name: Text
    state: Text
    may_decide: bool
    level: int


STATES = {
    adjustments.ASKED: Text("待初审", "waits for the first decision"),
    adjustments.FORWARDED: Text("待终审", "waits for the final decision"),
    adjustments.APPROVED: Text("已同意", "granted"),
    adjustments.REFUSED: Text("未同意", "refused"),
}


def adjusting(user: User, case: Case, kind: Kind) -> dict[str, Any]:
    """Requests made so far, and the kinds that this user may ask for now."""
    rows = case.adjustments.select_related("asked_by__person", "forwarded_by__person", "decided_by__person")
    made = [_asked(user, case, row) for row in rows.order_by("id")]
    state = kind.flow.state(case.state)
    if any(one.row.state in (adjustments.ASKED, adjustments.FORWARDED) for one in made):
        may: tuple[str, ...] = ()
    elif state.unit and not state.paused and state.clock == clocks.HANDLE:
        may = (adjustments.EXTENSION, adjustments.SUSPENSION)
    else:
        may = (adjustments.APPEAL,) if case.closed_at and not case.merged_into_id else ()
    open_to = [k for k in may if access.can_case(user, adjustments.ASKS[k], case)]
    return {"made": made, "may": [(code, adjustments.NAMES[code]) for code in open_to]}


def _asked(user: User, case: Case, row: Adjustment) -> Asked:
    waiting = row.state in (adjustments.ASKED, adjustments.FORWARDED)
    level = int(row.state == adjustments.FORWARDED)
    needed = ("case.adjust_decide", adjustments.LEVELS[row.kind][level])
    own = user.pk in (row.asked_by_id, row.forwarded_by_id)
    may = waiting and not own and all(access.can_case(user, permission, case) for permission in needed)
    return Asked(row, adjustments.NAMES[Adjustment.Kind(row.kind)], STATES[row.state], may, level)


def supervision(user: User, case: Case) -> dict[str, Any]:
    may = not case.closed_at and access.can_case(user, "case.supervise", case)
    known = oversight.SUPERVISED
    return {"now": known.get(case.supervised), "may": may, "choices": list(known.items())}
