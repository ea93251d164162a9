"""The demo city: invented ground, people and a year of cases under real division names. Everything says 演示数据."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone

from jiedao.city import synth
from jiedao.demo import geography, staff

Progress = Callable[[str, float], None]


def _quiet(phase: str, share: float) -> None:
    return None


def build(population: int, seed: int, progress: Progress | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Fill an empty database; returns sign_ins, counts, seconds. `progress(phase, share done)` is told often.

    The same population, seed and `now` make the same city, apart from keys and tokens that nobody may guess.
    """
    from jiedao.systems.city_management import demo as city_management

    tell, begun, now = progress or _quiet, time.monotonic(), now or timezone.now()
    counts = geography.write(synth.generate(population, seed), lambda share, _: tell("ground", share))
    tell("people", 0.0)
    people = staff.build(population, now)
    tell("cases", 0.0)
    counts["cases"] = city_management.write(people, seed, now, lambda share: tell("cases", share))
    seconds = round(time.monotonic() - begun, 1)
    return {"sign_ins": people.sign_ins, "counts": dict(counts), "seconds": seconds}
