"""The hash chain, replay, and the seals."""

from __future__ import annotations

import pytest
from django.db import connection

from jiedao.cases import checks, log, seals
from jiedao.cases.models import Attachment, Case, Clock, Entry, Report, Seal
from tests.cases.factories import TO_CLOSING, TO_HANDLING, file_one, walk


@pytest.fixture
def case(staff) -> Case:
    return walk(file_one(), staff, *TO_HANDLING)


def test_an_untouched_log_verifies(case):
    assert list(checks.verify_log()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"note": "另一个理由"},
        {"actor_label": "别人"},
        {"target": "closed"},
        {"data": {"set": {"unit_id": 999}}},
        {"public": False},
        {"previous": "0" * 64},
        {"at": "2020-01-01T00:00:00+08:00"},
    ],
)
def test_a_changed_line_shows(case, change):
    Entry.objects.filter(case=case, seq=3).update(**change)
    assert any("line 3" in fault for fault in log.verify(case))


def test_a_removed_line_shows(case):
    entry = case.entries.get(seq=3)
    Attachment.objects.filter(entry=entry).update(entry=None)
    entry.delete()
    assert any("does not follow" in fault for fault in log.verify(case))


def test_a_removed_last_line_shows(case):
    case.entries.get(seq=case.version).delete()
    faults = log.verify(case)
    assert any("state is 'handling', its log says 'to_handle'" in fault for fault in faults)


def test_a_state_changed_behind_the_log_shows(case):
    Case.objects.filter(pk=case.pk).update(state="closed")
    case.refresh_from_db()
    assert log.verify(case) == [f"{case.code}: state is 'closed', its log says 'handling'"]


def test_swapped_lines_show(case):
    with connection.cursor() as cursor:
        for old, new in ((2, 1000), (3, 2), (1000, 3)):
            cursor.execute("UPDATE cases_entry SET seq = %s WHERE case_id = %s AND seq = %s", [new, case.pk, old])
    assert log.verify(case)


def test_numbers_hash_alike_whatever_the_database_makes_of_them():
    assert log.plain({"a": 4.0, "b": [1e16, -0.0, 0.5]}) == {"a": 4, "b": [10**16, 0, 0.5]}
    assert all(isinstance(x, int) for x in log.plain([4.0, 1e16, -0.0]))


def test_replay_gives_the_state(staff, case):
    case = walk(case, staff, *TO_CLOSING, "send_back")
    told = log.replay(case.entries.order_by("seq"))
    assert (told.state, told.arrived, told.rework, told.unit_id) == ("rework", "send_back", 1, staff.unit.pk)


def test_seals_chain_and_a_vanished_case_breaks_them(case, staff):
    first = seals.seal()
    assert first.entries == Entry.objects.count()
    assert seals.seal() == first, "one a day"
    Seal.objects.filter(pk=first.pk).update(day="2020-01-01")
    file_one(lon=113.16)
    assert seals.seal().entries == 1
    assert list(seals.verify()) == []

    Clock.objects.filter(case=case).delete()
    Report.objects.filter(case=case).delete()
    Attachment.objects.filter(case=case).delete()
    Entry.objects.filter(case=case).delete()
    Case.objects.filter(pk=case.pk).delete()
    assert any("2020-01-01: covers" in fault for fault in checks.verify_log())


def test_a_log_made_anew_breaks_the_seal(case):
    seals.seal()
    line = case.entries.get(seq=case.version)
    line.note = "改写"
    line.hash = log.digest(line, case.code)
    line.save()
    Case.objects.filter(pk=case.pk).update(head=line.hash)
    case.refresh_from_db()
    assert log.verify(case) == [], "the chain alone does not show it"
    assert any("were changed" in fault for fault in seals.verify())
