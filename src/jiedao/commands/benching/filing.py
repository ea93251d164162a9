"""Task: one process that files as fast as it can, from many threads, as a web process under load: group commit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone

from jiedao.cases import commit, intake
from jiedao.cases.intake import Filed
from jiedao.cases.kinds import NewReport
from jiedao.commands.benching import words
from jiedao.commands.benching.cpu import backend

READY = 4_000
"""Reports made before the clock starts; they are used again with new keys when more are needed."""


class Filer(threading.Thread):
    """One person after another."""

    def __init__(self, name: str, texts: list[words.Said], start_at: float, seconds: float) -> None:
        super().__init__(name=name)
        self.texts, self.start_at, self.stop_at = texts, start_at, start_at + seconds
        self.walls: list[float] = []
        self.db_cpu: float | None = 0.0
        self.merged = 0

    def run(self) -> None:
        self._file(0)
        began, number = backend(), 1
        time.sleep(max(0.0, self.start_at - time.time()))
        while time.time() < self.stop_at:
            wall = time.perf_counter()
            self.merged += self._file(number, intake.submit).merged
            self.walls.append((time.perf_counter() - wall) * 1e3)
            number += 1
        ended = backend()
        self.db_cpu = None if began is None or ended is None else ended - began
        connection.close()

    def _file(
        self, number: int, file: Callable[[NewReport], Filed] = lambda report: intake.do_file([report])[0]
    ) -> Filed:
        """The first one without the others, so that this thread has its own connection when the clock starts."""
        text, lon, lat = self.texts[number % len(self.texts)]
        return file(NewReport("city", text=text, lon=lon, lat=lat, channel="portal", key=f"{self.name}:{number}"))


def run(process: int, threads: int, start_at: float, seconds: float, seed: int) -> dict[str, Any]:
    """Starts at the POSIX time `start_at`, so that several processes run together."""
    texts = words.take(seed + process, READY)
    first = NewReport("city", text=texts[0][0], lon=texts[0][1], lat=texts[0][2])
    intake.propose([intake.prepare(first)], timezone.now())
    filers = [Filer(f"{process}.{n}", texts[n::threads], start_at, seconds) for n in range(threads)]
    for filer in filers:
        filer.start()
    late = time.time() - start_at
    if late > 0:
        raise RuntimeError(f"ready {late:.0f} s too late")
    time.sleep(-late)
    cpu = time.process_time()
    for filer in filers:
        filer.join()
    cpus = [filer.db_cpu for filer in filers]
    return {
        "walls": [round(wall, 2) for filer in filers for wall in filer.walls],
        "cpu": time.process_time() - cpu,
        "db_cpu": None if None in cpus else sum(cpus),
        "batches": commit._committer.batches,
        "merged": sum(filer.merged for filer in filers),
    }
