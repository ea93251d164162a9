"""Throw-away installations: a JIEDAO_HOME in a temporary folder with a database of its own, gone afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

SOURCE = Path(__file__).resolve().parents[3]
LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"
"""Asked where JIEDAO_BENCH_POSTGRES names no server."""
KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Stage:
    """One installation. `env` is the environment of its programs."""

    db: str
    env: dict[str, str]

    def command(self, task: str, **given: Any) -> list[str]:
        return [sys.executable, "-m", "jiedao.commands.benching.inside", task, json.dumps(given)]

    def start(self, task: str, **given: Any) -> subprocess.Popen[str]:
        """Run `benching.<task>.run(**given)` in a process of its own."""
        return subprocess.Popen(self.command(task, **given), env=self.env, stdout=subprocess.PIPE, text=True)

    def run(self, task: str, **given: Any) -> Any:
        """The same, waiting for its answer."""
        return answer(self.start(task, **given))


def answer(started: subprocess.Popen[str]) -> Any:
    """What the task of a started process returned. Raises RuntimeError where it failed."""
    out, _ = started.communicate()
    if started.returncode:
        raise RuntimeError(f"{started.args!r} ended with {started.returncode}")
    return json.loads(out.strip().splitlines()[-1])


def server() -> str:
    """Address of the PostgreSQL server to use, '' where none answers."""
    import psycopg

    address = os.environ.get("JIEDAO_BENCH_POSTGRES") or LOCAL
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError:
        return ""
    return address


def chosen(wanted: str) -> list[str]:
    """Kinds of database to measure: the one named, or all that are here."""
    if wanted:
        return [wanted]
    return [kind for kind in KINDS if kind == "sqlite" or server()]


@contextlib.contextmanager
def stage(db: str, **more: str) -> Iterator[Stage]:
    """A migrated, empty installation; `more` are JIEDAO_… settings."""
    with tempfile.TemporaryDirectory(prefix="jiedao-bench-") as folder, _database(db) as address:
        env = {key: value for key, value in os.environ.items() if not key.startswith(("JIEDAO_", "DJANGO_"))}
        env |= {"PYTHONPATH": str(SOURCE), "JIEDAO_HOME": folder, "JIEDAO_DATABASE_URL": address} | more
        made = Stage(db, env)
        made.run("prepare")
        yield made


@contextlib.contextmanager
def _database(db: str) -> Iterator[str]:
    if db != "postgresql":
        yield ""
        return
    import psycopg

    address, name = server(), f"jiedao_bench_{os.getpid()}"
    if not address:
        raise RuntimeError("no PostgreSQL answers at JIEDAO_BENCH_POSTGRES or on 127.0.0.1")
    with contextlib.closing(psycopg.connect(address, autocommit=True)) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
