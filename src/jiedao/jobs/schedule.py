"""Tasks that come back. Declared in `AppConfig.ready`; of all workers one enqueues each turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks.base import Task

from jiedao.jobs.models import Schedule
from jiedao.jobs.queue import enqueue


@dataclass(frozen=True)
class Entry:
    name: str
    task: Task
    every_s: int | None = None
    daily_at: time | None = None

    def next(self, after: datetime) -> datetime:
        """The first turn after a moment; turns missed while nothing ran are not made up for."""
        if self.every_s:
            return after + timedelta(seconds=self.every_s)
        assert self.daily_at is not None
        local = timezone.localtime(after)
        today = local.replace(hour=self.daily_at.hour, minute=self.daily_at.minute, second=0, microsecond=0)
        return today if today > local else today + timedelta(days=1)


_entries: dict[str, Entry] = {}


def every(name: str, task: Task, seconds: int) -> None:
    """Run `task` every so many seconds."""
    _declare(Entry(name, task, every_s=seconds))


def daily(name: str, task: Task, at: str) -> None:
    """Run `task` each day at a local time, "03:30"."""
    _declare(Entry(name, task, daily_at=time.fromisoformat(at)))


def _declare(entry: Entry) -> None:
    if _entries.setdefault(entry.name, entry) != entry:
        raise ValueError(f"two schedules are named {entry.name!r}")


def entries() -> list[Entry]:
    return list(_entries.values())


def sync(now: datetime) -> None:
    """Rows for what is declared, and only for that; a turn already set is kept unless its rhythm changed."""
    Schedule.objects.exclude(name__in=_entries).delete()
    rows = Schedule.objects.in_bulk()
    for entry in entries():
        row = rows.get(entry.name)
        if row and (row.task, row.every_s, row.daily_at) == (entry.task.module_path, entry.every_s, entry.daily_at):
            continue
        values = {"task": entry.task.module_path, "every_s": entry.every_s, "daily_at": entry.daily_at}
        Schedule.objects.update_or_create(name=entry.name, defaults=values | {"next_at": entry.next(now)})


def tick(now: datetime) -> list[str]:
    """Enqueue what is due; of several workers the one that moves `next_at` does it. Returns the names."""
    return [row.name for row in Schedule.objects.filter(next_at__lte=now) if _turn(row, now)]


def _turn(row: Schedule, now: datetime) -> bool:
    entry = _entries.get(row.name)
    if entry is None:
        return False
    with transaction.atomic():
        moved = Schedule.objects.filter(pk=row.pk, next_at=row.next_at).update(next_at=entry.next(now))
        if moved:
            enqueue(entry.task, dedupe=f"schedule:{row.name}")
    return bool(moved)
