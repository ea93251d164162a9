"""延期、挂账、超时申诉: asked with a reason, decided on two levels by two people (facts 5.A.4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiedao.cases import clocks, kinds, log, notices, words
from jiedao.cases.models import Adjustment, Case, Clock
from jiedao.cases.moves import Move, lock, move
from jiedao.errors import Conflict, Forbidden, Invalid
from jiedao.people import access
from jiedao.rules.store import value
from jiedao.text import Text

EXTENSION, SUSPENSION, APPEAL = Adjustment.Kind.values
ASKED, FORWARDED, APPROVED, REFUSED = "asked", "forwarded", "approved", "refused"
ASKS = {EXTENSION: "case.handle", SUSPENSION: "case.handle", APPEAL: "case.confirm"}
"""Who may ask: the unit that handles; an appeal, its department only."""
LEVELS = {
    EXTENSION: ("case.confirm", "case.dispatch"),
    SUSPENSION: ("case.confirm", "case.dispatch"),
    APPEAL: ("case.dispatch", "case.accept"),
}
"""Who decides first and second. Whoever asks and holds the first permission has thereby forwarded it."""
NEXT_ROLE = {"case.dispatch": "dispatcher", "case.accept": "acceptor"}
NAMES = {
    EXTENSION: Text("延期", "extension"),
    SUSPENSION: Text("挂账", "suspension"),
    APPEAL: Text("超时申诉", "overtime appeal"),
}
RESULTS = {APPROVED: Text("同意", "granted"), REFUSED: Text("不同意", "refused")}


def check_ask(
    case: Case, kind: str, actor: Any, *, reason: str, until: datetime | None = None, now: datetime | None = None
) -> Adjustment:
    """The row that `do_ask_adjustment` would write, or the refusal it would raise."""
    if kind not in ASKS:
        text = Text("没有这种申请。", "There is no such request.")
        raise Invalid(text, field="kind", value=kind, expected=Text("、".join(ASKS), ", ".join(ASKS)))
    access.require_case(actor, ASKS[kind], case)
    at, why = now or timezone.now(), words.note(reason, "reason")
    if not why:
        raise Invalid(Text("请写明理由。", "Please give the reason."), field="reason")
    if case.adjustments.filter(state__in=(ASKED, FORWARDED)).exists():
        raise _not_now("还有一个申请待审批。", "Another request still waits for a decision.")
    clock = _check_appeal(case) if kind == APPEAL else _check_clock(case, kind, at)
    if kind == SUSPENSION:
        _check_until(until, at)
    forwarded = kind != APPEAL and access.can_case(actor, LEVELS[kind][0], case)
    return Adjustment(
        case=case, clock=clock, kind=kind, reason=why, until=until if kind == SUSPENSION else None, asked_by=actor,
        asked_at=at, state=FORWARDED if forwarded else ASKED, forwarded_by=actor if forwarded else None,
    )  # fmt: skip


def _not_now(zh: str, en: str) -> Conflict:
    return Conflict(Text(zh, en), field="adjustment", code="adjustment_not_possible")


def _check_clock(case: Case, kind: str, at: datetime) -> Clock:
    """Extension and suspension: while the unit handles it; before it is overdue; not too often."""
    state = kinds.get(case.kind).flow.state(case.state)
    clock = clocks.running(case)
    if not state.unit or state.paused or clock is None or clock.stage != clocks.HANDLE:
        raise _not_now("处置中的案卷才能申请延期或挂账。", "Only a case being handled can be given more time.")
    if kind == EXTENSION and at > clock.deadline:
        raise _not_now("已超时，延期须在到期前申请。", "It is overdue; more time is asked for before the deadline.")
    if kind == SUSPENSION and "suspend" not in kinds.get(case.kind).flow.by_step:
        raise _not_now("这类案卷不能挂账。", "Cases of this kind cannot be suspended.")
    most = value(f"cases.{kind}_max", city=case.district or None, kind=case.kind)
    if case.adjustments.filter(kind=kind, state=APPROVED).count() >= most:
        what = NAMES[kind]
        raise _not_now(f"每件案卷最多{what.zh}{most}次。", f"A case is given {most} {what.en}(s) at most.")
    return clock


def _check_until(until: datetime | None, at: datetime) -> None:
    days = value("cases.suspension_days")
    last = at + timedelta(days=days)
    if not isinstance(until, datetime) or until.tzinfo is None or not at < until <= last:
        expected = Text(f"今后 {days} 天之内", f"within the next {days} days")
        text = Text("挂账须写明恢复日期。", "A suspension needs the day on which work goes on.")
        raise Invalid(text, field="until", value=until, expected=expected)


def _check_appeal(case: Case) -> Clock:
    """After closing, once, and only where the handling was overdue."""
    if case.closed_at is None or case.merged_into_id:
        raise _not_now("结案后才能申诉。", "An appeal is made after closing.")
    most = value("cases.appeal_max", city=case.district or None, kind=case.kind)
    if case.adjustments.filter(kind=APPEAL).count() >= most:
        raise _not_now(f"每件案卷只能申诉 {most} 次。", f"A case can be appealed {most} time(s) only.")
    clock = case.clocks.filter(stage=clocks.HANDLE, overdue=True, unit_id=case.unit_id).order_by("-id").first()
    if clock is None:
        raise _not_now("处置没有超时，无需申诉。", "The handling was not overdue; there is nothing to appeal.")
    return clock


def do_ask_adjustment(
    case: Case, kind: str, actor: Any, *, reason: str, until: datetime | None = None, now: datetime | None = None
) -> Adjustment:
    """Ask for an extension, a suspension `until` a moment, or appeal against overtime."""
    with transaction.atomic():
        held = lock(case.pk)
        asked = check_ask(held, kind, actor, reason=reason, until=until, now=now)
        asked.save(force_insert=True)
        data = {"kind": kind, "adjustment": asked.pk} | ({"until": asked.until.isoformat()} if asked.until else {})
        log.append(held, "ask_adjustment", asked.asked_at, actor=actor, note=asked.reason, data=data, public=False)
        held.save(update_fields=["version", "head"])
        _tell_next(held, asked)
    return asked


def _tell_next(case: Case, asked: Adjustment) -> None:
    permission = LEVELS[asked.kind][asked.state == FORWARDED]
    told = {"what": NAMES[Adjustment.Kind(asked.kind)], "note": asked.reason}
    if permission == "case.confirm":
        notices.tell("adjustment_asked", unit=case.unit, case=case, **told)
    else:
        notices.tell_role(NEXT_ROLE[permission], "adjustment_asked", case=case, **told)


def check_decide(case: Case, asked: Adjustment, actor: Any, approve: bool, opinion: str) -> None:
    """Raises Conflict (already decided), Forbidden (not this level, or one's own request), Invalid (no reason)."""
    if asked.state not in (ASKED, FORWARDED):
        raise _not_now("这个申请已经审批。", "This request was decided already.")
    access.require_case(actor, "case.adjust_decide", case)
    access.require_case(actor, LEVELS[asked.kind][asked.state == FORWARDED], case)
    if actor.pk in (asked.asked_by_id, asked.forwarded_by_id):
        text = Text("须由另一人审批。", "Somebody else must decide this.")
        raise Forbidden(text, field="adjustment", value=asked.pk)
    if not approve and not opinion:
        raise Invalid(Text("不同意须写明理由。", "A refusal needs a reason."), field="opinion")


def do_decide_adjustment(
    adjustment: Adjustment, actor: Any, *, approve: bool, opinion: str = "", now: datetime | None = None
) -> Adjustment:
    """Forward, grant or refuse a request; the second approval makes it take effect."""
    at, said = now or timezone.now(), words.note(opinion, "opinion")
    with transaction.atomic():
        case = lock(adjustment.case_id)
        asked = Adjustment.objects.select_for_update(of=("self",)).select_related("clock").get(pk=adjustment.pk)
        check_decide(case, asked, actor, approve, said)
        final = asked.state == FORWARDED or not approve
        if final:
            asked.state, asked.decided_by, asked.decided_at = APPROVED if approve else REFUSED, actor, at
        else:
            asked.state, asked.forwarded_by = FORWARDED, actor
        asked.opinion = "\n".join(filter(None, (asked.opinion, said)))
        asked.save()
        if final and approve:
            EFFECTS[asked.kind](case, asked, actor, at)
        else:
            step = "refuse_adjustment" if final else "forward_adjustment"
            data = {"kind": asked.kind, "adjustment": asked.pk}
            log.append(case, step, at, actor=actor, note=said, data=data, public=False)
            case.save(update_fields=["version", "head"])
        if final:
            what, result = NAMES[Adjustment.Kind(asked.kind)], RESULTS[asked.state]
            notices.tell("adjustment_decided", user=asked.asked_by, case=case, what=what, result=result, note=said)
        else:
            _tell_next(case, asked)
    return asked


def _extend(case: Case, asked: Adjustment, actor: Any, at: datetime) -> None:
    """One original limit more."""
    clock = asked.clock
    if clock is None or clock.stopped_at:
        raise _not_now("处置已经结束，无需延期。", "The handling has ended; no more time is needed.")
    limit = clocks.stage_limit(case, clocks.HANDLE)
    clocks.extend(case, clock, limit.amount, at)
    clock.save()
    case.promised = max(filter(None, (case.promised, clock.deadline)))
    data = {"amount": limit.amount, "unit": limit.unit, "deadline": clock.deadline.isoformat(), "adjustment": asked.pk}
    log.append(case, "extend", at, actor=actor, note=asked.reason, data=data)
    case.save()
    notices.tell_reporters(case, "extended")


def _suspend(case: Case, asked: Adjustment, actor: Any, at: datetime) -> None:
    """The clock stands until the day chosen."""
    clock, until = asked.clock, asked.until
    if clock is None or clock.stopped_at or until is None or until <= at:
        raise _not_now("已不能挂账：处置结束或日期已过。", "Too late to suspend: the work or that day is over.")
    step = kinds.get(case.kind).flow.step("suspend", case.state, case.arrived)
    clocks.pause(case, clock, at, until, SUSPENSION)
    clock.save()
    case.promised = max(filter(None, (case.promised, clock.deadline)))
    data = {"until": until.isoformat(), "adjustment": asked.pk}
    move(case, Move(step=step, actor=actor, at=at, note=asked.reason, data=data, tell={"until": until}))


def _exempt(case: Case, asked: Adjustment, actor: Any, at: datetime) -> None:
    """Statistics leave it out; the overtime itself stays to be seen."""
    case.clocks.filter(stage=clocks.HANDLE, overdue=True, unit_id=case.unit_id).update(exempt=True)
    data = {"adjustment": asked.pk}
    log.append(case, "exempt", at, actor=actor, note=asked.reason, data=data, public=False)
    case.save(update_fields=["version", "head"])


EFFECTS = {EXTENSION: _extend, SUSPENSION: _suspend, APPEAL: _exempt}


def resume_due(now: datetime | None = None) -> int:
    """End the suspensions whose day has come; returns how many. Safe to run at any time, by several at once."""
    at = now or timezone.now()
    due = Adjustment.objects.filter(kind=SUSPENSION, state=APPROVED, until__lte=at, case__closed_at=None)
    return sum(_resume(pk, at) for pk in due.values_list("case_id", flat=True))


def _resume(case_id: int, at: datetime) -> bool:
    with transaction.atomic():
        case = lock(case_id)
        flow = kinds.get(case.kind).flow
        if not flow.state(case.state).paused:
            return False
        move(case, Move(step=flow.by_step["resume"], actor=None, at=at, label="系统"))
    return True
