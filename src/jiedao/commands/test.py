"""`jiedao test …`: pytest, after a line that says which optional things were found."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

help = "运行测试 · run the test suite; arguments go to pytest"
NEEDS_DJANGO = False
PASSES_ON = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="…", help="pytest 的参数 · arguments for pytest")


def run(args: argparse.Namespace) -> int:
    from jiedao.config.options import CHECKOUT

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(CHECKOUT / "src"), str(CHECKOUT)])}
    return subprocess.call([sys.executable, "-m", "pytest", *args.rest], cwd=CHECKOUT, env=environment)
