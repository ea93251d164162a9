"""The database into and out of an archive: SQLite by its own backup, PostgreSQL by COPY in one snapshot."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, transaction

from jiedao.config.archive import Reader, Writer, damaged

SQLITE_MEMBER = "database.sqlite3"
MIGRATIONS = "django_migrations"


@contextmanager
def _scratch() -> Iterator[Path]:
    """A file name beside the database, on a disk that has room for it."""
    with tempfile.TemporaryDirectory(dir=settings.HOME, prefix=".backup-") as folder:
        yield Path(folder) / SQLITE_MEMBER


def _sqlite(path: str | Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(path, timeout=60, isolation_level=None))


def tables() -> list[str]:
    """Every table of ours, and the list of migrations."""
    return sorted({*connection.introspection.django_table_names(only_existing=True), MIGRATIONS})


def dump_sqlite(writer: Writer) -> dict[str, int]:
    """One step of the backup API reads one WAL snapshot, which neither blocks writers nor is disturbed by them."""
    with _scratch() as copy:
        with _sqlite(settings.DATABASES["default"]["NAME"]) as source, _sqlite(copy) as target:
            source.backup(target, pages=-1)
            target.execute("PRAGMA journal_mode=DELETE")
            rows = {name: target.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables()}  # noqa: S608
        writer.add_file(SQLITE_MEMBER, copy)
    return rows


def load_sqlite(reader: Reader, counts: dict[str, int]) -> None:
    """Into the live file in one transaction: others see the old state until it is the new one."""
    with _scratch() as copy:
        reader.extract(SQLITE_MEMBER, copy)
        with _sqlite(copy) as source:
            _sound(reader, source, counts)
            connection.close()
            with _sqlite(settings.DATABASES["default"]["NAME"]) as target:
                source.backup(target, pages=-1)
                target.execute("PRAGMA journal_mode=WAL")


def _sound(reader: Reader, source: sqlite3.Connection, counts: dict[str, int]) -> None:
    try:
        answer = source.execute("PRAGMA quick_check(1)").fetchone()[0]
        found = {name: source.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in counts}  # noqa: S608
    except sqlite3.DatabaseError as error:
        raise damaged(reader.path, "数据库文件损坏", "the database in it is broken") from error
    if answer != "ok" or found != counts:
        raise damaged(reader.path, "数据库文件损坏", "the database in it is broken")


def _columns(cursor: Any, table: str) -> str:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [table],
    )
    return ", ".join(f'"{name}"' for (name,) in cursor.fetchall())


def dump_postgresql(writer: Writer) -> dict[str, int]:
    """Every table as of one moment; text COPY is the same for every server version and machine."""
    import psycopg

    rows: dict[str, int] = {}
    names = tables()
    with closing(connection.get_new_connection(connection.get_connection_params())) as snapshot:
        snapshot.autocommit = False
        snapshot.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        snapshot.read_only = True
        with psycopg.Cursor(snapshot) as cursor:
            for name in names:
                columns = _columns(cursor, name)
                with cursor.copy(f'COPY "{name}" ({columns}) TO STDOUT') as copy:
                    writer.add(f"tables/{name}.copy", _with_header(columns, copy))
                rows[name] = cursor.rowcount
    return rows


def _with_header(columns: str, copy: Any) -> Iterator[bytes | memoryview]:
    """The first line names the columns; blocks of rows follow."""
    yield f"{columns}\n".encode()
    pending = bytearray()
    for row in copy:
        pending += row
        if len(pending) >= 1 << 18:
            yield bytes(pending)
            pending.clear()
    yield bytes(pending)


def load_postgresql(reader: Reader, counts: dict[str, int]) -> None:
    """All tables emptied and filled in one transaction: others see the old state until it is the new one."""
    ours = set(tables())
    listed = ", ".join(f'"{name}"' for name in sorted(ours))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {listed}")
        for name in sorted(ours & set(counts)):
            _load_table(reader, cursor, name, counts[name])
        models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in ours]
        for sql in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(sql)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _load_table(reader: Reader, cursor: Any, name: str, expected: int) -> None:
    chunks = reader.chunks(f"tables/{name}.copy")
    head, _, rest = next(chunks).partition(b"\n")
    known = set(_columns(cursor, name).split(", "))
    if not known.issuperset(head.decode().split(", ")):
        raise damaged(reader.path, f"表 {name} 的列不符", f"table {name} has other columns")
    with cursor.copy(f'COPY "{name}" ({head.decode()}) FROM STDIN') as copy:
        copy.write(rest)
        for chunk in chunks:
            copy.write(chunk)
    if cursor.rowcount != expected:
        raise damaged(reader.path, f"表 {name} 的行数不符", f"table {name} has another number of rows")


DUMP: dict[str, Callable[[Writer], dict[str, int]]] = {"sqlite": dump_sqlite, "postgresql": dump_postgresql}
LOAD: dict[str, Callable[[Reader, dict[str, int]], None]] = {"sqlite": load_sqlite, "postgresql": load_postgresql}
