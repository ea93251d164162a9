"""The story of a case for people: what happened, by whom, with which photos, and where it stands now."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from jiedao.cases import kinds
from jiedao.cases.flow import Flow
from jiedao.cases.models import Attachment, Case, Entry
from jiedao.text import Text

NAMES = {
    "report": Text("收到上报", "Report received"),
    "again": Text("又有人上报了同一问题", "Reported by somebody else too"),
    "comment": Text("补充说明", "Added"),
    "rate": Text("评价", "Rated"),
    "escalate": Text("到期提醒", "Reminder of the deadline"),
    "supervise": Text("督办", "Supervision"),
    "correct": Text("更正信息", "Corrected"),
    "absorb": Text("并入另一案卷的上报", "Another case was merged into this one"),
    "ask_adjustment": Text("提出申请", "Request made"),
    "forward_adjustment": Text("申请报上一级", "Request passed on"),
    "refuse_adjustment": Text("申请未获同意", "Request refused"),
    "extend": Text("延期", "More time was given"),
    "exempt": Text("申诉通过", "Appeal granted"),
    "read_contact": Text("查看联系方式", "Contact opened"),
}
"""Log lines beside the steps of a flow."""


@dataclass
class TimelineItem:
    """One line. `state`: the name of where the case came to, None where it stayed; `current`: it is there still."""

    at: datetime
    text: Text
    actor: str
    state: Text | None
    note: str = ""
    photos: list[Attachment] = field(default_factory=list)
    current: bool = False
    step: str = ""


def timeline(case: Case, *, public: bool) -> list[TimelineItem]:
    """Oldest first; two queries. Public: without internal lines, names of staff, and papers."""
    flow = kinds.get(case.kind).flow
    rows = case.entries.order_by("seq")
    if public:
        rows = rows.filter(public=True)
    photos = _photos(case, public)
    items = [_item(entry, flow, photos, public) for entry in rows]
    for item in reversed(items):
        if item.state:
            item.current = True
            break
    return items


def _item(entry: Entry, flow: Flow, photos: dict[int | None, list[Attachment]], public: bool) -> TimelineItem:
    step = flow.by_step.get(entry.step)
    first = entry.step == "report" and entry.seq == 1
    name = step.name if step else NAMES["again" if entry.step == "report" and not first else entry.step]
    moved = entry.target != entry.source
    return TimelineItem(
        at=entry.at,
        text=name,
        actor="" if public and entry.actor_id else entry.actor_label,
        state=flow.state(entry.target).name if moved else None,
        note=entry.note,
        photos=photos[entry.pk] + (photos[None] if first else []),
        step=entry.step,
    )


def _photos(case: Case, public: bool) -> dict[int | None, list[Attachment]]:
    """By log line; those of the reports under None."""
    found: dict[int | None, list[Attachment]] = defaultdict(list)
    shown = Q(public=True) if public else Q()
    for row in Attachment.objects.filter(shown, case=case).order_by("at"):
        found[row.entry_id].append(row)
    return found
