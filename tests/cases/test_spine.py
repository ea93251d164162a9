"""From a report to a closed case."""

from __future__ import annotations

from datetime import timedelta

from jiedao.cases import log
from jiedao.cases.models import Clock
from tests.cases.factories import MONDAY, TO_CLOSING, TO_HANDLING, file_one, take, walk


def test_a_report_becomes_a_case_with_place_class_unit_and_promise(staff):
    case = file_one()
    assert (case.state, case.category, case.title) == ("reported", "E01-10", "暴露生活垃圾")
    assert (case.district, case.subdistrict, case.community) == ("430202", "430202004", "430202004001")
    assert case.code == f"4302022606{case.pk:09d}"
    assert case.triage["unit"] == staff.unit.pk
    assert case.unit_id is None, "nobody handles it yet"
    assert case.promised == MONDAY + timedelta(hours=25), "1 h of desk, 4 h of work, 3 h to check, noon and night"
    assert case.deadline == MONDAY + timedelta(minutes=30)
    assert log.verify(case) == []


def test_the_whole_way_to_closing(staff):
    case = walk(file_one(), staff, *TO_HANDLING, *TO_CLOSING, at=MONDAY + timedelta(minutes=10))
    assert case.state == "to_close"
    case = take(case, "close", staff, MONDAY + timedelta(minutes=20))
    assert case.state == "closed"
    assert case.closed_at is not None
    assert case.deadline is None
    assert not Clock.objects.filter(stopped_at=None).exists()
    case.refresh_from_db()
    assert log.verify(case) == []
    assert case.version == case.entries.count() == 10
