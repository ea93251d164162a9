"""Workers as processes: killed, stopped, talked to."""

from __future__ import annotations

import signal
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from jiedao.jobs import queue
from jiedao.jobs.models import Job, Worker
from tests.jobs import work
from tests.processes import database_url, environment, kill, running, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.crash]


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path, JIEDAO_DATABASE_URL=database_url())


def lines(path: Path) -> list[str]:
    return path.read_text().split("\n")[:-1] if path.exists() else []


def test_a_job_whose_worker_is_killed_is_done_by_the_next(env, tmp_path):
    notes = tmp_path / "notes"
    job = queue.enqueue(work.note, str(notes), 60.0)
    with running("worker", env=env) as first:
        wait_for(lambda: lines(notes))
        kill(first)
    assert Job.objects.get().state == Job.State.RUNNING
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1), kwargs={}, args=[str(notes), 0.0])
    with running("worker", env=env):
        wait_for(lambda: Job.objects.filter(pk=job.pk).exclude(error="").exists())
        Job.objects.filter(state=Job.State.READY).update(run_at=timezone.now())
        wait_for(lambda: Job.objects.filter(state=Job.State.DONE).exists())
    assert [line.split()[0] for line in lines(notes)] == ["begin", "begin", "end"]


def test_sigterm_lets_a_short_job_end(env, tmp_path):
    notes = tmp_path / "notes"
    queue.enqueue(work.note, str(notes), 1.5)
    with running("worker", env=env) as worker:
        wait_for(lambda: lines(notes))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(25) == 0
    assert Job.objects.get().state == Job.State.DONE
    assert not Worker.objects.exists()


def test_sigterm_gives_a_long_job_back_within_seconds(env, tmp_path):
    notes = tmp_path / "notes"
    queue.enqueue(work.note, str(notes), 60.0)
    with running("worker", env=env) as worker:
        wait_for(lambda: lines(notes))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(25) == 0
    job = Job.objects.get()
    assert (job.state, job.attempts) == (Job.State.READY, 0)
    assert not Worker.objects.exists()


def test_a_running_plan_shows_progress_and_stops_when_asked(env):
    job = queue.enqueue(work.plan, 60.0, queue="plans")
    with running("worker", "--queues", "plans", env=env):
        wait_for(lambda: Job.objects.get().progress.get("best"))
        assert queue.cancel(job.pk)
        wait_for(lambda: Job.objects.get().state == Job.State.DONE)
    job.refresh_from_db()
    assert job.result["stopped"]
    assert job.progress["bound"] == 10.0
