"""Carrying out one step on a locked case: columns, log line, clocks, papers and messages, all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from jiedao.cases import clocks, kinds, log, notices
from jiedao.cases.flow import BACK, Flow, Step
from jiedao.cases.models import Attachment, Case, Entry
from jiedao.errors import Conflict, Missing
from jiedao.text import Text


@dataclass
class Move:
    """One step about to be taken. `set`: columns it sets, by attribute name; they stand in the log line too."""

    step: Step
    actor: Any
    at: datetime
    note: str = ""
    label: str = ""
    set: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    tell: dict[str, Any] = field(default_factory=dict)
    """More for the message to reporters."""


def lock(pk: int, version: int | None = None) -> Case:
    """The case, held until the transaction ends. With `version`: Conflict if what the actor saw has changed since."""
    case = Case.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if case is None:
        raise Missing(Text("没有这个案卷。", "There is no such case."), field="case", value=pk)
    if version is not None and version != case.version:
        _refuse_stale(case, version)
    return case


def _refuse_stale(case: Case, version: int) -> None:
    since = case.entries.filter(seq__gt=version).order_by("-seq").select_related("actor__person")
    loud = next((entry for entry in since if entry.step not in log.QUIET), None)
    if loud is None and version < case.version:
        return
    flow = kinds.get(case.kind).flow
    who = loud.actor_label if loud else ""
    when = timezone.localtime(loud.at if loud else case.state_at)
    text = Text(
        "案卷已被{who}于{at:%m月%d日 %H:%M}改动，现为“{state}”。请刷新后再办。",
        "{who} changed this case on {at:%d %b, %H:%M}; it is now “{state}”. Reload it first.",
    )
    raise Conflict(
        text.format(who=who or Text("系统", "The system"), at=when, state=flow.state(case.state).name),
        field="version", value=version, expected=Text(str(case.version), str(case.version)), code="stale",
    )  # fmt: skip


def move(case: Case, wanted: Move) -> Entry:
    """Take the step; the case must be locked and the step checked."""
    flow, step = kinds.get(case.kind).flow, wanted.step
    old = flow.state(case.state)
    target = flow.state(_target(case, flow, step))
    for name in step.clears:
        wanted.set.setdefault(f"{name}_id", None)
    if step.counts:
        wanted.set[step.counts] = getattr(case, step.counts) + 1
    for name, value in wanted.set.items():
        setattr(case, name, value)
    entry = log.line(
        case, step.code, wanted.at, target=target.code, actor=wanted.actor, label=wanted.label, note=wanted.note,
        data=wanted.data | ({"set": wanted.set} if wanted.set else {}), public=step.public,
    )  # fmt: skip
    clocks.turn(case, step, old, target, wanted.at)
    if target.final != old.final:
        case.closed_at = wanted.at if target.final else None
    entry.save(force_insert=True)
    case.save()
    attach(case, entry, wanted.attachments)
    _tell(case, wanted)
    return entry


def _tell(case: Case, wanted: Move) -> None:
    """The reporters where the step says so; the unit or handler that was given the case."""
    if wanted.step.tells:
        notices.tell_reporters(case, wanted.step.tells, note=wanted.note, **wanted.tell)
    if wanted.set.get("unit_id"):
        notices.tell("to_handle", unit=case.unit, case=case)
    if wanted.set.get("handler_id"):
        notices.tell("assigned", user=case.handler, case=case)


def attach(case: Case, entry: Entry, rows: list[Attachment]) -> None:
    for row in rows:
        row.case, row.entry = case, entry
    if rows:
        Attachment.objects.bulk_update(rows, ["case", "entry"])


def _target(case: Case, flow: Flow, step: Step) -> str:
    if step.target != BACK:
        return step.target
    came = case.entries.filter(target=case.state).exclude(source=case.state).order_by("-seq").first()
    return came.source if came else flow.start
