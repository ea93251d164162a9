"""`jiedao bench cases`: what a page of 50 cases costs among very many, on each database."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from jiedao.commands.bench import machine, versions
from jiedao.commands.benching.stage import KINDS, chosen, stage

help = "案卷列表：一页 50 件 · a page of 50 cases among many"
NEEDS_DJANGO = False

CASES = 62_000
POPULATION = 400_000
"""Of the city whose areas and units the cases are spread over: 267 communities, 72 departments and teams."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=CASES, metavar="N", help="案卷数 · how many cases")
    parser.add_argument("--db", choices=KINDS, default="", help="数据库，默认全部 · default: all that are here")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--turns", type=int, default=40, help="每种列表的次数 · turns of each list")


def run(args: argparse.Namespace) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    filled: dict[str, float] = {}
    for db in chosen(args.db):
        with stage(db) as here:
            here.run("ground", population=POPULATION, seed=args.seed, whole=False)
            began = time.perf_counter()
            here.run("fill", cases=args.cases, seed=args.seed)
            filled[db] = round(time.perf_counter() - began, 1)
            print(f"{db}: {args.cases} cases in {filled[db]} s", file=sys.stderr)
            rows += here.run("lists", turns=args.turns)
    return {
        "name": "cases",
        "machine": machine(),
        "versions": versions("Django", "psycopg"),
        "seed": args.seed,
        "fill_s": filled,
        "rows": rows,
    }
