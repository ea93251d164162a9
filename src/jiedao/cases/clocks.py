"""计时: the limit that runs now. One clock a stage; pauses subtract; one that ends after its deadline is overdue."""

from __future__ import annotations

from datetime import datetime

from jiedao.cases.flow import State, Step
from jiedao.cases.kinds import Limit
from jiedao.cases.models import Case, Clock
from jiedao.people import stamp
from jiedao.people.models import Unit
from jiedao.rules.calendar import calendar_for
from jiedao.rules.deadlines import deadline, deadline_with_pauses
from jiedao.rules.store import lookup

HANDLE = "handle"
DESK = "desk"
"""Tier of a clock that no unit answers for: the posts of the command centre."""


def stage_limit(case: Case, stage: str) -> Limit:
    """The limit of a stage: for handling the case's own, else the rule row `cases.stage.<stage>`."""
    if stage == HANDLE and case.limit_amount:
        return Limit(case.limit_amount, case.limit_unit)
    row = lookup(f"cases.stage.{stage}", city=case.district or None, kind=case.kind)
    return Limit(row.value, row.unit, row.source)


def due(start: datetime, limit: Limit) -> datetime:
    return deadline(start, limit.amount, limit.unit, calendar_for())


def promise(case: Case, stages: tuple[str, ...], start: datetime) -> datetime | None:
    """When a case should be done: the limits of these stages, one after the other; None while it has no limit."""
    if not case.limit_amount:
        return None
    for stage in stages or (HANDLE,):
        start = due(start, stage_limit(case, stage))
    return start


_tiers: dict[tuple[int, int], str] = {}


def tier(unit_id: int | None) -> str:
    """A unit's tier, or DESK; asks the database once a unit while units do not change."""
    if unit_id is None:
        return DESK
    generation = stamp.generation()
    found = _tiers.get((generation, unit_id))
    if found is None:
        if len(_tiers) > 10_000 or any(old != generation for old, _ in list(_tiers)[:1]):
            _tiers.clear()
        found = Unit.objects.values_list("tier", flat=True).filter(pk=unit_id).first() or DESK
        _tiers[generation, unit_id] = found
    return found


def ladder(unit_id: int | None, area: str) -> tuple[dict, ...]:
    """The rungs of escalation for a unit here: {at: share of the limit, tell: [who], supervise}, lowest first."""
    row = lookup("cases.escalation", city=area or None, tier=tier(unit_id))
    return tuple(sorted(row.value, key=lambda rung: rung["at"]))


def spans(clock: Clock) -> list[tuple[datetime, datetime | None]]:
    return [
        (datetime.fromisoformat(begin), datetime.fromisoformat(end) if end else None) for begin, end, _ in clock.pauses
    ]


def at_share(clock: Clock, share: float) -> datetime | None:
    """When this share of the limit will have run; None while an open pause holds the clock."""
    return deadline_with_pauses(clock.started_at, clock.amount * share, clock.amount_unit, calendar_for(), spans(clock))


def plan_check(clock: Clock, area: str) -> None:
    """Set when the next rung of the ladder is due."""
    rungs = ladder(clock.unit_id, area)
    clock.next_check = at_share(clock, rungs[clock.told]["at"]) if clock.told < len(rungs) else None


def recount(case: Case, clock: Clock) -> None:
    """Deadline and next check after the limit, the start or the pauses changed."""
    clock.deadline = at_share(clock, 1.0) or clock.deadline
    plan_check(clock, case.district)
    case.deadline = clock.deadline


def new(case: Case, state: State, at: datetime) -> Clock:
    """A clock for this state, unsaved; the case shows its deadline."""
    limit = stage_limit(case, state.clock)
    clock = Clock(
        case=case, stage=state.clock, unit_id=case.unit_id if state.unit else None, started_at=at,
        amount=limit.amount, amount_unit=limit.unit, deadline=due(at, limit),
    )  # fmt: skip
    plan_check(clock, case.district)
    case.deadline = clock.deadline
    if state.clock == HANDLE and case.promised is None:
        case.promised = clock.deadline
    return clock


def running(case: Case) -> Clock | None:
    return Clock.objects.filter(case=case, stopped_at=None).first()


def stop(clock: Clock, at: datetime) -> None:
    clock.stopped_at, clock.next_check = at, None
    clock.overdue = at > clock.deadline


def pause(case: Case, clock: Clock, at: datetime, until: datetime | None, reason: str) -> None:
    clock.pauses = [*clock.pauses, [at.isoformat(), until.isoformat() if until else None, reason]]
    recount(case, clock)


def unpause(case: Case, clock: Clock, at: datetime) -> None:
    """End the last pause now, be it open or planned to last longer."""
    begin, end, reason = clock.pauses[-1]
    if end is None or datetime.fromisoformat(end) > at:
        clock.pauses = [*clock.pauses[:-1], [begin, at.isoformat(), reason]]
    recount(case, clock)


def extend(case: Case, clock: Clock, amount: float, at: datetime) -> None:
    """More time; of the ladder only what lies behind under the new limit stays told."""
    clock.amount += amount
    times = (at_share(clock, rung["at"]) for rung in ladder(clock.unit_id, case.district))
    clock.told = sum(1 for when in times if when and when <= at)
    recount(case, clock)


def turn(case: Case, step: Step, old: State, state: State, at: datetime) -> Clock | None:
    """Stop, keep, resume or start clocks as a case comes to `state`; returns the one that runs now."""
    clock = running(case)
    if clock and clock.stage == state.clock:
        if old.paused and not state.paused:
            unpause(case, clock, at)
            clock.save()
        return clock
    if clock:
        stop(clock, at)
        clock.save()
    case.deadline = None
    if not state.clock:
        return None
    clock = (_resumed(case, state, at) if step.resumes else None) or new(case, state, at)
    clock.save()
    return clock


def _resumed(case: Case, state: State, at: datetime) -> Clock | None:
    """The unit's own last clock of this stage, going on: the time while it stood is a pause."""
    clock = Clock.objects.filter(case=case, stage=state.clock, unit=case.unit_id).order_by("-id").first()
    if clock is None or clock.stopped_at is None:
        return None
    since, clock.stopped_at, clock.overdue = clock.stopped_at, None, False
    pause(case, clock, since, at, "rework")
    return clock
