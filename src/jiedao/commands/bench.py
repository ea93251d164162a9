"""`jiedao bench NAME …`: measurements; each lives in commands/bench_NAME.py and returns its rows."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any

from jiedao import commands

help = "基准测试 · measurements (intake, cases, streets, …)"
NEEDS_DJANGO = False
PASSES_ON = True


def names() -> list[str]:
    found = (module.name for module in pkgutil.iter_modules(commands.__path__))
    return sorted(name.removeprefix("bench_") for name in found if name.startswith("bench_"))


def load(name: str) -> ModuleType:
    return importlib.import_module(f"jiedao.commands.bench_{name}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bench", metavar="NAME", help=" ".join(names()))


def build_parser(chosen: Sequence[str]) -> argparse.ArgumentParser:
    """Of the benches named: only these are imported, since they may need much."""
    parser = argparse.ArgumentParser(prog="jiedao bench", description=help)
    subparsers = parser.add_subparsers(dest="bench", required=True, metavar="NAME")
    for name in chosen:
        module = load(name)
        one = subparsers.add_parser(name, help=module.help, description=module.help)
        module.add_arguments(one)
        one.add_argument("--json", action="store_true", help="一个 JSON 对象 · one JSON object")
    return parser


def run(passed: argparse.Namespace) -> int:
    chosen = [name for name in passed.rest[:1] if name in names()]
    args = build_parser(chosen or names()).parse_args(passed.rest)
    module = load(args.bench)
    if getattr(module, "NEEDS_DJANGO", True):
        from jiedao.cli import set_up

        set_up(module)
    report = module.run(args)
    print(json.dumps(report, ensure_ascii=False) if args.json else table(report["rows"]))
    return 0


def machine() -> dict[str, Any]:
    """What the figures were measured on, and how busy it was with other things (mean of 1, 5, 15 minutes)."""
    model = ""
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text().splitlines()
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "cpu": model or platform.processor() or platform.machine(),
        "memory_gb": round(memory, 1),
        "system": platform.system(),
        "load": [round(one, 1) for one in os.getloadavg()] if hasattr(os, "getloadavg") else None,
    }


def versions(*packages: str) -> dict[str, str]:
    """Of Python and of each package named; a peer that is not installed is left out."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows in aligned columns; a row that lacks a key shows a dash."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    cells = [keys, *([_cell(row.get(key)) for key in keys] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(keys))]
    return "\n".join("  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)) for line in cells)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value) if isinstance(value, bool | str) else f"{value:,}"
