"""Whole installations for these tests: each with its own JIEDAO_HOME, and its own database on either kind."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.processes import environment, jiedao

ADDRESS = os.environ.get("JIEDAO_DATABASE_URL", "")
POSTGRES = ADDRESS.startswith("postgres")
numbers = itertools.count(1)


def _server(sql: str) -> None:
    import psycopg

    with closing(psycopg.connect(ADDRESS, autocommit=True)) as connection:
        connection.execute(sql)


def _database(number: int) -> tuple[str, dict[str, str]]:
    name = f"jiedao_platform_{os.getpid()}_{number}"
    return name, {"JIEDAO_DATABASE_URL": urlunsplit(urlsplit(ADDRESS)._replace(path=f"/{name}"))} if POSTGRES else {}


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """An installation that others are copied from: its JIEDAO_HOME, and the name of its PostgreSQL database."""
    home = tmp_path_factory.mktemp("migrated")
    name, more = _database(0)
    if POSTGRES:
        _server(f"CREATE DATABASE {name}")
    done = jiedao("manage", "migrate", "-v0", "--skip-checks", env=environment(home, **more))
    assert done.returncode == 0, done.stderr
    yield home, name
    if POSTGRES:
        _server(f"DROP DATABASE {name}")


@pytest.fixture
def installation(tmp_path: Path, migrated: tuple[Path, str]) -> Iterator[Callable[..., dict[str, str]]]:
    """`installation()` makes one and returns the environment of its commands; `empty` has not a table yet."""
    made: list[str] = []

    def make(*, empty: bool = False) -> dict[str, str]:
        number = next(numbers)
        name, more = _database(number)
        home = tmp_path / f"home{number}"
        if POSTGRES:
            _server(f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {migrated[1]}"))
            made.append(name)
        if not empty:
            shutil.copytree(migrated[0], home, ignore=shutil.ignore_patterns("*.key", "*.lock"))
        return environment(home, **more)

    yield make
    for name in made:
        _server(f"DROP DATABASE {name} WITH (FORCE)")
