"""Tasks for these tests."""

import os
import time
from pathlib import Path

from django_tasks import task

from jiedao.errors import Invalid
from jiedao.jobs.progress import current
from jiedao.text import Text


@task()
def add(a: int, b: int) -> int:
    return a + b


@task()
def break_down() -> None:
    raise ZeroDivisionError("on purpose")


@task()
def refuse() -> None:
    raise Invalid(Text("不行", "no"), field="x")


@task(takes_context=True)
def who(context) -> str:
    return context.task_result.id


@task()
def note(path: str, seconds: float = 0.0) -> None:
    """A line when it begins and one when it ends."""
    with Path(path).open("a") as file:
        file.write(f"begin {os.getpid()}\n")
        file.flush()
        time.sleep(seconds)
        file.write("end\n")


@task()
def plan(limit_s: float) -> dict:
    """Works until it is asked to stop, and then returns its best so far."""
    progress, best, end = current(), 100.0, time.monotonic() + limit_s
    while time.monotonic() < end and not progress.cancelled():
        best -= 1
        progress.report("search", best=best, bound=10.0, left_s=end - time.monotonic())
        time.sleep(0.02)
    return {"best": best, "stopped": progress.cancelled()}


def plain() -> None:
    """No @task."""
