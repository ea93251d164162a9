"""The demo city: invented ground, people and a year of cases under real division names. Everything says 演示数据."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from jiedao.city import synth
from jiedao.demo import geography, staff

Progress = Callable[[str, float], None]


def _quiet(phase: str, share: float) -> None:
    return None


def build(population: int, seed: int, progress: Progress | None = None) -> dict[str, Any]:
    """Fill an empty database; returns sign_ins, counts of rows, seconds. `progress(phase, share done)` is told often."""
    from jiedao.systems.city_management import demo as city_management

    tell, begun, now = progress or _quiet, time.monotonic(), timezone.now()
    counts = geography.write(synth.generate(population, seed), lambda share, _: tell("ground", share))
    tell("people", 0.0)
    people = staff.build(population, now)
    tell("cases", 0.0)
    sites = city_management.plan(seed, now)
    counts["cases"] = city_management.write(sites, people, now, lambda share: tell("cases", share))
    seconds = round(time.monotonic() - begun, 1)
    return {"sign_ins": people.sign_ins, "counts": dict(counts), "seconds": seconds}
