"""Every write on a case: `check_…` raises a refusal with a sentence, `do_…` writes in one transaction and logs it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiedao.cases import attachments, kinds, log, words
from jiedao.cases.adjustments import APPEAL, do_ask_adjustment, do_decide_adjustment
from jiedao.cases.flow import RESERVED, Step
from jiedao.cases.models import Adjustment, Attachment, Case, Report
from jiedao.cases.moves import Move, lock, move
from jiedao.cases.oversight import do_correct, do_merge, do_supervise
from jiedao.cases.reporters import LABEL, do_rate, do_reopen, followed
from jiedao.errors import Conflict, Invalid
from jiedao.people import access
from jiedao.people.models import Unit
from jiedao.text import Text

__all__ = [
    "check_step",
    "do_appeal",
    "do_ask_adjustment",
    "do_comment",
    "do_correct",
    "do_decide_adjustment",
    "do_merge",
    "do_rate",
    "do_reopen",
    "do_step",
    "do_supervise",
]


def check_step(
    case: Case,
    step_code: str,
    actor: Any,
    *,
    note: str = "",
    unit: Unit | int | None = None,
    handler: Any = None,
    condition_met: bool = False,
    attachments: Sequence[Any] = (),
    now: datetime | None = None,
) -> Move:
    """What `do_step` would do, or the refusal it would raise: Conflict (not from here), Forbidden, Invalid (something
    is missing). `attachments` are ids or rows that the actor stored before."""
    kind = kinds.get(case.kind)
    step = kind.flow.step(step_code, case.state, case.arrived)
    if step.permission in RESERVED or "into" in step.needs:
        text = Text("“{step}”不能直接办理。", "“{step}” is not taken by hand.").format(step=step.name)
        raise Conflict(text, field="step", value=step_code, code="step_not_possible")
    access.require_case(actor, step.permission, case)
    found = Move(step=step, actor=actor, at=now or timezone.now(), note=words.note(note))
    if "note" in step.needs and not found.note:
        raise Invalid(Text("请写明理由。", "Please give the reason."), field="note")
    if "unit" in step.needs:
        found.set["unit_id"] = _unit(case, step, unit)
    if "handler" in step.needs:
        found.set["handler_id"] = _handler(case, handler)
    if "limit" in step.needs and not case.limit_amount:
        text = Text(
            "这一小类没有立案标准，请先选对类别。", "This class has no filing rule; choose the right class first."
        )
        raise Invalid(text, field="category", value=case.category)
    if "condition" in step.needs:
        _condition(kind, case, condition_met)
    found.attachments = _papers(case, step, actor, attachments)
    return found


def _unit(case: Case, step: Step, unit: Unit | int | None) -> int:
    """The unit given, or the one that triage proposed; for rework the one that had it."""
    unit_id = getattr(unit, "pk", unit) or case.unit_id or case.triage.get("unit")
    if step.resumes and case.unit_id and unit_id != case.unit_id:
        text = Text("返工须由原单位处置。", "Rework goes to the unit that handled it.")
        raise Invalid(text, field="unit", value=unit_id)
    row = Unit.objects.filter(pk=unit_id, active=True).first() if isinstance(unit_id, int) else None
    if row is None:
        text = Text("请选择处置单位。", "Please choose the unit that is to handle it.")
        raise Invalid(text, field="unit", value=unit_id)
    return row.pk


def _handler(case: Case, handler: Any) -> int:
    if handler is None:
        raise Invalid(Text("请选择处置员。", "Please choose who is to handle it."), field="handler")
    if not access.can_case(handler, "case.handle", case):
        text = Text("“{name}”不是该单位的处置员。", "“{name}” does not handle cases of this unit.")
        raise Invalid(text.format(name=handler.label), field="handler", value=handler.pk)
    return handler.pk


def _condition(kind: kinds.Kind, case: Case, met: bool) -> None:
    wanted = kind.closing(case.category, case.condition) if kind.closing else None
    if wanted and not met:
        text = Text("结案条件未勾选：{wanted}", "The closing condition is not ticked: {wanted}").format(wanted=wanted)
        raise Invalid(text, field="condition_met", value=met, expected=wanted)


def _papers(case: Case, step: Step, actor: Any, given: Sequence[Any]) -> list[Attachment]:
    rows = own_attachments(given, case, actor)
    if "photo" in step.needs and not any(row.content_type.startswith("image/") for row in rows):
        raise Invalid(Text("请至少上传一张照片。", "Please add at least one photo."), field="attachments")
    return rows


def own_attachments(given: Sequence[Any], case: Case, actor: Any) -> list[Attachment]:
    """Rows that this actor stored and that belong to no other case; Invalid names one that does not fit."""
    ids = attachments.numbers(given, "attachments")
    rows = Attachment.objects.in_bulk(ids) if ids else {}
    for number in ids:
        row = rows.get(number)
        mine = row is not None and row.uploaded_by_id == getattr(actor, "pk", None)
        if row is None or not mine or row.case_id not in (None, case.pk):
            text = Text("附件不存在或不能用于此案卷。", "There is no such attachment for this case.")
            raise Invalid(text, field="attachments", value=number)
    return list(rows.values())


def do_step(
    case: Case,
    step_code: str,
    actor: Any,
    *,
    version: int,
    note: str = "",
    unit: Unit | int | None = None,
    handler: Any = None,
    condition_met: bool = False,
    attachments: Sequence[Any] = (),
    data: dict[str, Any] | None = None,
    now: datetime | None = None,
) -> Case:
    """Take a step of the flow. `version` is the one the actor saw: Conflict says who changed the case since, and when.
    Returns the case as it now is."""
    with transaction.atomic():
        held = lock(case.pk, version)
        wanted = check_step(
            held, step_code, actor, note=note, unit=unit, handler=handler, condition_met=condition_met,
            attachments=attachments, now=now,
        )  # fmt: skip
        if data:
            wanted.data["data"] = words.plain(data)
        if condition_met and "condition" in wanted.step.needs:
            wanted.data["condition_met"] = True
        move(held, wanted)
    return held


def do_appeal(case: Case, actor: Any, *, reason: str, now: datetime | None = None) -> Adjustment:
    """超时申诉 by the department that handled it; see `do_ask_adjustment`."""
    return do_ask_adjustment(case, APPEAL, actor, reason=reason, now=now)


def do_comment(
    case: Case,
    actor: Any,
    text: str,
    *,
    public: bool = False,
    report: Report | None = None,
    attachments: Sequence[Any] = (),
    now: datetime | None = None,
) -> Case:
    """A remark in the log by staff who see the case, or (`report`, actor None) by whoever reported it: then it goes to
    the case that the report's own was merged into, if it was. Returns the case that holds it."""
    said = words.note(text, "text")
    if not said:
        raise Invalid(Text("请写一点内容。", "Please write something."), field="text")
    number = case.pk
    if report is None:
        access.require_case(actor, "case.view", case)
    else:
        number = followed(report)
        if case.pk not in (number, report.case_id):
            raise Invalid(Text("这不是您上报的案卷。", "This is not a case you reported."), field="report")
    with transaction.atomic():
        held = lock(number)
        rows = own_attachments(attachments, held, actor)
        label = "" if actor else LABEL
        data = {"report": report.pk} if report else {}
        entry = log.append(
            held,
            "comment",
            now or timezone.now(),
            actor=actor,
            label=label,
            note=said,
            data=data,
            public=public or bool(report),
        )
        held.save(update_fields=["version", "head"])
        for row in rows:
            row.case, row.entry = held, entry
        Attachment.objects.bulk_update(rows, ["case", "entry"])
    return held
