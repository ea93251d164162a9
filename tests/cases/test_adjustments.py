"""延期、挂账、申诉 as facts 5.A.4 has them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jiedao.cases import actions, clocks, log
from jiedao.cases.adjustments import resume_due
from jiedao.cases.models import Adjustment, Case, Notice
from jiedao.errors import Conflict, Forbidden, Invalid
from tests.cases.factories import MONDAY, TO_CLOSING, TO_HANDLING, Staff, file_one, make_user, take, walk

HOUR = timedelta(hours=1)


@pytest.fixture
def case(staff: Staff) -> Case:
    """4 working hours from 9:00: due 15:30."""
    return walk(file_one(), staff, *TO_HANDLING, at=MONDAY)


def granted(case: Case, kind: str, staff: Staff, at=MONDAY + HOUR, **more) -> Case:
    asked = actions.do_ask_adjustment(case, kind, staff.department, reason="缺配件", now=at, **more)
    actions.do_decide_adjustment(asked, staff.dispatcher, approve=True, now=at)
    return Case.objects.get(pk=case.pk)


def test_an_extension_adds_one_original_limit(staff, case):
    case = granted(case, "extension", staff)
    assert case.deadline == MONDAY + timedelta(days=1, hours=1), "15:30; 2.5 h until 18:00, 1.5 h from 8:30"
    clock = clocks.running(case)
    assert (clock.amount, clock.deadline, case.promised) == (8, case.deadline, case.deadline)
    case = granted(case, "extension", staff)
    assert clocks.running(case).amount == 12
    assert log.verify(case) == []


def test_no_more_than_two_and_refused_ones_do_not_count(staff, case):
    for approve in (False, True, False, True):
        asked = actions.do_ask_adjustment(case, "extension", staff.department, reason="缺配件", now=MONDAY)
        actions.do_decide_adjustment(asked, staff.dispatcher, approve=approve, opinion="看过", now=MONDAY)
    with pytest.raises(Conflict) as refusal:
        actions.do_ask_adjustment(case, "extension", staff.department, reason="还要", now=MONDAY)
    assert "2" in refusal.value.text.zh


def test_an_extension_is_asked_for_before_it_is_overdue(staff, case):
    with pytest.raises(Conflict):
        actions.do_ask_adjustment(case, "extension", staff.department, reason="晚了", now=case.deadline + HOUR)
    actions.do_ask_adjustment(case, "extension", staff.department, reason="准时", now=case.deadline)


def test_two_levels_by_two_people(staff, case):
    asked = actions.do_ask_adjustment(case, "extension", staff.handler, reason="缺配件", now=MONDAY)
    assert asked.state == "asked"
    with pytest.raises(Forbidden):
        actions.do_decide_adjustment(asked, staff.dispatcher, approve=True)
    asked = actions.do_decide_adjustment(asked, staff.department, approve=True, now=MONDAY)
    assert (asked.state, asked.forwarded_by) == ("forwarded", staff.department)
    assert clocks.running(case).amount == 4, "not yet"
    both = make_user("dispatcher", "department", unit=staff.unit)
    asked = actions.do_decide_adjustment(asked, both, approve=True, now=MONDAY)
    assert (asked.state, clocks.running(case).amount) == ("approved", 8)


def test_nobody_decides_on_their_own_request(staff, case):
    both = make_user("dispatcher", "department", unit=staff.unit)
    asked = actions.do_ask_adjustment(case, "extension", both, reason="缺配件", now=MONDAY)
    assert asked.state == "forwarded"
    with pytest.raises(Forbidden):
        actions.do_decide_adjustment(asked, both, approve=True)


def test_a_refusal_has_a_reason_and_ends_it(staff, case):
    asked = actions.do_ask_adjustment(case, "extension", staff.department, reason="缺配件", now=MONDAY)
    with pytest.raises(Invalid):
        actions.do_decide_adjustment(asked, staff.dispatcher, approve=False)
    actions.do_decide_adjustment(asked, staff.dispatcher, approve=False, opinion="不必", now=MONDAY)
    with pytest.raises(Conflict):
        actions.do_decide_adjustment(asked, staff.dispatcher, approve=True)
    assert Notice.objects.filter(user=staff.department, template="adjustment_decided").exists()


def test_one_request_at_a_time(staff, case):
    actions.do_ask_adjustment(case, "extension", staff.department, reason="缺配件", now=MONDAY)
    with pytest.raises(Conflict):
        actions.do_ask_adjustment(case, "suspension", staff.department, reason="x", until=MONDAY + HOUR, now=MONDAY)


def test_only_the_unit_that_handles_asks(staff, case):
    for user in (staff.stranger, staff.acceptor, staff.dispatcher):
        with pytest.raises(Forbidden):
            actions.do_ask_adjustment(case, "extension", user, reason="x", now=MONDAY)
    with pytest.raises(Invalid):
        actions.do_ask_adjustment(case, "holiday", staff.department, reason="x")
    with pytest.raises(Invalid):
        actions.do_ask_adjustment(case, "extension", staff.department, reason=" ", now=MONDAY)


def test_an_extension_granted_too_late_is_refused(staff, case):
    asked = actions.do_ask_adjustment(case, "extension", staff.department, reason="缺配件", now=MONDAY)
    walk(case, staff, "hand_back", "confirm", at=MONDAY)
    with pytest.raises(Conflict):
        actions.do_decide_adjustment(asked, staff.dispatcher, approve=True)
    asked.refresh_from_db()
    assert asked.state == "forwarded", "nothing half done"


# suspension


def test_a_suspension_stops_the_clock_until_its_day_and_ends_by_itself(staff, case):
    until = MONDAY + timedelta(days=7, hours=1)
    case = granted(case, "suspension", staff, until=until)
    assert (case.state, case.deadline) == ("suspended", until + timedelta(hours=5.5)), "3 h left, over the noon break"
    assert case.promised == case.deadline
    assert resume_due(until - HOUR) == 0
    assert resume_due(until + timedelta(minutes=5)) == 1
    assert resume_due(until + timedelta(minutes=5)) == 0
    case.refresh_from_db()
    assert (case.state, case.handler_id) == ("handling", staff.handler.pk)
    assert case.deadline == until + timedelta(hours=5.5)
    assert log.verify(case) == []


def test_resumed_early_the_clock_goes_on_at_once(staff, case):
    case = granted(case, "suspension", staff, until=MONDAY + timedelta(days=30))
    case = take(case, "resume", staff, MONDAY + timedelta(days=1, hours=1))
    assert case.state == "handling"
    assert case.deadline == MONDAY + timedelta(days=1, hours=6.5), "10:00 the next day, 3 h left"
    with pytest.raises(Conflict):
        actions.do_ask_adjustment(
            case, "suspension", staff.department, reason="再来", until=MONDAY + timedelta(days=9), now=MONDAY
        )


@pytest.mark.parametrize("days", [0, -1, 366, None])
def test_a_suspension_ends_within_a_year(staff, case, days):
    until = None if days is None else MONDAY + timedelta(days=days)
    with pytest.raises(Invalid) as refusal:
        actions.do_ask_adjustment(case, "suspension", staff.department, reason="x", until=until, now=MONDAY)
    assert refusal.value.field == "until"


def test_a_naive_or_garbled_day_is_refused(staff, case):
    for until in (MONDAY.replace(tzinfo=None) + timedelta(days=3), "2026-07-01", 5):
        with pytest.raises(Invalid):
            actions.do_ask_adjustment(case, "suspension", staff.department, reason="x", until=until, now=MONDAY)


# appeal


def overdue(case: Case, staff: Staff) -> Case:
    return walk(case, staff, *TO_CLOSING, "close", at=MONDAY + timedelta(days=2))


def test_an_appeal_exempts_and_keeps_the_overtime_to_be_seen(staff, case):
    case = overdue(case, staff)
    asked = actions.do_appeal(case, staff.department, reason="停水三天")
    actions.do_decide_adjustment(asked, staff.dispatcher, approve=True)
    with pytest.raises(Forbidden):
        actions.do_decide_adjustment(asked, staff.dispatcher, approve=True)
    actions.do_decide_adjustment(asked, staff.acceptor, approve=True)
    clock = case.clocks.get(stage="handle")
    assert (clock.overdue, clock.exempt) == (True, True)
    case.refresh_from_db()
    assert (case.state, log.verify(case)) == ("closed", [])
    with pytest.raises(Conflict):
        actions.do_appeal(case, staff.department, reason="再来")


def test_an_appeal_needs_an_end_overtime_and_the_department(staff, case):
    with pytest.raises(Conflict):
        actions.do_appeal(case, staff.department, reason="x")
    done = walk(case, staff, *TO_CLOSING, "close", at=MONDAY)
    with pytest.raises(Conflict):
        actions.do_appeal(done, staff.department, reason="x")
    late = overdue(walk(file_one(lon=113.16), staff, *TO_HANDLING, at=MONDAY), staff)
    with pytest.raises(Forbidden):
        actions.do_appeal(late, staff.handler, reason="x")


def test_the_next_level_is_told(staff, case):
    actions.do_ask_adjustment(case, "extension", staff.handler, reason="缺配件", now=MONDAY)
    assert Notice.objects.filter(template="adjustment_asked", user=staff.department).count() == 1
    actions.do_decide_adjustment(Adjustment.objects.get(), staff.department, approve=True, now=MONDAY)
    assert Notice.objects.filter(template="adjustment_asked", user=staff.dispatcher).count() == 1
