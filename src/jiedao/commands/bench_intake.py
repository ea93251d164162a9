"""`jiedao bench intake`: filing reports one by one, in batches, from several processes, and over HTTP."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from typing import Any

from jiedao.commands.bench import machine, versions
from jiedao.commands.benching import cpu, posting, serving
from jiedao.commands.benching.stage import KINDS, Stage, answer, chosen, stage

help = "上报：单件、批量、多进程、HTTP · filing reports, one by one and under load"
NEEDS_DJANGO = False

POPULATION = 50_000
BEFORE = 20_000
"""Cases that stand there before."""
SINGLES = 300
SIZES = (1, 8, 64)
START_S = 60.0
"""For the processes of a load to get ready before the clock starts."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workers", type=int, default=2, metavar="W", help="进程数，默认 2 · processes")
    parser.add_argument("--threads", type=int, default=24, metavar="T", help="每进程线程数 · threads of each")
    parser.add_argument("--seconds", type=float, default=20.0, metavar="S", help="持续秒数 · seconds of load")
    parser.add_argument("--population", type=int, default=POPULATION, metavar="N", help="演示城市人口 · of the city")
    parser.add_argument("--db", choices=KINDS, default="", help="数据库，默认全部 · default: all that are here")
    parser.add_argument("--seed", type=int, default=1)


def run(args: argparse.Namespace) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for db in chosen(args.db):
        with stage(db, JIEDAO_WORKERS=str(args.workers), JIEDAO_THREADS=str(min(args.threads, 64))) as here:
            here.run("ground", population=args.population, seed=args.seed)
            here.run("fill", cases=BEFORE, seed=args.seed)
            print(f"{db}: city of {args.population} built", file=sys.stderr)
            for found in here.run("singles", seed=args.seed, singles=SINGLES, sizes=SIZES):
                rows.append({"db": db, "through": "do_file", "workers": 1} | found)
            rows.append({"db": db, "through": "submit"} | load(here, args))
            rows.append({"db": db, "through": "http"} | over_http(here, args))
    return {
        "name": "intake",
        "machine": machine(),
        "versions": versions("Django", "psycopg", "granian", "scikit-learn"),
        "seed": args.seed,
        "population": args.population,
        "rows": rows,
    }


def load(here: Stage, args: argparse.Namespace) -> dict[str, Any]:
    """Processes of many threads that all file as fast as they are answered."""
    given = {
        "threads": args.threads,
        "start_at": time.time() + START_S,
        "seconds": args.seconds,
        "seed": args.seed + 50,
    }
    started = [here.start("filing", process=n, **given) for n in range(args.workers)]
    found = [answer(one) for one in started]
    walls = [wall for one in found for wall in one["walls"]]
    db_cpu = None if None in [one["db_cpu"] for one in found] else sum(one["db_cpu"] for one in found)
    filed = len(walls)
    return {
        "workers": args.workers,
        "threads": args.threads,
        "batch": round(filed / sum(one["batches"] for one in found), 1),
        **pace(walls, args.seconds),
        **price(filed, sum(one["cpu"] for one in found), db_cpu),
        "merged_pct": round(100 * sum(one["merged"] for one in found) / filed, 1),
    }


def over_http(here: Stage, args: argparse.Namespace) -> dict[str, Any]:
    """Programs that post to the API of a running server; they use the same cores."""
    programs = args.workers * min(args.threads, 16)
    made, port = here.run("clients", count=programs, seed=args.seed + 90, reports=4000), serving.free_port()
    with serving.served(here, port) as server:
        texts = made["texts"]
        _send(port, made["keys"], texts, "warm", 5.0)
        began = cpu.group(server.pid)
        senders = _send(port, made["keys"], texts, "load", args.seconds)
        spent = cpu.group(server.pid) - began
    walls = [wall for sender in senders for *_, wall in sender.done]
    refused = [text for sender in senders for text in sender.refused]
    if refused:
        print(f"{len(refused)} refused, such as {refused[0]}", file=sys.stderr)
    base = {"workers": args.workers, "threads": args.threads, "programs": programs, "refused": len(refused)}
    return base | pace(walls, args.seconds) | price(len(walls), spent, None)


def _send(port: int, keys: Sequence[str], texts: Sequence[Any], name: str, seconds: float) -> list[posting.Sender]:
    stop_at = time.time() + seconds
    senders = [posting.Sender(f"{name}-{n}", port, key, texts[n :: len(keys)], stop_at) for n, key in enumerate(keys)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return senders


def pace(walls: list[float], seconds: float) -> dict[str, Any]:
    found = statistics.quantiles(walls, n=100)
    return {"rate_per_s": round(len(walls) / seconds, 1), "p50_ms": round(found[49], 1), "p99_ms": round(found[98], 1)}


def price(filed: int, cpu_s: float, db_cpu_s: float | None) -> dict[str, Any]:
    """Milliseconds of CPU a report, and how many reports a second two cores of nobody else's could pay for."""
    whole = (cpu_s + (db_cpu_s or 0)) / filed
    return {
        "cpu_ms": round(cpu_s * 1e3 / filed, 2),
        "db_cpu_ms": None if db_cpu_s is None else round(db_cpu_s * 1e3 / filed, 2),
        "two_cores_per_s": round(2 / whole),
    }
