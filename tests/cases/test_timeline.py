"""The story as the reporter and as staff see it."""

from __future__ import annotations

from jiedao.cases import actions, intake
from jiedao.cases.timeline import timeline
from tests.cases.factories import MONDAY, TO_CLOSING, TO_HANDLING, a_report, file_one, walk


def test_the_public_story_has_no_names_of_staff_and_no_inner_lines(staff):
    case = file_one()
    intake.do_file([a_report()], MONDAY)
    case = walk(case, staff, *TO_HANDLING, "revoke", "assign", *TO_CLOSING, "close")
    actions.do_comment(case, staff.acceptor, "内部意见")
    items = timeline(case, public=True)
    assert [item.step for item in items] == [
        "report", "report", "file", "send", "dispatch", "assign", "assign",
        "hand_back", "confirm", "request_check", "pass_check", "close",
    ]  # fmt: skip
    assert [str(item.text) for item in items[:2]] == ["收到上报", "又有人上报了同一问题"]
    assert {item.actor for item in items} == {"上报人", ""}
    assert [item.current for item in items] == [False] * 11 + [True]
    assert items[-1].state.en == "closed"
    assert len(items[7].photos) == 1


def test_staff_see_everything(staff):
    case = walk(file_one(), staff, *TO_HANDLING, "revoke")
    actions.do_comment(case, staff.acceptor, "内部意见")
    items = timeline(case, public=False)
    assert [item.step for item in items][-2:] == ["revoke", "comment"]
    assert items[-1].note == "内部意见"
    assert items[-2].actor == staff.department.label
    assert items[-2].current, "a remark is not where the case stands"


def test_two_queries(staff, query_count):
    case = walk(file_one(), staff, *TO_HANDLING, *TO_CLOSING)
    with query_count(at_most=2):
        timeline(case, public=True)


def test_every_line_the_room_writes_has_a_name(staff):
    case = walk(file_one(), staff, *TO_HANDLING, at=MONDAY)
    for approve in (True, False):
        asked = actions.do_ask_adjustment(case, "extension", staff.handler, reason="x", now=MONDAY)
        actions.do_decide_adjustment(asked, staff.department, approve=True, now=MONDAY)
        actions.do_decide_adjustment(asked, staff.dispatcher, approve=approve, opinion="x", now=MONDAY)
    actions.do_supervise(case, staff.leader, "leader")
    case.refresh_from_db()
    actions.do_correct(case, staff.acceptor, version=case.version, category="E01-13")
    other = file_one(MONDAY, lon=113.16)
    actions.do_merge(other, case, staff.acceptor)
    assert all(item.text.zh and item.text.en for item in timeline(case, public=False))
