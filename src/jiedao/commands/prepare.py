"""`jiedao prepare`: what `serve` does before it starts, alone; for several web machines on one database."""

from __future__ import annotations

import argparse

help = "执行迁移、收集静态文件 · apply migrations and collect static files (serve does this by itself)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="不输出 · say nothing")


def run(args: argparse.Namespace) -> int:
    from jiedao.config.prepare import collect, migrate

    applied, collected = migrate(), collect()
    if not args.quiet:
        files = ("已收集", "collected") if collected else ("未变", "unchanged")
        print(
            f"迁移 {len(applied)} 个，静态文件{files[0]} · {len(applied)} migrations applied, static files {files[1]}"
        )
    return 0
