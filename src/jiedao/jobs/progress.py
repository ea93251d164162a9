"""How far a job is, and whether it was asked to stop. A planner talks to this, in a job or without one."""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Any

from django.utils import timezone

from jiedao.jobs.models import Job

EVERY_S = 0.5


class Progress:
    """Of one job. Writes and reads the row at most twice a second; call it outside of a transaction."""

    def __init__(self, job_id: Any) -> None:
        self.job_id, self._phase, self._wrote, self._asked, self._cancelled = job_id, "", 0.0, 0.0, False

    def report(
        self, phase: str, best: float | None = None, bound: float | None = None, left_s: float | None = None
    ) -> None:
        """`best` objective so far, a `bound` on it, and the seconds that are left; any may be unknown."""
        now = time.monotonic()
        if phase == self._phase and now - self._wrote < EVERY_S:
            return
        self._phase, self._wrote = phase, now
        at = timezone.now().isoformat()
        seen = {"phase": phase, "best": best, "bound": bound, "left_s": left_s, "at": at}
        Job.objects.filter(pk=self.job_id).update(progress=seen)

    def cancelled(self) -> bool:
        now = time.monotonic()
        if not self._cancelled and now - self._asked >= EVERY_S:
            self._asked = now
            self._cancelled = Job.objects.filter(pk=self.job_id, cancel=True).exists()
        return self._cancelled


class Nobody(Progress):
    """Progress of work that no job does, such as a command at a terminal."""

    def __init__(self) -> None:
        super().__init__(None)

    def report(self, phase: str, best: Any = None, bound: Any = None, left_s: Any = None) -> None:
        return

    def cancelled(self) -> bool:
        return False


_current: ContextVar[Progress | None] = ContextVar("progress", default=None)


def progress(job_id: Any) -> Progress:
    """The progress of a job by its id."""
    return Progress(job_id)


def current() -> Progress:
    """The progress of the job this code runs in; outside of one, an object that ignores reports."""
    return _current.get() or Nobody()
