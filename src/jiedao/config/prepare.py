"""What must be true before a process serves: the database at the newest migration, the static files collected."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

MIGRATION_LOCK = 0x6A696564616F  # "jiedao"


@contextmanager
def alone(name: str) -> Iterator[None]:
    """One process of this JIEDAO_HOME at a time; on PostgreSQL one of the database."""
    with (Path(settings.HOME) / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def pending() -> list[str]:
    """Migrations not yet applied, as "app.name"."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def migrate() -> list[str]:
    """Apply what is pending; safe with several processes starting at once. Returns what was applied."""
    if not pending():
        return []
    with alone("migrate"):
        todo = pending()
        if todo:
            call_command("migrate", interactive=False, verbosity=0)
    return todo


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            state = Path(storage.path(path)).stat()
            digest.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect() -> bool:
    """Collect, hash and compress the static files if one of them changed since; True if it did."""
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    stamp = root / "collected.sha256"
    with alone("static"):
        now = _fingerprint()
        if stamp.exists() and stamp.read_text() == now:
            return False
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(now)
    return True
