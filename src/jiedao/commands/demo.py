"""`jiedao demo`: builds the demo city in JIEDAO_HOME, prints who can sign in, and serves it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

help = "生成并运行演示城市 · build the demo city and serve it"
NEEDS_DJANGO = False
FEWEST, MOST = 3_000, 6_000_000
"""People that a demo city can have; `jiedao.city.synth` makes no others."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--population", type=int, default=20_000, metavar="N", help="人口，默认 20000 · default 20000")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="随机种子，默认 1 · default 1")
    parser.add_argument("--fresh", action="store_true", help="重新生成 · build it anew")
    parser.add_argument("--no-serve", action="store_true", help="只生成，不运行 · build only")
    parser.add_argument("--port", type=int, metavar="P", help="端口，默认 8000 · default 8000")


def run(args: argparse.Namespace) -> int:
    os.environ["JIEDAO_MODE"] = "demo"
    if args.port is not None:
        os.environ["JIEDAO_PORT"] = str(args.port)

    from jiedao import cli
    from jiedao.config.options import options
    from jiedao.config.supervisor import refuse_busy

    check(args.population, args.seed)
    if not args.no_serve:
        refuse_busy(options().bind, options().port)
    cli.set_up(argparse.Namespace(NEEDS_DATABASE=True))
    report = build(args.population, args.seed, fresh=args.fresh)
    print(sign_ins(report, options().origin), flush=True)
    if not args.no_serve:
        os.execv(sys.executable, [sys.executable, "-m", "jiedao", "serve"])  # noqa: S606
    return 0


def check(population: int, seed: int) -> None:
    """Raises Invalid for a city that cannot be made."""
    from jiedao.errors import Invalid
    from jiedao.text import Text

    if not FEWEST <= population <= MOST:
        text = Text(f"演示城市不能有 {population:,} 人。", f"A demo city cannot have {population:,} people.")
        expected = Text(f"--population 须在 {FEWEST:,} 到 {MOST:,} 之间", f"--population is {FEWEST:,} to {MOST:,}")
        raise Invalid(text, field="population", value=population, expected=expected)
    if seed < 0:
        text = Text("随机种子不能为负数。", "A seed cannot be below zero.")
        raise Invalid(text, field="seed", value=seed, expected=Text("--seed 0、1、2 …", "--seed 0, 1, 2, …"))


def build(population: int, seed: int, *, fresh: bool = False) -> dict[str, Any]:
    """The report of the demo that stands here, built first if it is another one, or unfinished.

    Raises Refused where data stand here that no demo made.
    """
    from django.core.management import call_command

    from jiedao.config.backup import holds_data
    from jiedao.config.options import demo_mark, options
    from jiedao.errors import Conflict
    from jiedao.text import Text

    mark = demo_mark(options().home)
    wanted = {"population": population, "seed": seed}
    standing = json.loads(mark.read_text()) if mark.exists() else None
    if standing and not fresh and standing.get("built") and wanted.items() <= standing.items():
        return standing
    if holds_data():
        if not standing:
            text = Text(f"{options().home} 中已有真实数据。", f"{options().home} holds data that no demo made.")
            hint = Text("请用 JIEDAO_HOME 指定另一个目录", "Name another folder with JIEDAO_HOME")
            raise Conflict(text, field="JIEDAO_HOME", expected=hint)
        call_command("flush", interactive=False, verbosity=0)
    _write(mark, wanted | {"built": False})

    from jiedao import demo

    phases = Phases()
    report = wanted | {"built": True} | demo.build(population, seed, phases)
    phases.end(report["seconds"])
    _write(mark, report)
    return report


class Phases:
    """Tells on standard error how far the city is: one line that changes at a terminal, elsewhere a line a phase."""

    NAMES = {"ground": "地图 ground", "people": "人员 people", "cases": "案卷 cases"}

    def __init__(self) -> None:
        self.phase, self.shown, self.live = "", -1, sys.stderr.isatty()

    def __call__(self, phase: str, share: float) -> None:
        percent = int(share * 100)
        if phase == self.phase and (percent == self.shown or not self.live):
            return
        self.phase, self.shown = phase, percent
        place = list(self.NAMES).index(phase) + 1
        line = f"{place}/{len(self.NAMES)} {self.NAMES[phase]}"
        self._print(f"\r{line} {percent:3d} %  " if self.live else f"{line} …\n")

    def end(self, seconds: float) -> None:
        self._print(f"{chr(13) if self.live else ''}建成，用时 {seconds:.0f} 秒 · built in {seconds:.0f} s\n")

    @staticmethod
    def _print(text: str) -> None:
        print(text, end="", file=sys.stderr, flush=True)


def _write(mark: Path, content: dict[str, Any]) -> None:
    aside = mark.with_suffix(".new")
    aside.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str))
    aside.replace(mark)


def sign_ins(report: dict[str, Any], origin: str) -> str:
    """What to open and as whom: `sign_ins` of the report is a list of {role, username, password, url}."""
    lines = ["演示数据：地名真实，街道、人物和案卷均为虚构 · invented data; only the names of places are real", ""]
    for one in report["sign_ins"]:
        lines.append(f"  {origin}{one['url']:<10} {one['username']:<16} {one['password']:<16} {one['role']}")
    return "\n".join([*lines, ""])
