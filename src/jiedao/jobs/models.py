"""The jobs table: work enqueued in the caller's transaction and done by `jiedao serve`'s worker, at least once."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Job(models.Model):
    """One call of `task` with `args` and `kwargs`, from `run_at` on, by the worker that holds the lease."""

    class State(models.TextChoices):
        READY = "ready"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    task = models.CharField(max_length=120, help_text="dotted path of the task function")
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    queue = models.CharField(max_length=20, default="default")
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    dedupe = models.CharField(max_length=120, null=True)
    run_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=60, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=8)
    progress = models.JSONField(default=dict, help_text="phase, best, bound, seconds left")
    cancel = models.BooleanField(default=False, help_text="asked to stop; a planning job keeps its best so far")
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, help_text="of the last attempt")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["queue", "-priority", "run_at"], name="job_ready", condition=Q(state="ready")),
            models.Index(fields=["lease_until"], name="job_leased", condition=Q(state="running")),
            models.Index(fields=["finished_at"], name="job_finished", condition=~Q(finished_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["dedupe"], name="job_dedupe", condition=Q(state="ready") & ~Q(dedupe=None))
        ]


class Schedule(models.Model):
    """A task that comes back: every so many seconds, or daily at a local time."""

    name = models.CharField(max_length=60, primary_key=True)
    task = models.CharField(max_length=120)
    every_s = models.PositiveIntegerField(null=True)
    daily_at = models.TimeField(null=True)
    next_at = models.DateTimeField()


class Worker(models.Model):
    """A process that does jobs, and when it last said so; gone rows are swept."""

    name = models.CharField(max_length=60, primary_key=True)
    queues = models.CharField(max_length=60)
    started_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(db_index=True)
