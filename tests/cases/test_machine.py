"""Any legal course of a case: the log replays to its state, the chain holds, and the clocks agree with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiedao.cases import actions, clocks, intake, log
from jiedao.cases.flows import STANDARD
from jiedao.cases.models import Adjustment, Case
from jiedao.errors import Conflict, Invalid
from tests.cases.factories import MONDAY, Staff, a_report, file_one, take

KINDS = ["step"] * 6 + ["join", "adjust", "odd"]
MOVES = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(1, 1800), st.sampled_from(KINDS)), min_size=1, max_size=20
)


class Course:
    """One case and the moves made on it; time only goes on."""

    def __init__(self, staff: Staff, lon: float) -> None:
        self.staff, self.now, self.lon = staff, MONDAY, lon
        self.case = file_one(MONDAY, lon=lon)

    def step(self, pick: int) -> None:
        """A legal step, or the reporter's reopening where nothing else is left."""
        may = [
            s
            for s in STANDARD.leaving(self.case.state)
            if s.permission[0] != "@" and "into" not in s.needs and self.case.arrived not in s.unless_after
        ]
        if may:
            step = may[pick % len(may)]
            self.case = take(self.case, step.code, self.staff, self.now)
        elif self.case.state == "closed":
            try:
                self.case = actions.do_reopen(self.case.reports.first(), "还在", self.now)
            except Conflict as refusal:
                assert refusal.code in ("reopened_already", "too_late")

    def join(self, pick: int) -> None:
        filed = intake.do_file([a_report(lon=self.lon)], self.now)[0]
        if filed.case_id != self.case.pk:
            assert self.case.closed_at or self.now > self.case.opened_at + timedelta(days=30)
            Case.objects.filter(pk=filed.case_id).update(closed_at=self.now)

    def adjust(self, pick: int) -> None:
        """Ask, and decide whatever waits; a refusal must be one of the rules'."""
        waiting = Adjustment.objects.filter(case=self.case, state="forwarded").first()
        department, dispatcher = self.staff.department, self.staff.dispatcher
        try:
            if waiting:
                actions.do_decide_adjustment(waiting, dispatcher, approve=pick % 3 > 0, opinion="看过", now=self.now)
            elif self.case.unit_id:
                kind = "suspension" if pick % 2 else "extension"
                until = self.now + timedelta(days=1 + pick % 300)
                actions.do_ask_adjustment(self.case, kind, department, reason="缺配件", until=until, now=self.now)
        except Conflict as refusal:
            assert refusal.code in ("adjustment_not_possible", "step_not_possible")

    def odd(self, pick: int) -> None:
        """Any step at all: either it is legal, or it is refused and nothing changes."""
        step = STANDARD.steps[pick % len(STANDARD.steps)]
        before = self.case.version
        if step.permission[0] == "@":
            return
        try:
            self.case = take(self.case, step.code, self.staff, self.now)
        except (Conflict, Invalid):
            self.case.refresh_from_db()
            assert self.case.version == before

    def holds(self) -> None:
        self.case = Case.objects.get(pk=self.case.pk)
        assert log.verify(self.case) == []
        state, clock = STANDARD.state(self.case.state), clocks.running(self.case)
        assert (clock.stage if clock else "") == state.clock
        assert self.case.deadline == (clock.deadline if clock else None)
        assert state.final == (self.case.closed_at is not None)
        if clock and state.unit:
            assert clock.unit_id == self.case.unit_id
        for stopped in self.case.clocks.exclude(stopped_at=None):
            assert stopped.overdue == (stopped.stopped_at > stopped.deadline)
            assert stopped.next_check is None
            assert stopped.started_at <= stopped.stopped_at
        assert self.case.reports_count == self.case.reports.count()
        assert Adjustment.objects.filter(case=self.case, kind="extension", state="approved").count() <= 2
        assert Adjustment.objects.filter(case=self.case, kind="suspension", state="approved").count() <= 1


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(moves=MOVES, place=st.integers(-400, 400))
def test_any_course_of_a_case(staff, moves, place):
    Case.objects.filter(closed_at=None).update(closed_at=MONDAY)  # of the example before
    course = Course(staff, 113.15 + place * 0.00002)
    for pick, minutes, what in moves:
        course.now += timedelta(minutes=minutes)
        getattr(course, what)(pick)
        course.holds()
