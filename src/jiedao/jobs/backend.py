"""The Django Tasks interface over the jobs table: `@task` functions, `.enqueue(…)`, `.get_result(id)`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist

from jiedao.jobs import queue
from jiedao.jobs.models import Job

STATUS: dict[str, Any] = {
    "ready": TaskResultStatus.READY,
    "running": TaskResultStatus.RUNNING,
    "done": TaskResultStatus.SUCCESSFUL,
    "failed": TaskResultStatus.FAILED,
    "cancelled": TaskResultStatus.FAILED,
}


def find_task(path: str) -> Task:
    """The `@task` at a dotted path; a plain function is refused, so that a row can only call what was meant to be."""
    found = import_string(path)
    if not isinstance(found, Task):
        raise TypeError(f"{path} is not a @task")
    return found


def result_of(job: Job, task: Task | None = None) -> TaskResult:
    result: TaskResult = TaskResult(
        task=task or find_task(job.task),
        id=str(job.pk),
        status=STATUS[job.state],
        enqueued_at=job.created_at,
        started_at=job.started_at,
        last_attempted_at=job.started_at,
        finished_at=job.finished_at,
        args=job.args,
        kwargs=job.kwargs,
        backend="default",
        errors=[],
        worker_ids=[job.worker] * job.attempts,
    )
    object.__setattr__(result, "_return_value", job.result)
    return result


class TableBackend(BaseTaskBackend):
    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task, args: Any, kwargs: Any) -> TaskResult:
        self.validate_task(task)
        return result_of(queue.enqueue(task, *args, **kwargs), task)

    def get_result(self, result_id: str) -> TaskResult:
        try:
            return result_of(Job.objects.get(pk=result_id))
        except (Job.DoesNotExist, ValidationError) as error:
            raise TaskResultDoesNotExist(result_id) from error
