"""Cases with a past: walked through their flow in memory, stored in bulk. For importing an old system, and the demo.

The result is what the live functions would have written: the log verifies, the clocks ran, the state follows from the
log. Permissions are not asked (the past has happened) and nobody is told anything.
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
from jiedao.cases.batch import REPORTER, take_ids
from jiedao.cases.kinds import Limit
from jiedao.cases.models import Case, Clock, Entry, Feedback, Report
from jiedao.cases.reporters import LABEL
from jiedao.city import h3cells
from jiedao.city.locate import Located

BATCH = 1000
__all__ = ["Past", "begin", "store", "take_ids"]


@dataclass
class Past:
    """One case: `begin` it, go on with `step`, then give many to `store`."""

    case: Case
    entries: list[Entry] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)

    @property
    def running(self) -> Clock | None:
        return next((clock for clock in reversed(self.clocks) if clock.stopped_at is None), None)

    def step(self, code: str, at: datetime, actor: Any = None, *, note: str = "", **columns: Any) -> None:
        """Take a step of the flow; `columns` are set by attribute name (unit_id, handler_id). Raises Conflict."""
        case, flow = self.case, kinds.get(self.case.kind).flow
        step = flow.step(code, case.state, case.arrived)
        old, target = flow.state(case.state), flow.state(step.target)
        columns |= {f"{name}_id": None for name in step.clears}
        if step.counts:
            columns[step.counts] = getattr(case, step.counts) + 1
        for name, value in columns.items():
            setattr(case, name, value)
        label = LABEL if actor is None else ""
        data = {"set": columns} if columns else {}
        self.entries.append(
            log.line(
                case, code, at, target=target.code, actor=actor, label=label, note=note, data=data, public=step.public
            )
        )
        self._turn(step.resumes, target, at)
        if target.final != old.final:
            case.closed_at = at if target.final else None

    def _turn(self, resumes: bool, target: Any, at: datetime) -> None:
        clock = self.running
        if clock and clock.stage == target.clock:
            return
        if clock:
            clocks.stop(clock, at)
        self.case.deadline = None
        if not target.clock:
            return
        own = [c for c in self.clocks if c.stage == target.clock and c.unit_id == self.case.unit_id] if resumes else []
        if own:
            since, own[-1].stopped_at, own[-1].overdue = own[-1].stopped_at, None, False
            clocks.pause(self.case, own[-1], since, at, "rework")
        else:
            self.clocks.append(clocks.new(self.case, target, at))

    def report(self, at: datetime, channel: str, *, text: str, person_id: int | None = None, by: Any = None) -> None:
        """Somebody tells of it; from the second time on the case counts one more reporter."""
        case = self.case
        if self.reports:
            case.reports_count += 1
            columns = {"reports_count": case.reports_count}
            label = "" if by else REPORTER
            data = {"set": columns, "channel": channel}
            self.entries.append(log.line(case, "report", at, actor=by, label=label, data=data))
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
        self.entries.append(log.line(case, "rate", at, label=LABEL, note=text, data={"stars": stars}))
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
    """Write everything; the reports get their ids before the ratings that need them."""
    Case.objects.bulk_create([past.case for past in pasts], BATCH)
    Entry.objects.bulk_create([entry for past in pasts for entry in past.entries], BATCH)
    Clock.objects.bulk_create([clock for past in pasts for clock in past.clocks], BATCH)
    Report.objects.bulk_create([report for past in pasts for report in past.reports], BATCH)
    Feedback.objects.bulk_create([one for past in pasts for one in past.feedback], BATCH)
