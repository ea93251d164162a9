"""`jiedao bench carp PATH…`: street coverage on public instances, against the best known values."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jiedao.commands.bench import machine, versions
from jiedao.engines.arcs import (
    ENGINE,
    ArcProblem,
    MaxIterations,
    MaxSeconds,
    Parameters,
    arc_problem,
    check,
    lower_bound,
    read_carp,
    read_mm_kwrpp,
    solve,
)

help = "街道覆盖（CARP、MM-k-WRPP 算例）· street coverage on CARP and MM-k-WRPP instances"
NEEDS_DJANGO = False

BEST_KNOWN = Path(__file__).resolve().parents[3] / "benchmarks" / "carp_best_known.csv"
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, help="算例文件或文件夹 · instance files or folders")
    parser.add_argument(
        "--seconds", type=float, default=10.0, help="每个算例的搜索秒数 · seconds of search an instance"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--vehicles", type=int, default=2, help="MM-k-WRPP 的班组数 · teams in MM-k-WRPP instances")
    parser.add_argument(
        "--clock",
        choices=CLOCKS,
        default="wall",
        help="cpu：机器繁忙时按本进程的处理器秒计 · cpu counts the seconds of this process, for a busy machine",
    )
    parser.add_argument("--bound-rounds", type=int, default=200, help="下界的割平面轮数 · rounds of cuts for the bound")


def run(args: argparse.Namespace) -> dict[str, Any]:
    started = time.perf_counter()
    _warm_up()
    compiled = time.perf_counter() - started
    known = best_known()
    with _own_output():
        rows = [_row(path, args, known) for path in _files(args.paths)]
    return {
        "name": "carp",
        "machine": machine(),
        "versions": versions("numpy", "numba", "scipy", "highspy") | {"engine": ENGINE},
        "seed": args.seed,
        "clock": args.clock,
        "warm_up_s": round(compiled, 2),
        "rows": rows,
    }


def best_known() -> dict[str, float]:
    """Best known cost by instance name; empty where the file is not at hand (an installed package)."""
    if not BEST_KNOWN.exists():
        return {}
    with BEST_KNOWN.open(encoding="utf-8", newline="") as file:
        return {row["instance"]: float(row["best_known"]) for row in csv.DictReader(file)}


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]


def _row(path: Path, args: argparse.Namespace, known: dict[str, float]) -> dict[str, Any]:
    problem, minmax = _read(path, args.vehicles)
    clock = CLOCKS[args.clock]
    bound = lower_bound(problem, args.bound_rounds)
    least = bound.longest(args.vehicles) if minmax else bound.total
    started = clock()
    parameters = Parameters(minmax=minmax, target=least)
    result = solve(problem, MaxSeconds(args.seconds, clock), parameters, seed=args.seed)
    seconds = clock() - started
    verdict = check(problem, result.solution)
    cost = verdict.longest if minmax else verdict.cost
    best = known.get(path.stem)
    return {
        "instance": path.stem,
        "required": len(problem.tasks),
        "cost": cost,
        "best_known": best,
        "gap_pct": None if best is None else round(100.0 * (cost - best) / best, 4),
        "lower_bound": least,
        "routes": len(result.solution.routes),
        "iterations": result.iterations,
        "seconds": round(seconds, 3),
        "feasible": verdict.feasible,
    }


def _read(path: Path, vehicles: int) -> tuple[ArcProblem, bool]:
    """The problem, and whether its longest route is what counts."""
    if path.suffix == ".dat":
        return read_carp(path), False
    return read_mm_kwrpp(path, vehicles), True


def _warm_up() -> None:
    """Compile the kernels, or load them from their cache, on a problem of two streets."""
    smallest = arc_problem(3, [[0, 1], [1, 2]], [1.0, 1.0])
    solve(smallest, MaxIterations(10))
    lower_bound(smallest)


@contextmanager
def _own_output() -> Iterator[None]:
    """Send what libraries print (HiGHS greets) to standard error, so that --json prints one object only."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=help)
    add_arguments(parser)
    parser.add_argument("--json", action="store_true")
    print(json.dumps(run(parser.parse_args()), ensure_ascii=False, indent=None))
