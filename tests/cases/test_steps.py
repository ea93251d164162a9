"""Steps: who may, what they need, what a stale page is told, and the return rules of facts 5.A.5."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jiedao.cases import actions, clocks, log, queries
from jiedao.cases.flows import STANDARD
from jiedao.cases.models import Case, Clock
from jiedao.errors import Conflict, Forbidden, Invalid
from tests.cases.factories import (
    LON,
    MONDAY,
    TO_CLOSING,
    TO_HANDLING,
    a_report,
    file_one,
    make_unit,
    make_user,
    photo,
    take,
    walk,
)


def test_only_who_may_in_that_place_and_unit(staff):
    case = file_one()
    for user in (
        staff.handler,
        make_user(),
        make_user("acceptor", area="430203"),
        make_user("acceptor", kinds=("lamp",)),
    ):
        with pytest.raises(Forbidden):
            actions.do_step(case, "file", user, version=1)
    case = walk(case, staff, *TO_HANDLING)
    with pytest.raises(Forbidden):
        actions.do_step(case, "hand_back", staff.stranger, version=case.version, attachments=[photo(staff.stranger)])


def test_a_stale_page_is_told_who_and_when(staff):
    case = file_one()
    take(case, "file", staff, MONDAY)
    with pytest.raises(Conflict) as refusal:
        actions.do_step(case, "reject", staff.acceptor, version=case.version, note="不属实")
    assert refusal.value.code == "stale"
    assert staff.acceptor.label in refusal.value.text.zh
    assert "06月15日 09:00" in refusal.value.text.zh
    assert "已立案" in refusal.value.text.zh


def test_a_version_from_the_future_is_stale_too(staff):
    with pytest.raises(Conflict):
        actions.do_step(file_one(), "file", staff.acceptor, version=7)


@pytest.mark.parametrize(
    ("before", "step", "missing", "field"),
    [
        ((), "reject", {"note": " \u202e"}, "note"),
        (("file", "send"), "dispatch", {"unit": 10**6}, "unit"),
        (("file", "send", "dispatch"), "assign", {"handler": None}, "handler"),
        (TO_HANDLING, "hand_back", {"attachments": []}, "attachments"),
        (TO_HANDLING + TO_CLOSING, "close", {"condition_met": False}, "condition_met"),
    ],
)
def test_what_a_step_needs(staff, before, step, missing, field):
    case = walk(file_one(), staff, *before)
    with pytest.raises(Invalid) as refusal:
        take(case, step, staff, **missing)
    assert refusal.value.field == field
    assert Case.objects.get(pk=case.pk).version == case.version


def test_closing_names_the_condition_to_be_ticked(staff):
    case = walk(file_one(), staff, *TO_HANDLING, *TO_CLOSING)
    with pytest.raises(Invalid) as refusal:
        take(case, "close", staff, condition_met=False)
    assert "垃圾已清除" in refusal.value.text.zh
    assert take(case, "close", staff).entries.get(step="close").data["condition_met"] is True


def test_without_a_filing_rule_nothing_is_filed(staff):
    case = file_one(category="E99-99")
    with pytest.raises(Invalid) as refusal:
        take(case, "file", staff)
    assert refusal.value.field == "category"


def test_a_handler_must_be_one_of_the_unit(staff):
    case = walk(file_one(), staff, "file", "send", "dispatch")
    with pytest.raises(Invalid):
        take(case, "assign", staff, handler=staff.stranger)


def test_a_closed_unit_is_given_nothing(staff):
    case = walk(file_one(), staff, "file", "send")
    with pytest.raises(Invalid):
        take(case, "dispatch", staff, unit=make_unit("gone", active=False))


def test_somebody_elses_photo_is_not_evidence(staff):
    case = walk(file_one(), staff, *TO_HANDLING)
    with pytest.raises(Invalid):
        take(case, "hand_back", staff, attachments=[photo(staff.collector)])
    with pytest.raises(Invalid):
        take(case, "hand_back", staff, attachments=["../../etc/passwd"])


def test_steps_of_the_room_are_not_taken_by_hand(staff):
    case = walk(file_one(), staff, *TO_HANDLING)
    for step in ("suspend", "merge"):
        with pytest.raises(Conflict):
            actions.do_step(case, step, staff.leader, version=case.version, note="x")


def test_steps_offered_are_steps_that_work(staff):
    case = file_one()
    assert {s.code for s in queries.steps(staff.acceptor, case)} == {"ask_check", "file", "file_and_send", "reject"}
    assert queries.steps(staff.handler, case) == []
    case = walk(case, staff, *TO_HANDLING)
    assert {s.code for s in queries.steps(staff.handler, case)} == {"hand_back", "return_to_department"}
    assert {s.code for s in queries.steps(staff.department, case)} == {
        "hand_back",
        "return_to_department",
        "revoke",
    }


# return rules


@pytest.mark.parametrize("step", [s.code for s in STANDARD.steps if s.direction == "return"])
def test_every_return_needs_a_reason(step):
    assert "note" in STANDARD.by_step[step].needs


def test_after_a_department_return_the_dispatcher_may_not_forward_to_closing(staff):
    case = walk(file_one(), staff, "file", "send", "dispatch", "return_to_dispatcher")
    assert (case.state, case.unit_id, case.handler_id) == ("to_dispatch", None, None)
    with pytest.raises(Conflict) as refusal:
        take(case, "forward_to_close", staff)
    assert refusal.value.code == "returned"
    assert "forward_to_close" not in {s.code for s in queries.steps(staff.dispatcher, case)}
    case = walk(case, staff, "return_to_acceptor")
    assert case.state == "filed"


def test_without_a_return_the_dispatcher_may(staff):
    assert walk(file_one(), staff, "file", "send", "forward_to_close").state == "to_close"


@pytest.mark.parametrize("step", ["send", "settle"])
def test_after_a_dispatcher_return_the_acceptor_may_neither_dispatch_nor_close(staff, step):
    case = walk(file_one(), staff, "file", "send", "return_to_acceptor")
    with pytest.raises(Conflict):
        take(case, step, staff)
    case = walk(case, staff, "reconsider", "file", step)
    assert case.state in ("to_dispatch", "to_close")


def test_the_department_must_revoke_before_it_returns(staff):
    case = walk(file_one(), staff, *TO_HANDLING)
    with pytest.raises(Conflict):
        take(case, "return_to_dispatcher", staff)
    case = walk(case, staff, "revoke", "return_to_dispatcher")
    assert case.state == "to_dispatch"


def test_a_handler_returns_only_before_handing_back(staff):
    case = walk(file_one(), staff, *TO_HANDLING)
    back = walk(case, staff, "return_to_department")
    assert (back.state, back.handler_id) == ("to_handle", None)
    case = walk(back, staff, "assign", "hand_back")
    with pytest.raises(Conflict):
        take(case, "return_to_department", staff)
    assert walk(case, staff, "return_to_handler").state == "handling"


def test_rework_goes_to_the_same_department_with_everything_kept(staff):
    case = walk(file_one(), staff, *TO_HANDLING, "hand_back", "confirm", "request_check", "fail_check", at=MONDAY)
    assert (case.state, case.rework, case.unit_id, case.handler_id) == (
        "rework",
        1,
        staff.unit.pk,
        staff.handler.pk,
    )
    case = walk(case, staff, "redispatch", at=MONDAY)
    assert (case.state, case.unit_id) == ("to_handle", staff.unit.pk)
    assert case.attachments.count() == 2
    case = walk(case, staff, "assign", *TO_CLOSING, "send_back", at=MONDAY)
    assert case.rework == 2


def test_rework_goes_to_nobody_else(staff):
    case = walk(file_one(), staff, *TO_HANDLING, "hand_back", "confirm", "request_check", "fail_check")
    with pytest.raises(Invalid) as refusal:
        take(case, "redispatch", staff, unit=staff.other)
    assert refusal.value.field == "unit"
    assert take(case, "redispatch", staff, unit=None).unit_id == staff.unit.pk


def test_what_was_to_be_closed_unhandled_and_is_sent_back_goes_to_a_unit(staff):
    case = walk(file_one(), staff, "file", "settle", "send_back")
    assert case.unit_id is None
    assert take(case, "redispatch", staff).unit_id == staff.unit.pk


def test_rework_goes_on_with_the_departments_clock(staff):
    """4 working hours: 1 used, two hours at the desk do not count, 3 left."""
    case = walk(file_one(), staff, *TO_HANDLING, at=MONDAY)
    case = walk(case, staff, "hand_back", "confirm", "request_check", at=MONDAY + timedelta(hours=1))
    case = walk(case, staff, "fail_check", "redispatch", at=MONDAY + timedelta(hours=3))
    clock = clocks.running(case)
    assert case.clocks.filter(stage="handle").count() == 1
    assert clock.deadline == MONDAY.replace(hour=17, minute=30), "from 12:00: the noon break, then three hours"
    assert case.deadline == clock.deadline


def test_another_department_gets_a_clock_of_its_own(staff):
    case = walk(file_one(), staff, "file", "send", "dispatch", at=MONDAY)
    case = walk(case, staff, "return_to_dispatcher", at=MONDAY + timedelta(hours=2))
    case = take(case, "dispatch", staff, MONDAY + timedelta(hours=2), unit=staff.other)
    first, second = case.clocks.filter(stage="handle").order_by("id")
    assert (first.unit_id, first.stopped_at, second.unit_id) == (
        staff.unit.pk,
        MONDAY + timedelta(hours=2),
        staff.other.pk,
    )
    assert second.deadline == MONDAY.replace(hour=16, minute=30) + timedelta(hours=1)


def test_overdue_is_the_confirmed_hand_back_against_the_deadline(staff):
    case = walk(file_one(), staff, *TO_HANDLING, at=MONDAY)
    case = walk(case, staff, "hand_back", at=MONDAY.replace(hour=14, minute=50))
    case = walk(case, staff, "confirm", at=MONDAY.replace(hour=16))
    clock = case.clocks.get(stage="handle")
    assert clock.deadline == MONDAY.replace(hour=15, minute=30)
    assert clock.overdue


# merging, correcting, supervising


def test_merged_cases_share_the_earliest_clock_and_tell_the_reporter(staff):
    early = file_one(MONDAY)
    late = file_one(MONDAY + timedelta(minutes=10), lon=LON + 0.002)
    into = actions.do_merge(early, late, staff.acceptor, now=MONDAY + timedelta(minutes=15))
    assert into.pk == late.pk
    assert (into.reports_count, into.deadline) == (2, early.deadline)
    assert into.promised == early.promised
    early.refresh_from_db()
    assert (early.state, early.merged_into_id) == ("merged", late.pk)
    assert not Clock.objects.filter(case=early, stopped_at=None).exists()
    assert log.verify(early) == log.verify(into) == []
    with pytest.raises(Conflict):
        actions.do_merge(late, early, staff.acceptor)


def test_a_case_is_not_merged_into_itself_or_another_kind(staff):
    case = file_one()
    with pytest.raises(Invalid):
        actions.do_merge(case, case, staff.acceptor)
    lamp = file_one(kind="lamp", attributes={"pole": "1"})
    with pytest.raises(Invalid):
        actions.do_merge(case, lamp, staff.acceptor)


def test_a_correction_changes_class_limit_promise_and_place_and_says_what_it_was(staff):
    case = file_one()
    fixed = actions.do_correct(
        case, staff.acceptor, version=1, category="C01-01", condition="missing", lon=113.18, lat=27.83
    )
    assert (fixed.limit_amount, fixed.limit_unit, fixed.district) == (2, "urgent_hour", "430203")
    entry = fixed.entries.get(step="correct")
    assert entry.data["changed"]["category"] == ["E01-10", "C01-01"]
    assert not entry.public
    fixed.refresh_from_db()
    assert log.verify(fixed) == []
    with pytest.raises(Invalid):
        actions.do_correct(fixed, staff.acceptor, version=fixed.version, category="E77-77")
    with pytest.raises(Invalid):
        actions.do_correct(fixed, staff.acceptor, version=fixed.version, lon=1.0, lat=2.0)


def test_a_correction_moves_the_running_deadline(staff):
    case = walk(file_one(), staff, *TO_HANDLING, at=MONDAY)
    fixed = actions.do_correct(case, staff.dispatcher, version=case.version, category="C01-01", condition="missing")
    assert fixed.deadline == MONDAY + timedelta(hours=2)


def test_nothing_changed_writes_nothing(staff):
    case = file_one()
    assert actions.do_correct(case, staff.acceptor, version=1, category="E01-10").version == 1


def test_supervision(staff):
    case = walk(file_one(), staff, *TO_HANDLING)
    held = actions.do_supervise(case, staff.leader, "leader", "市长信箱")
    assert held.supervised == "leader"
    assert take(case, "hand_back", staff).state == "handled", "the handler's page is not made stale by it"
    with pytest.raises(Forbidden):
        actions.do_supervise(case, staff.handler, "leader")
    with pytest.raises(Invalid):
        actions.do_supervise(case, staff.leader, "because")


# reporters


def closed(staff, at=MONDAY) -> Case:
    return walk(file_one(at), staff, *TO_HANDLING, *TO_CLOSING, "close", at=at)


def test_reopened_once_and_back_at_the_acceptor(staff):
    case = closed(staff)
    report = case.reports.get()
    again = actions.do_reopen(report, "还在那里", MONDAY + timedelta(days=1))
    assert (again.state, again.reopened, again.closed_at, again.rating) == ("reported", 1, None, None)
    assert again.deadline is not None
    again = walk(again, staff, *TO_HANDLING, *TO_CLOSING, "close")
    with pytest.raises(Conflict) as refusal:
        actions.do_reopen(report, "还在")
    assert refusal.value.code == "reopened_already"
    again.refresh_from_db()
    assert log.verify(again) == []


def test_reopening_has_its_time_and_needs_words(staff):
    report = closed(staff).reports.get()
    with pytest.raises(Conflict):
        actions.do_reopen(report, "晚了", MONDAY + timedelta(days=16))
    with pytest.raises(Invalid):
        actions.do_reopen(report, "", MONDAY + timedelta(days=1))
    with pytest.raises(Conflict):
        actions.do_reopen(file_one(lon=LON + 0.002).reports.get(), "还没办")


def test_rated_once_after_the_end(staff):
    case = file_one()
    report = case.reports.get()
    with pytest.raises(Conflict):
        actions.do_rate(report, 5)
    case = walk(case, staff, *TO_HANDLING, *TO_CLOSING, "close")
    for stars in (0, 6, "5", True, 2.5):
        with pytest.raises(Invalid):
            actions.do_rate(report, stars)
    actions.do_rate(report, 4, "不错")
    case.refresh_from_db()
    assert case.rating == 4
    with pytest.raises(Conflict):
        actions.do_rate(report, 1)


def test_the_reporter_of_a_merged_case_follows_the_other(staff):
    early, late = file_one(), file_one(lon=LON + 0.002)
    report = early.reports.get()
    case = actions.do_merge(early, late, staff.acceptor)
    case = walk(case, staff, *TO_HANDLING, *TO_CLOSING, "close")
    report.refresh_from_db()
    for addressed in (early, late):
        assert actions.do_comment(addressed, None, "还在", report=report, now=MONDAY).pk == late.pk
    assert list(case.entries.filter(step="comment").values_list("at", flat=True)) == [MONDAY] * 2
    actions.do_rate(report, 3)
    assert actions.do_reopen(report, "没有好").pk == late.pk


def test_comments(staff):
    case = file_one()
    with pytest.raises(Forbidden):
        actions.do_comment(case, staff.stranger, "?")
    with pytest.raises(Invalid):
        actions.do_comment(case, staff.acceptor, " ")
    actions.do_comment(case, staff.acceptor, "内部")
    actions.do_comment(case, None, "在树后面", report=case.reports.get())
    other = file_one(lon=LON + 0.002)
    with pytest.raises(Invalid):
        actions.do_comment(other, None, "x", report=case.reports.get())
    assert list(case.entries.order_by("seq").values_list("public", flat=True)) == [True, False, True]


def test_a_report_on_a_reopened_place_is_still_one_case(staff):
    case = closed(staff)
    actions.do_reopen(case.reports.get(), "还在那里", MONDAY + timedelta(days=1))
    from jiedao.cases import intake

    assert intake.do_file([a_report()], MONDAY + timedelta(days=1))[0].case_id == case.pk
