"""Several at the same instant: one thing becomes one case, one step is taken once, one bad report harms no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from jiedao.cases import actions, checks, commit, escalation, intake
from jiedao.cases.models import Case, Notice, Report
from jiedao.errors import Conflict, Invalid
from tests.cases import factories
from tests.cases.factories import LON, MONDAY, Staff, a_report, file_one

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(transactional_db) -> Iterator[Staff]:
    factories.make_city()
    return Staff()


def together(*calls: Callable[[], object]) -> list[object]:
    """Results (or errors) of calls made by threads that start at one moment."""
    gate = threading.Barrier(len(calls))
    found: list[object] = [None] * len(calls)

    def run(number: int, call: Callable[[], object]) -> None:
        gate.wait()
        try:
            found[number] = call()
        except Exception as error:
            found[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_one_thing_told_by_many_at_one_instant_is_one_case(staff):
    filed = together(*[lambda: intake.do_file([a_report()], MONDAY)[0] for _ in range(8)])
    assert len({f.case_id for f in filed}) == 1
    assert sorted(f.merged for f in filed) == [False] + [True] * 7
    case = Case.objects.get()
    assert (case.reports_count, case.reports.count(), case.entries.count()) == (8, 8, 8)
    assert list(checks.verify_log()) == []


def test_neighbours_across_the_edge_of_a_square_too(staff):
    """Two points 20 m apart in different squares and hexagons."""
    edge = round(LON, 3)
    lons = [edge - 0.0001, edge + 0.0001]
    for turn in range(5):
        lat = 27.81 + turn * 0.005
        filed = together(*[lambda lon=lon, lat=lat: intake.do_file([a_report(lon=lon, lat=lat)])[0] for lon in lons])
        assert len({f.case_id for f in filed}) == 1


def test_batches_that_share_places_do_not_lock_each_other_out(staff):
    places = [LON + n * 0.0005 for n in range(8)]

    def batch(order: list[float]) -> list[intake.Filed]:
        return intake.do_file([a_report(lon=lon) for lon in order], MONDAY)

    found = together(*[lambda p=p: batch(p) for p in (places, places[::-1], places[4:] + places[:4])])
    assert all(isinstance(answers, list) for answers in found), found
    assert (Case.objects.count(), Report.objects.count()) == (8, 24)
    assert list(checks.verify_log()) == []


def test_of_two_steps_at_once_one_is_told_of_the_other(staff):
    case = file_one()
    found = together(
        lambda: actions.do_step(case, "file", staff.acceptor, version=1),
        lambda: actions.do_step(case, "reject", staff.acceptor, version=1, note="不属实"),
    )
    conflicts = [f for f in found if isinstance(f, Conflict)]
    assert len(conflicts) == 1
    assert conflicts[0].code == "stale"
    case.refresh_from_db()
    assert case.version == 2
    assert list(checks.verify_log()) == []


def test_a_report_that_joins_while_the_case_is_moved_on(staff):
    for turn in range(4):
        case = file_one(lon=LON + turn * 0.001)
        found = together(
            lambda case=case: actions.do_step(case, "file", staff.acceptor, version=1),
            lambda case=case: intake.do_file([a_report(lon=case.lon)], MONDAY)[0],
        )
        assert not any(isinstance(f, Exception) for f in found), found
    assert list(checks.verify_log()) == []


def test_the_same_key_sent_by_two_at_once_is_one_report(staff):
    filed = together(*[lambda: intake.do_file([a_report(key="k1")], MONDAY)[0] for _ in range(4)])
    assert len({f.report_id for f in filed}) == 1
    assert Report.objects.count() == 1


def test_two_workers_that_escalate_tell_once(staff):
    file_one()
    together(*[lambda: escalation.escalate_due(MONDAY.replace(minute=40)) for _ in range(3)])
    assert Notice.objects.filter(template="overdue", user=staff.leader).count() == 1


def test_merging_two_into_each_other_merges_one(staff):
    one, other = file_one(), file_one(lon=LON + 0.002)
    found = together(
        lambda: actions.do_merge(one, other, staff.acceptor), lambda: actions.do_merge(other, one, staff.acceptor)
    )
    assert sum(isinstance(f, Conflict) for f in found) == 1
    assert Case.objects.filter(state="merged").count() == 1
    assert list(checks.verify_log()) == []


# the group committer


def test_reports_of_many_threads_share_transactions(staff):
    group = commit.GroupCommitter()
    found = together(*[lambda n=n: group.submit(a_report(lon=LON + n * 0.0005)) for n in range(24)])
    assert all(isinstance(f, intake.Filed) for f in found), found
    assert Case.objects.count() == 24
    assert group.batches < 24
    assert list(checks.verify_log()) == []


def test_one_bad_report_does_not_take_the_others_with_it(staff):
    group = commit.GroupCommitter()
    bad = [a_report(lon=1.0), a_report(photos=["00000000-0000-0000-0000-000000000000"])]
    good = [a_report(lon=LON + n * 0.0005) for n in range(10)]
    found = together(*[lambda r=r: group.submit(r) for r in (*good[:5], *bad, *good[5:])])
    assert [type(f) for f in found] == [intake.Filed] * 5 + [Invalid] * 2 + [intake.Filed] * 5
    assert Report.objects.count() == 10
    assert isinstance(group.submit(a_report(lon=LON + 0.01)), intake.Filed), "and the group still works"


def test_inside_a_transaction_of_the_caller_it_is_part_of_it(staff):
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        intake.submit(a_report())
        raise RuntimeError
    assert not Case.objects.exists()


def test_who_waits_too_long_is_told_so_and_nothing_is_filed(staff, monkeypatch):
    group = commit.GroupCommitter()
    monkeypatch.setattr(commit, "WAIT_S", 0.2)
    inside, free = threading.Event(), threading.Event()
    real = commit.file_ready

    def slow(batch):
        inside.set()
        free.wait(10)
        return real(batch)

    monkeypatch.setattr(commit, "file_ready", slow)
    leader = threading.Thread(target=lambda: (group.submit(a_report()), connection.close()))
    leader.start()
    inside.wait(5)
    with pytest.raises(Conflict) as refusal:
        group.submit(a_report(lon=LON + 0.001))
    assert refusal.value.code == "busy"
    free.set()
    leader.join(20)
    assert Report.objects.count() == 1
