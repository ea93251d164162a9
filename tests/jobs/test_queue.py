"""States of a job, one transition at a time."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone
from django_tasks.exceptions import TaskResultDoesNotExist

from jiedao.jobs import queue
from jiedao.jobs.backend import find_task
from jiedao.jobs.models import Job, Worker
from jiedao.jobs.worker import Runner, last_beat_age, sweep
from tests.jobs import work

pytestmark = pytest.mark.django_db


def runner() -> Runner:
    return Runner(threading.Event(), ["default"])


def run_all(limit: int = 50) -> None:
    one = runner()
    for _ in range(limit):
        if not one.step():
            return


def state(job: Job) -> str:
    return Job.objects.get(pk=job.pk).state


def test_a_task_is_done_and_its_result_can_be_asked_for():
    result = work.add.enqueue(2, b=3)
    assert not result.is_finished
    run_all()
    result.refresh()
    assert result.return_value == 5
    assert work.add.get_result(result.id).return_value == 5


def test_a_task_that_takes_its_context_learns_its_own_id():
    result = work.who.enqueue()
    run_all()
    result.refresh()
    assert result.return_value == result.id


def test_unknown_results_do_not_exist():
    with pytest.raises(TaskResultDoesNotExist):
        work.add.get_result("no-such-id")


def test_what_was_enqueued_in_a_transaction_that_fails_never_runs():
    with pytest.raises(RuntimeError), transaction.atomic():
        work.add.enqueue(1, 1)
        raise RuntimeError
    assert not runner().step()
    assert not Job.objects.exists()


def test_more_urgent_work_first_then_what_waits_longest():
    now = timezone.now()
    late = queue.enqueue(work.add, 1, 1, run_at=now - timedelta(seconds=1))
    early = queue.enqueue(work.add, 1, 1, run_at=now - timedelta(seconds=9))
    urgent = queue.enqueue(work.add, 1, 1, priority=5)
    assert [queue.claim("w", ["default"]).pk for _ in range(3)] == [urgent.pk, early.pk, late.pk]


def test_work_for_later_or_for_another_queue_is_left_alone():
    queue.enqueue(work.add, 1, 1, run_at=timezone.now() + timedelta(seconds=60))
    queue.enqueue(work.add, 1, 1, queue="plans")
    assert queue.claim("w", ["default"]) is None


def test_a_key_keeps_one_waiting_job_and_one_more_while_it_runs():
    first = queue.enqueue(work.add, 1, 1, dedupe="k")
    assert queue.enqueue(work.add, 2, 2, dedupe="k").pk == first.pk
    queue.claim("w", ["default"])
    second = queue.enqueue(work.add, 3, 3, dedupe="k")
    assert second.pk != first.pk
    assert Job.objects.count() == 2


def test_a_failure_is_tried_again_later_and_at_last_given_up():
    job = queue.enqueue(work.break_down, max_attempts=2)
    run_all()
    job.refresh_from_db()
    assert job.state == Job.State.READY
    assert job.run_at > timezone.now()
    assert "on purpose" in job.error
    Job.objects.update(run_at=timezone.now())
    run_all()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.FAILED, 2)


def test_waits_grow_and_are_capped():
    spans = [queue.back_off(n) for n in range(1, 12)]
    for attempt, span in enumerate(spans, 1):
        middle = min(3600.0, 5.0 * 2 ** (attempt - 1))
        assert middle * 0.5 <= span <= middle * 1.5


def test_a_refusal_is_final():
    job = queue.enqueue(work.refuse)
    run_all()
    assert state(job) == Job.State.FAILED


def test_a_failed_job_gives_way_to_a_newer_one_with_its_key():
    old = queue.enqueue(work.break_down, dedupe="k")
    claimed = queue.claim("w", ["default"])
    new = queue.enqueue(work.add, 1, 1, dedupe="k")
    assert queue.fail(claimed, ValueError("x"))
    assert (state(old), state(new)) == (Job.State.CANCELLED, Job.State.READY)


def test_a_lost_lease_goes_to_another_worker_and_the_first_cannot_finish():
    job = queue.enqueue(work.add, 1, 1)
    first = queue.claim("a", ["default"])
    assert queue.reclaim() == 0
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert queue.reclaim() == 1
    Job.objects.update(run_at=timezone.now())
    second = queue.claim("b", ["default"])
    assert second.pk == job.pk
    assert not queue.renew(first)
    assert not queue.finish(first, 2)
    assert queue.finish(second, 2)


def test_a_job_that_kills_its_workers_is_given_up():
    job = queue.enqueue(work.add, 1, 1, max_attempts=1)
    queue.claim("a", ["default"])
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    queue.reclaim()
    assert state(job) == Job.State.FAILED


def test_a_job_given_back_has_lost_no_attempt():
    job = queue.enqueue(work.add, 1, 1)
    assert queue.release(queue.claim("a", ["default"]))
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.READY, 0)


def test_cancelling_before_during_and_after():
    waiting = queue.enqueue(work.add, 1, 1)
    assert queue.cancel(waiting.pk)
    assert state(waiting) == Job.State.CANCELLED
    running = queue.enqueue(work.plan, 60.0)
    claimed = queue.claim("a", ["default"])
    assert queue.cancel(running.pk)
    runner()._do(claimed)
    running.refresh_from_db()
    assert running.state == Job.State.DONE
    assert running.result["stopped"]
    assert not queue.cancel(running.pk)


def test_only_what_was_meant_to_be_a_task_is_called():
    job = Job.objects.create(task="tests.jobs.work.plain", max_attempts=1)
    run_all()
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    with pytest.raises(TypeError):
        find_task("os.system")


def test_arguments_that_are_not_json_are_refused_when_enqueued():
    with pytest.raises(TypeError):
        work.add.enqueue(object(), 1)


def test_sweeping_keeps_what_is_recent():
    old, new = (queue.enqueue(work.add, 1, 1) for _ in range(2))
    run_all()
    Job.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=15))
    assert sweep() == 1
    assert list(Job.objects.values_list("pk", flat=True)) == [new.pk]


def test_the_age_of_the_last_beat():
    assert last_beat_age() is None
    Worker.objects.create(name="w", queues="default", beat_at=timezone.now() - timedelta(seconds=40))
    assert 39 < last_beat_age() < 60


@pytest.mark.django_db(transaction=True)
def test_many_workers_do_each_job_once():
    for number in range(40):
        queue.enqueue(work.add, number, 0)
    taken: list[object] = []

    def take() -> None:
        try:
            while (job := queue.claim("w", ["default"])) is not None:
                taken.append(job.pk)
                queue.finish(job, None)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40


@pytest.mark.django_db(transaction=True)
def test_many_callers_with_one_key_leave_one_job():
    def add() -> None:
        try:
            queue.enqueue(work.add, 1, 1, dedupe="k")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Job.objects.count() == 1


def test_an_idle_look_costs_one_query(query_count):
    with query_count(at_most=1):
        assert queue.claim("w", ["default"]) is None
