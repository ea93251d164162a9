"""催办与升级: who is told when a share of a limit has run, from the rule rows `cases.escalation` by the unit's tier."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiedao.cases import clocks, kinds, log, notices, oversight
from jiedao.cases.models import Case, Clock
from jiedao.cases.moves import lock

AT_ONCE = 500


def escalate_due(now: datetime | None = None, most: int = AT_ONCE) -> int:
    """Tell everybody whose turn it is by now; returns how many clocks climbed. Each rung is told once: the rung and
    its messages are one transaction, and running again, or twice at once, tells nothing anew."""
    at = now or timezone.now()
    due = Clock.objects.filter(stopped_at=None, next_check__lte=at).order_by("next_check")
    return sum(_climb(pk, case_id, at) for pk, case_id in due.values_list("pk", "case_id")[:most])


def _climb(clock_id: int, case_id: int, at: datetime) -> bool:
    """The case is locked first, as steps do, so that the two never wait for each other."""
    with transaction.atomic():
        case = lock(case_id)
        clock = Clock.objects.filter(pk=clock_id, stopped_at=None, next_check__lte=at).first()
        if clock is None:
            return False
        rungs = clocks.ladder(clock.unit_id, case.district)
        due = [rung for rung in rungs[clock.told :] if (when := clocks.at_share(clock, rung["at"])) and when <= at]
        clock.told += len(due)
        clocks.plan_check(clock, case.district)
        clock.save(update_fields=["told", "next_check"])
        if due:
            _tell(case, clock, due[-1], at)
        return bool(due)


def _tell(case: Case, clock: Clock, rung: dict[str, Any], at: datetime) -> None:
    """After a standstill only the highest rung reached is told."""
    data = {"share": rung["at"], "stage": clock.stage, "told": rung["tell"]}
    log.append(case, "escalate", at, label="系统", data=data, public=False)
    template = "due_soon" if rung["at"] < 1 else "overdue"
    for whom in rung["tell"]:
        _tell_one(case, clock, whom, template)
    if rung.get("supervise") and not case.supervised:
        stage = kinds.get(case.kind).flow.clocks[clock.stage]
        oversight.mark_supervised(case, rung["supervise"], None, f"{stage.zh}超时", at)
    case.save(update_fields=["supervised", "version", "head"])


def _tell_one(case: Case, clock: Clock, whom: str, template: str) -> None:
    if whom.startswith("role:"):
        notices.tell_role(whom.removeprefix("role:"), template, case=case)
        return
    unit = clock.unit
    if unit and whom == "parent":
        unit = unit.parent
    if unit:
        notices.tell(template, unit=unit, case=case)
