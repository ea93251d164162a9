"""Tasks that come back."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from jiedao.jobs import schedule
from jiedao.jobs.models import Job, Schedule
from tests.jobs import work

NOW = datetime(2026, 6, 17, 11, 0, tzinfo=UTC)  # 19:00 in Shanghai


@pytest.fixture(autouse=True)
def only_these(monkeypatch):
    monkeypatch.setattr(schedule, "_entries", {})


def test_daily_is_at_the_local_hour():
    schedule.daily("a", work.add, "19:30")
    schedule.daily("b", work.add, "19:00")
    today, tomorrow = (entry.next(NOW) for entry in schedule.entries())
    assert today == NOW + timedelta(minutes=30)
    assert tomorrow == NOW + timedelta(days=1)


def test_a_name_is_declared_once():
    schedule.every("a", work.add, 60)
    schedule.every("a", work.add, 60)
    with pytest.raises(ValueError, match="'a'"):
        schedule.every("a", work.add, 61)


@pytest.mark.django_db
def test_turns_come_when_due_and_missed_ones_come_once():
    schedule.every("a", work.add, 60)
    schedule.sync(NOW)
    assert schedule.tick(NOW) == []
    assert schedule.tick(NOW + timedelta(hours=5)) == ["a"]
    assert schedule.tick(NOW + timedelta(hours=5)) == []
    assert Schedule.objects.get().next_at == NOW + timedelta(hours=5, seconds=60)


@pytest.mark.django_db
def test_a_turn_still_waiting_is_not_doubled():
    schedule.every("a", work.add, 60)
    schedule.sync(NOW)
    for minutes in (1, 2, 3):
        schedule.tick(NOW + timedelta(minutes=minutes, seconds=1))
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_rows_follow_what_is_declared():
    schedule.every("a", work.add, 60)
    schedule.every("gone", work.add, 60)
    schedule.sync(NOW)
    Schedule.objects.filter(name="a").update(next_at=NOW + timedelta(seconds=5))
    del schedule._entries["gone"]
    schedule.sync(NOW)
    assert Schedule.objects.get().next_at == NOW + timedelta(seconds=5)
    schedule._entries.clear()
    schedule.every("a", work.add, 10)
    schedule.sync(NOW)
    assert Schedule.objects.get().next_at == NOW + timedelta(seconds=10)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_enqueues_a_turn():
    schedule.every("a", work.add, 60)
    schedule.sync(timezone.now() - timedelta(hours=1))
    turns: list[str] = []
    start = threading.Barrier(4)

    def tick() -> None:
        try:
            start.wait()
            turns.extend(schedule.tick(timezone.now()))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert turns == ["a"]
    assert Job.objects.count() == 1
