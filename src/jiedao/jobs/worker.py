"""The worker: claims a job, does it, writes down how it went; a second thread keeps the lease and the heartbeat."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Sequence
from datetime import timedelta

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone
from django_tasks.base import TaskContext

from jiedao.jobs import queue, schedule
from jiedao.jobs.backend import find_task, result_of
from jiedao.jobs.models import Job, Worker
from jiedao.jobs.progress import Progress, _current

log = logging.getLogger("jiedao.jobs")
POLL_S = 1.0
BEAT_S = 10.0
GRACE_S = 5.0
"""How long a job may go on after the worker was asked to stop; then it is given back to the table."""


def last_beat_age() -> float | None:
    """Seconds since any worker said that it lives; None where none ever did."""
    beat = Worker.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()
    return None if beat is None else max(0.0, (timezone.now() - beat).total_seconds())


class Runner:
    """One worker process: a main loop that does jobs, and a thread that says so."""

    def __init__(self, stop: threading.Event, queues: Sequence[str]) -> None:
        self.stop, self.queues = stop, list(queues)
        self.name = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(3)}"
        self.job: Job | None = None
        self.ended = threading.Event()

    def run(self) -> None:
        beat = threading.Thread(target=self._keep, name="beat", daemon=True)
        beat.start()
        next_duty = 0.0
        while not self.stop.is_set():
            try:
                close_old_connections()
                if time.monotonic() >= next_duty:
                    next_duty = time.monotonic() + BEAT_S
                    queue.reclaim()
                schedule.tick(timezone.now())
                busy = self.step()
            except DatabaseError:
                log.exception("the database did not answer; trying again")
                connections.close_all()
                busy = False
            if not busy:
                self.stop.wait(POLL_S)
        self.ended.set()
        beat.join(BEAT_S)

    def step(self) -> bool:
        """Claim and do one job; False when none was due."""
        job = queue.claim(self.name, self.queues)
        if job is None:
            return False
        self.job = job
        try:
            self._do(job)
        finally:
            self.job = None
        return True

    def _do(self, job: Job) -> None:
        token = _current.set(Progress(job.pk))
        try:
            task = find_task(job.task)
            context = (TaskContext(task_result=result_of(job, task)),) if task.takes_context else ()
            result = task.call(*context, *job.args, **job.kwargs)
            kept = queue.finish(job, result)
        except Exception as error:
            log.warning("job %s (%s), attempt %d: %r", job.pk, job.task, job.attempts, error)
            kept = queue.fail(job, error)
        finally:
            _current.reset(token)
        if not kept:
            log.warning("job %s (%s): the lease was lost; another worker has it", job.pk, job.task)

    def _keep(self) -> None:
        """Beat and renew; once asked to stop, give the job its grace and then leave."""
        self._beat()
        while not self.stop.wait(BEAT_S):
            self._beat()
        self._leave()

    def _beat(self) -> None:
        try:
            now = timezone.now()
            Worker.objects.update_or_create(name=self.name, defaults={"beat_at": now, "queues": ",".join(self.queues)})
            job = self.job
            if job is not None:
                queue.renew(job)
        except DatabaseError:
            log.exception("could not renew the lease")
            connections.close_all()

    def _leave(self) -> None:
        ended = self.ended.wait(GRACE_S)
        job = self.job
        if not ended and job is not None:
            queue.release(job)
        Worker.objects.filter(pk=self.name).delete()
        connections.close_all()
        if not ended:
            os._exit(0)


def run(stop: threading.Event, queues: Sequence[str] = ("default",)) -> None:
    """Do jobs until `stop` is set; returns when the job at hand has ended, or leaves the process after GRACE_S."""
    schedule.sync(timezone.now())
    Runner(stop, queues).run()


def sweep(keep_days: int = 14) -> int:
    """Delete ended jobs and silent workers older than this; returns the number of jobs."""
    limit = timezone.now() - timedelta(days=keep_days)
    Worker.objects.filter(beat_at__lt=limit).delete()
    return Job.objects.filter(finished_at__lt=limit).delete()[0]
