"""The demo city as it stands after its build: whole, believable, and with something on every desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Count, F, Q

from jiedao.cases import attachments, clocks, kinds, log, queries
from jiedao.cases.models import Adjustment, Attachment, Case, Clock, Entry, Notice, Report
from jiedao.city.models import Area
from jiedao.people.models import Unit, User
from jiedao.systems.city_management.demo_scenes import GUIHUA, HEJIATU, LIULINGYI, SHIFENG, TIANYUAN, XIANGSHILING
from jiedao.systems.city_management.models import ControlArea
from tests.demo.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]
QUEUES = {
    "acceptor": ("reported", "filed", "to_close"),
    "dispatcher": ("to_dispatch", "dept_confirmed", "rework"),
    "collector": ("pre_filing_check", "pre_closing_check"),
    "department": ("to_handle", "handling", "handled"),
    "handler": ("handling",),
    "shift-leader": ("reported", "to_dispatch", "to_close"),
}


def person(username: str) -> User:
    return User.objects.get(username=username)


def test_every_log_verifies():
    assert log.verify_many(Case.objects.order_by("pk").iterator(chunk_size=500)) == []


def test_one_clock_runs_on_each_open_case_and_none_on_a_closed_one():
    running = Count("clocks", filter=Q(clocks__stopped_at=None))
    closed = Case.objects.exclude(closed_at=None).annotate(n=running)
    assert not closed.filter(n__gt=0).exists()
    for case in Case.objects.filter(closed_at=None).annotate(n=running):
        assert case.n == 1, case.code
        clock = clocks.running(case)
        assert clock.stage == kinds.get(case.kind).flow.state(case.state).clock
        assert case.deadline == clock.deadline


def test_clocks_and_lines_follow_each_other_in_time():
    assert not Clock.objects.filter(stopped_at__lt=F("started_at")).exists()
    assert not Clock.objects.filter(stopped_at__gt=F("deadline"), overdue=False).exists()
    for case in Case.objects.prefetch_related("entries"):
        lines = sorted(case.entries.all(), key=lambda entry: entry.seq)
        times = [entry.at for entry in lines]
        assert times == sorted(times), case.code
        assert times[-1] <= NOW, case.code
    assert not Case.objects.filter(opened_at__gt=NOW).exists()


def test_nobody_is_flooded_at_the_first_serve():
    assert not Clock.objects.filter(stopped_at=None, next_check__lte=NOW).exists()
    most = Notice.objects.exclude(user=None).values("user").annotate(n=Count("pk")).order_by("-n").first()
    assert most["n"] < 25
    assert not Notice.objects.filter(created_at__gt=NOW).exists()


@pytest.mark.parametrize(("username", "states"), QUEUES.items())
def test_every_desk_has_work(username, states):
    found = queries.page(person(username), states=states).cases
    assert len(found) >= 2
    assert {case.state for case in found} == set(states)


def test_the_steps_of_the_queues_can_be_taken():
    for username, states in QUEUES.items():
        user = person(username)
        for case in queries.page(user, states=states).cases:
            assert queries.steps(user, case), (username, case.state)


def test_special_cases_are_there():
    opened = Case.objects.filter(closed_at=None)
    assert opened.filter(supervised="leader").exists()
    assert opened.filter(supervised="timeout", deadline__lt=NOW).exists()
    assert opened.filter(state="suspended", deadline__gt=NOW + timedelta(days=20)).exists()
    assert opened.filter(reports_count=3).exists()
    assert opened.filter(state="reported", reopened=1).exists()
    assert opened.filter(state="to_dispatch", arrived="return_to_dispatcher").exists()
    assert opened.filter(state="rework", rework=1).exists()
    assert Entry.objects.filter(step="not_found", case__state="reported").exists()
    asked = set(Adjustment.objects.exclude(state__in=("approved", "refused")).values_list("kind", "state"))
    assert asked == {("extension", "asked"), ("extension", "forwarded"), ("appeal", "asked")}


def test_the_resident_follows_one_case_and_may_rate_another():
    cases = {
        r.case.state: r.case
        for r in Report.objects.filter(person=person("resident").person, at__gt=NOW - timedelta(days=9))
    }
    assert cases.keys() >= {"handling", "closed"}
    assert cases["closed"].rating is None
    assert cases["handling"].entries.filter(step="comment", public=True).exists()


@pytest.mark.parametrize(
    ("area", "terms"),
    [
        (GUIHUA, {"channel": "patrol"}),
        (LIULINGYI, {"category": "E02-01"}),
        (XIANGSHILING, {"category": "C01-37"}),
        (HEJIATU, {"channel": "letter"}),
        (TIANYUAN, {"category": "E01-08"}),
        (SHIFENG, {"category": "E03-04"}),
    ],
)
def test_the_places_of_the_page_are_played(area, terms):
    assert Case.objects.filter(cell__startswith=area, closed_at=None, **terms).exists()


def test_posted_ads_are_a_cluster_of_cases_of_their_own():
    ads = Case.objects.filter(community=LIULINGYI, category="E02-01", closed_at=None)
    assert ads.count() >= 5


def test_photos_are_few_and_can_be_seen():
    files = {(row.sha256, row.content_type) for row in Attachment.objects.all()}
    assert 10 < len(files) <= 60
    assert all(attachments.path_of(*file).exists() for file in files)
    assert not Attachment.objects.filter(case=None).exists()
    assert {"before", "after"} <= set(Attachment.objects.values_list("purpose", flat=True))


def test_a_year_has_its_share_of_trouble():
    handled = Clock.objects.filter(stage="handle", case__closed_at__isnull=False)
    late = handled.filter(overdue=True).count() / handled.count()
    assert 0.04 < late < 0.16
    assert {"appeal", "extension", "suspension"} <= set(Adjustment.objects.values_list("kind", flat=True))
    assert Case.objects.filter(state="merged").exists()
    assert Entry.objects.filter(step="return_to_dispatcher").exists()


def test_every_case_lies_in_a_cell_of_its_community():
    assert not Case.objects.filter(cell="").exists()
    assert all(case.cell.startswith(case.community) for case in Case.objects.only("cell", "community"))


def test_everything_has_an_english_name():
    assert not Area.objects.filter(name_en="").exists()
    assert not Unit.objects.filter(name_en="").exists()


def test_control_areas_are_in_force_and_waiting():
    assert ControlArea.objects.filter(approved_at=None).count() == 1
    assert ControlArea.objects.exclude(approved_at=None).count() == 1
