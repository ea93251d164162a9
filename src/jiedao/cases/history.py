"""Cases with a past: walked through their flow in memory, stored in bulk. For importing an old system, and the demo.

The result is what the live functions would have written: the log verifies, the clocks ran and climbed their ladders,
the state follows from the log. Permissions are not asked (the past has happened) and nobody is told anything.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiedao.cases import clocks, kinds, log
from jiedao.cases.adjustments import APPEAL, APPROVED, ASKED, EXTENSION, FORWARDED, REFUSED, SUSPENSION
from jiedao.cases.batch import REPORTER, take_ids
from jiedao.cases.flow import BACK, Flow, State, Step
from jiedao.cases.kinds import Limit
from jiedao.cases.models import Adjustment, Case, Clock, Entry, Feedback, Report
from jiedao.cases.reporters import LABEL
from jiedao.city import bulk, h3cells
from jiedao.city.locate import Located

BATCH = 1000
SYSTEM = "系统"
__all__ = ["APPEAL", "EXTENSION", "SUSPENSION", "Past", "begin", "store", "take_ids"]


@dataclass
class Past:
    """One case: `begin` it, go on with `step`, then give many to `store`."""

    case: Case
    entries: list[Entry] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)

    @property
    def running(self) -> Clock | None:
        return next((clock for clock in reversed(self.clocks) if clock.stopped_at is None), None)

    @property
    def flow(self) -> Flow:
        return kinds.get(self.case.kind).flow

    def line(self, step: str, at: datetime, **more: Any) -> None:
        """A line of the log, after those of the reminders that were due before it."""
        self.climb(at)
        self.entries.append(log.line(self.case, step, at, **more))

    def step(self, code: str, at: datetime, actor: Any = None, *, note: str = "", **more: Any) -> None:
        """Take a step of the flow; `more` are columns that it sets, by attribute name (unit_id, handler_id), and
        `data` and `label` of its line. Raises Conflict."""
        self.climb(at)
        case, flow = self.case, self.flow
        step = flow.step(code, case.state, case.arrived)
        data, label = more.pop("data", {}), more.pop("label", "" if actor else LABEL)
        old, target = flow.state(case.state), flow.state(self._target(step))
        columns = more | {f"{name}_id": None for name in step.clears}
        if step.counts:
            columns[step.counts] = getattr(case, step.counts) + 1
        for name, value in columns.items():
            setattr(case, name, value)
        data |= {"set": columns} if columns else {}
        self.line(code, at, target=target.code, actor=actor, label=label, note=note, data=data, public=step.public)
        self._turn(step, old, target, at)
        if target.final != old.final:
            case.closed_at = at if target.final else None

    def _target(self, step: Step) -> str:
        if step.target != BACK:
            return step.target
        came = (e.source for e in reversed(self.entries) if e.target == self.case.state != e.source)
        return next(came, self.flow.start)

    def _turn(self, step: Step, old: State, target: State, at: datetime) -> None:
        clock = self.running
        if clock and clock.stage == target.clock:
            if old.paused and not target.paused:
                clocks.unpause(self.case, clock, at)
            return
        if clock:
            clocks.stop(clock, at)
        self.case.deadline = None
        if not target.clock:
            return
        unit = self.case.unit_id
        own = [c for c in self.clocks if c.stage == target.clock and c.unit_id == unit] if step.resumes else []
        if own:
            since, own[-1].stopped_at, own[-1].overdue = own[-1].stopped_at, None, False
            clocks.pause(self.case, own[-1], since, at, "rework")
        else:
            self.clocks.append(clocks.new(self.case, target, at))

    def climb(self, at: datetime) -> None:
        """Write the reminders of the running clock that were due by `at`, each at its time."""
        case, clock = self.case, self.running
        while clock and clock.next_check and clock.next_check <= at:
            when, rung = clock.next_check, clocks.ladder(clock.unit_id, case.district)[clock.told]
            clock.told += 1
            clocks.plan_check(clock, case.district)
            data = {"share": rung["at"], "stage": clock.stage, "told": rung["tell"]}
            self.entries.append(log.line(case, "escalate", when, label=SYSTEM, data=data, public=False))
            if rung.get("supervise") and not case.supervised:
                self.supervise(rung["supervise"], when, note=f"{self.flow.clocks[clock.stage].zh}超时")

    def supervise(self, why: str, at: datetime, actor: Any = None, note: str = "") -> None:
        """督办, by the system where there is no actor."""
        self.case.supervised = why
        label, data = "" if actor else SYSTEM, {"set": {"supervised": why}}
        self.entries.append(
            log.line(self.case, "supervise", at, actor=actor, label=label, note=note, data=data, public=False)
        )

    def merge(self, into: Past, at: datetime, actor: Any) -> None:
        """End as a duplicate of a case that goes on."""
        other = into.case
        other.reports_count += self.case.reports_count
        other.promised = min(filter(None, (other.promised, self.case.promised)), default=None)
        into.line(
            "absorb", at, actor=actor, data={"case": self.case.code, "set": {"reports_count": other.reports_count}}
        )
        self.step("merge", at, actor, merged_into_id=other.pk, data={"into": other.code})

    def ask(
        self, pk: int, kind: str, at: datetime, actor: Any, reason: str, *, until: datetime | None = None,
        forwarded: bool = True,
    ) -> Adjustment:  # fmt: skip
        """Ask for more time, or appeal (`pk` from `take_ids`). `forwarded`: who asks holds the first level, too."""
        clock = self.running
        if kind == APPEAL:
            clock = next(c for c in reversed(self.clocks) if c.stage == clocks.HANDLE and c.overdue)
        by = actor if forwarded else None
        state = FORWARDED if forwarded else ASKED
        made = Adjustment(
            pk=pk, case=self.case, clock=clock, kind=kind, reason=reason, until=until, asked_by=actor, asked_at=at,
            state=state, forwarded_by=by,
        )  # fmt: skip
        self.adjustments.append(made)
        data = {"kind": kind, "adjustment": pk} | ({"until": until.isoformat()} if until else {})
        self.line("ask_adjustment", at, actor=actor, note=reason, data=data, public=False)
        return made

    def forward(self, asked: Adjustment, at: datetime, actor: Any) -> None:
        """The first level agrees."""
        asked.state, asked.forwarded_by = FORWARDED, actor
        data = {"kind": asked.kind, "adjustment": asked.pk}
        self.line("forward_adjustment", at, actor=actor, data=data, public=False)

    def decide(self, asked: Adjustment, at: datetime, actor: Any, *, approve: bool, opinion: str = "") -> None:
        """The last level grants or refuses."""
        self.climb(at)
        asked.state, asked.opinion = APPROVED if approve else REFUSED, opinion
        asked.decided_by, asked.decided_at = actor, at
        if not approve:
            data = {"kind": asked.kind, "adjustment": asked.pk}
            self.line("refuse_adjustment", at, actor=actor, note=opinion, data=data, public=False)
        elif asked.kind == EXTENSION:
            self._extend(asked, at, actor)
        elif asked.kind == APPEAL:
            asked.clock.exempt = True
            self.line("exempt", at, actor=actor, note=asked.reason, data={"adjustment": asked.pk}, public=False)
        else:
            clocks.pause(self.case, asked.clock, at, asked.until, SUSPENSION)
            self._promise(asked.clock)
            data = {"until": asked.until.isoformat(), "adjustment": asked.pk}
            self.step("suspend", at, actor, note=asked.reason, data=data)

    def _extend(self, asked: Adjustment, at: datetime, actor: Any) -> None:
        case, clock = self.case, asked.clock
        limit = clocks.stage_limit(case, clocks.HANDLE)
        clocks.extend(case, clock, limit.amount, at)
        self._promise(clock)
        data = {"amount": limit.amount, "unit": limit.unit, "deadline": clock.deadline.isoformat()}
        self.line("extend", at, actor=actor, note=asked.reason, data=data | {"adjustment": asked.pk})

    def _promise(self, clock: Clock) -> None:
        self.case.promised = max(filter(None, (self.case.promised, clock.deadline)))

    def report(self, at: datetime, channel: str, *, text: str, person_id: int | None = None, by: Any = None) -> None:
        """Somebody tells of it; from the second time on the case counts one more reporter."""
        case = self.case
        if self.reports:
            case.reports_count += 1
            data = {"set": {"reports_count": case.reports_count}, "channel": channel}
            self.line("report", at, actor=by, label="" if by else REPORTER, data=data)
        self.reports.append(
            Report(
                case=case, person_id=person_id, token=secrets.token_urlsafe(16), channel=channel, text=text,
                lon=case.lon, lat=case.lat, by=by, at=at,
            )
        )  # fmt: skip

    def rate(self, at: datetime, stars: int, text: str = "") -> None:
        """The first reporter's rating."""
        case = self.case
        case.rating = stars
        self.line("rate", at, label=LABEL, data={"stars": stars}, public=False)
        self.feedback.append(Feedback(report=self.reports[0], case=case, stars=stars, text=text, at=at))


def begin(
    pk: int,
    kind: str,
    at: datetime,
    place: Located,
    lon: float,
    lat: float,
    *,
    channel: str,
    text: str,
    limit: Limit,
    unit_id: int | None,
    by: Any = None,
    person_id: int | None = None,
    **columns: Any,
) -> Past:
    """A case that was just reported. `pk` comes from `take_ids(Case, n)` in the transaction that stores it.

    `unit_id` is the unit that triage proposes; `columns` are more of the case's (category, condition, title, address…).
    """
    flow = kinds.get(kind).flow
    first = flow.state(flow.start)
    case = Case(
        id=pk, code=f"{place.district:0<6.6}{timezone.localtime(at):%y%m}{pk:09d}", kind=kind, text=text, lon=lon,
        lat=lat, h3=h3cells.cell(lon, lat), district=place.district, subdistrict=place.subdistrict,
        community=place.community, cell=place.cell, state="", version=0, channel=channel, limit_amount=limit.amount,
        limit_unit=limit.unit, opened_at=at, **columns,
    )  # fmt: skip
    case.triage = {"category": case.category, "condition": case.condition, "unit": unit_id, "confidence": 1, "why": []}
    case.promised = clocks.promise(case, flow.promise, at)
    past = Past(case)
    known = {"category": case.category, "condition": case.condition, "reports_count": 1, "unit_id": None}
    data = {"set": known, "channel": channel}
    label = "" if by else REPORTER
    past.entries.append(log.line(case, "report", at, target=first.code, actor=by, label=label, data=data))
    if first.clock:
        past.clocks.append(clocks.new(case, first, at))
    past.report(at, channel, text=text, person_id=person_id, by=by)
    return past


@transaction.atomic
def store(pasts: Sequence[Past]) -> None:
    """Write everything; rows that point at others come after them."""
    bulk.insert(Case, (past.case for past in pasts), with_keys=True)
    bulk.insert(Entry, (entry for past in pasts for entry in past.entries))
    Clock.objects.bulk_create([clock for past in pasts for clock in past.clocks], BATCH)
    Report.objects.bulk_create([report for past in pasts for report in past.reports], BATCH)
    Feedback.objects.bulk_create([one for past in pasts for one in past.feedback], BATCH)
    Adjustment.objects.bulk_create([one for past in pasts for one in past.adjustments], BATCH)
