"""Task: what filing costs one by one and in batches: queries, CPU of this process and of the database's, wall time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from jiedao.cases import intake
from jiedao.cases.kinds import NewReport
from jiedao.commands.benching import words
from jiedao.commands.benching.cpu import backend

WARM = 30
COUNTED = 10
"""Batches whose queries are counted; writing them down would cost the others time."""


def reports(seed: int, count: int) -> list[NewReport]:
    """As a page of ours would file them: with a key of the sender, triage and duplicates on."""
    return [
        NewReport("city", text=text, lon=lon, lat=lat, channel="portal", key=f"{seed}:{n}")
        for n, (text, lon, lat) in enumerate(words.take(seed, count))
    ]


def count(batches: Sequence[Sequence[NewReport]]) -> int:
    """Queries of the dearest batch, BEGIN and COMMIT among them."""
    found = []
    for batch in batches:
        with CaptureQueriesContext(connection) as seen:
            intake.do_file(batch)
        found.append(len(seen))
    return max(found)


def measure(size: int, batches: Sequence[Sequence[NewReport]]) -> dict[str, Any]:
    """`batches` of `size` reports each; CPU is for one report, wall time for a batch."""
    queries = count(batches[:COUNTED])
    timed = batches[COUNTED:]
    cpus, walls, merged = [], [], 0
    began = backend()
    for batch in timed:
        wall, cpu = time.perf_counter(), time.process_time()
        filed = intake.do_file(batch)
        cpus.append((time.process_time() - cpu) * 1e3 / size)
        walls.append((time.perf_counter() - wall) * 1e3)
        merged += sum(one.merged for one in filed)
    ended, all_ = backend(), size * len(timed)
    return {
        "batch": size,
        "queries": queries,
        "cpu_ms": round(statistics.median(cpus), 2),
        "db_cpu_ms": round((ended - began) * 1e3 / all_, 2) if ended is not None and began is not None else None,
        "p50_ms": round(statistics.median(walls), 2),
        "p99_ms": round(statistics.quantiles(walls, n=100)[-1], 1),
        "merged_pct": round(100 * merged / all_, 1),
    }


def run(seed: int, singles: int, sizes: Sequence[int]) -> list[dict[str, Any]]:
    """At least `singles` reports for each size of batch."""
    intake.do_file(reports(seed, WARM))
    rows = []
    for number, size in enumerate(sizes, 1):
        found = reports(seed + number, max(singles, (40 + COUNTED) * size))
        rows.append(measure(size, [found[i : i + size] for i in range(0, len(found) - size + 1, size)]))
    return rows
