"""Enqueue, claim, renew, finish: every change of a job's state, each one statement or one transaction."""

from __future__ import annotations

import random
import traceback
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django_tasks.base import Task
from django_tasks.utils import normalize_json

from jiedao.errors import Conflict, Refused
from jiedao.jobs.models import Job

LEASE = timedelta(seconds=30)
BACK_OFF_S, BACK_OFF_MAX_S = 5.0, 3600.0
State = Job.State


def enqueue(
    task: Task,
    *args: Any,
    dedupe: str | None = None,
    run_at: datetime | None = None,
    priority: int | None = None,
    queue: str | None = None,
    max_attempts: int = 8,
    **kwargs: Any,
) -> Job:
    """A job row in the caller's transaction: if that rolls back, the work is never done.

    Arguments are JSON. While a job with the same `dedupe` is waiting, that one is returned and nothing is added; one
    that already runs does not count, since it may have read the state before this change.
    """
    job = Job(
        task=task.module_path,
        args=normalize_json(args),
        kwargs=normalize_json(kwargs),
        queue=queue or task.queue_name,
        priority=task.priority if priority is None else priority,
        run_at=run_at or task.run_after or timezone.now(),
        dedupe=dedupe,
        max_attempts=max_attempts,
    )
    if dedupe is None:
        job.save(force_insert=True)
        return job
    return _insert_once(job)


def _insert_once(job: Job) -> Job:
    """The waiting job may be claimed between the two statements; then the next turn inserts."""
    while True:
        Job.objects.bulk_create([job], ignore_conflicts=True)
        waiting = Job.objects.filter(dedupe=job.dedupe, state=State.READY).first()
        if waiting is not None:
            return waiting
        if Job.objects.filter(pk=job.pk).exists():
            return job


def due(queues: Iterable[str], now: datetime) -> QuerySet[Job]:
    return Job.objects.filter(state=State.READY, queue__in=list(queues), run_at__lte=now)


def claim(worker: str, queues: Sequence[str]) -> Job | None:
    """Take the most urgent job that is due. Looking first costs no lock where nothing waits."""
    now = timezone.now()
    if not due(queues, now).exists():
        return None
    with transaction.atomic():
        job = due(queues, now).select_for_update(skip_locked=True).order_by("-priority", "run_at").first()
        if job is None:
            return None
        job.state, job.worker, job.started_at, job.lease_until = State.RUNNING, worker, now, now + LEASE
        job.attempts += 1
        job.save(update_fields=["state", "worker", "started_at", "lease_until", "attempts"])
    return job


def _mine(job: Job) -> QuerySet[Job]:
    """The row, if this attempt still holds it: another worker may have it after our lease ran out."""
    return Job.objects.filter(pk=job.pk, state=State.RUNNING, worker=job.worker, attempts=job.attempts)


def renew(job: Job) -> bool:
    """False: the lease is lost."""
    return _mine(job).update(lease_until=timezone.now() + LEASE) == 1


def finish(job: Job, result: Any) -> bool:
    values = {"state": State.DONE, "result": normalize_json(result), "error": "", "finished_at": timezone.now()}
    return _mine(job).update(lease_until=None, **values) == 1


def fail(job: Job, error: BaseException) -> bool:
    """Back to waiting, later each time; for good when attempts are used up or the answer cannot change."""
    final = isinstance(error, Refused) and not isinstance(error, Conflict)
    return _again(job, "".join(traceback.format_exception(error))[-8000:], final or job.attempts >= job.max_attempts)


def _again(job: Job, message: str, final: bool) -> bool:
    with transaction.atomic():
        mine = _mine(job)
        if final:
            return mine.update(state=State.FAILED, error=message, lease_until=None, finished_at=timezone.now()) == 1
        if job.dedupe and Job.objects.filter(dedupe=job.dedupe, state=State.READY).exists():
            done = {"state": State.CANCELLED, "finished_at": timezone.now()}
            return mine.update(error="a newer job with the same key waits", lease_until=None, **done) == 1
        run_at = timezone.now() + timedelta(seconds=back_off(job.attempts))
        return mine.update(state=State.READY, error=message, lease_until=None, run_at=run_at) == 1


def back_off(attempts: int) -> float:
    """Seconds until the next attempt: doubling, capped, spread by half either way."""
    return min(BACK_OFF_MAX_S, BACK_OFF_S * 2 ** (attempts - 1)) * random.uniform(0.5, 1.5)


def release(job: Job) -> bool:
    """Give a job back unfinished because this worker stops; that is no failed attempt."""
    return (
        _mine(job).update(state=State.READY, attempts=F("attempts") - 1, lease_until=None, run_at=timezone.now()) == 1
    )


def reclaim() -> int:
    """Jobs whose worker went away: waiting again, or failed when that happened too often. Returns how many."""
    expired = list(Job.objects.filter(state=State.RUNNING, lease_until__lt=timezone.now())[:100])
    return sum(_again(job, f"worker {job.worker} went away", job.attempts >= job.max_attempts) for job in expired)


def cancel(job_id: Any) -> bool:
    """A waiting job is cancelled at once; a running one is asked to stop. False: it had ended."""
    if Job.objects.filter(pk=job_id, state=State.READY).update(state=State.CANCELLED, finished_at=timezone.now()):
        return True
    return Job.objects.filter(pk=job_id, state=State.RUNNING).update(cancel=True) == 1
