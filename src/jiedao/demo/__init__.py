"""The demo city: invented ground, people and a year of cases under real division names. Everything says 演示数据."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.db import connection
from django.utils import timezone

from jiedao.city import synth
from jiedao.demo import geography, staff
from jiedao.registry import registry

Progress = Callable[[str, float], None]
HASTE = {"synchronous": 0, "cache_size": -262_144}
"""Settings of SQLite while the city is built; a negative cache size is in KiB."""


def _quiet(phase: str, share: float) -> None:
    return None


def build(population: int, seed: int, progress: Progress | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Fill an empty database; returns sign_ins, counts, seconds. `progress(phase, share done)` is told often.

    The same population, seed and `now` make the same city, apart from keys and tokens that nobody may guess.
    """
    tell, begun = progress or _quiet, time.monotonic()
    now = timezone.localtime(now)
    with hasty():
        counts = geography.write(synth.generate(population, seed), lambda share, _: tell("ground", share))
        tell("people", 0.0)
        people = staff.build(population, now)
        counts["cases"] = 0
        for part in parts():
            tell("cases", 0.0)
            counts["cases"] += part.build(people, seed, now, lambda share: tell("cases", share))
    seconds = round(time.monotonic() - begun, 1)
    return {"sign_ins": people.sign_ins, "counts": dict(counts), "seconds": seconds}


def parts() -> list[ModuleType]:
    """The `demo` of every system that has one: `build(people, seed, now, progress) -> cases made`."""
    names = (f"{system.package}.demo" for system in registry().systems())
    return [import_module(name) for name in names if find_spec(name)]


@contextmanager
def hasty() -> Iterator[None]:
    """SQLite without waiting for the disk and with a larger cache: what is lost in a power cut is built again."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        kept = [(name, cursor.execute(f"PRAGMA {name}").fetchone()[0]) for name in HASTE]
        for name, value in HASTE.items():
            cursor.execute(f"PRAGMA {name} = {value}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for name, value in kept:
                cursor.execute(f"PRAGMA {name} = {value}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
