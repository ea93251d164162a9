"""The ladder: who is told when, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jiedao.cases import log
from jiedao.cases.escalation import escalate_due
from jiedao.cases.models import Case, Clock, Notice
from tests.cases.factories import MONDAY, TO_HANDLING, Staff, file_one, make_unit, make_user, take, walk


@pytest.fixture
def case(staff: Staff) -> Case:
    """Handled from 9:00 with 4 working hours: 80 % at 12:12→14:42, due 15:30, twice at 10:00 the next day."""
    return walk(file_one(), staff, *TO_HANDLING, at=MONDAY)


AT_80 = MONDAY.replace(hour=14, minute=42)
DUE = MONDAY.replace(hour=15, minute=30)
TWICE = MONDAY + timedelta(days=1, hours=1)


def told(template: str) -> set:
    return {notice.user for notice in Notice.objects.filter(template=template)}


def test_the_rungs_one_after_the_other(staff, case):
    assert escalate_due(AT_80 - timedelta(seconds=1)) == 0
    assert escalate_due(AT_80) == 1
    assert told("due_soon") == {staff.department}
    assert escalate_due(AT_80) == 0, "once"
    assert escalate_due(DUE) == 1
    assert told("overdue") == {staff.department, staff.leader}
    assert Case.objects.get(pk=case.pk).supervised == ""
    supervisor = make_user("supervisor")
    assert escalate_due(TWICE) == 1
    assert supervisor in told("overdue")
    case.refresh_from_db()
    assert case.supervised == "timeout"
    assert Clock.objects.get(case=case, stopped_at=None).next_check is None
    assert escalate_due(TWICE + timedelta(days=30)) == 0
    assert log.verify(case) == []


def test_after_a_standstill_only_the_highest_rung_is_told(staff, case):
    assert escalate_due(TWICE + timedelta(days=3)) == 1
    assert told("due_soon") == set()
    assert case.entries.filter(step="escalate").count() == 1


def test_a_parent_unit_hears_of_overtime(staff):
    parent = make_unit("bureau")
    chief = make_user("department", unit=parent)
    staff.unit.parent = parent
    staff.unit.save()
    walk(file_one(), staff, *TO_HANDLING, at=MONDAY)
    escalate_due(DUE)
    assert chief in told("overdue")


def test_a_desk_clock_tells_the_shift_leader_of_that_place(staff):
    elsewhere = make_user("shift_leader", area="430203")
    file_one()
    assert escalate_due(MONDAY + timedelta(minutes=24)) == 1
    assert told("due_soon") == {staff.leader}
    assert elsewhere not in told("due_soon")


def test_teams_have_a_ladder_of_their_own(staff):
    staff.unit.tier = "team"
    staff.unit.save()
    walk(file_one(), staff, *TO_HANDLING, at=MONDAY)
    escalate_due(DUE)
    assert staff.leader not in told("overdue"), "a team's overtime goes to its parent first"


def test_a_stopped_clock_tells_nobody(staff, case):
    walk(case, staff, "hand_back", "confirm", at=MONDAY)
    Clock.objects.filter(stopped_at=None).delete()
    assert escalate_due(TWICE) == 0


def test_an_extension_starts_the_ladder_again(staff, case):
    from jiedao.cases import actions

    escalate_due(AT_80)
    asked = actions.do_ask_adjustment(case, "extension", staff.department, reason="缺配件", now=AT_80)
    actions.do_decide_adjustment(asked, staff.dispatcher, approve=True, now=AT_80)
    assert escalate_due(DUE) == 0
    assert escalate_due(TWICE - timedelta(minutes=1)) == 1, "80 % of eight hours"
    case.refresh_from_db()
    assert take(case, "hand_back", staff).state == "handled"


def test_the_handlers_page_is_not_made_stale(staff, case):
    escalate_due(DUE)
    assert take(case, "hand_back", staff).state == "handled"
