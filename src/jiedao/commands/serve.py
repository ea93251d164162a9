"""`jiedao serve`: web, API and background workers until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

help = "运行网站、接口和后台任务 · serve the web, the API and background work"
NEEDS_DJANGO = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, metavar="P", help="端口，默认 8000 · default 8000")
    parser.add_argument("--bind", metavar="HOST", help="监听地址，默认 127.0.0.1 · default 127.0.0.1")


def run(args: argparse.Namespace) -> int:
    chosen = {"JIEDAO_PORT": args.port, "JIEDAO_BIND": args.bind}
    os.environ.update({name: str(value) for name, value in chosen.items() if value is not None})

    from jiedao.config import supervisor
    from jiedao.config.options import options

    supervisor.refuse_busy(options().bind, options().port)
    code = subprocess.call([sys.executable, "-m", "jiedao", "prepare", "--quiet"])
    if code:
        return code
    return supervisor.supervise(options(), ready=lambda: announce(options().origin))


def announce(origin: str) -> None:
    print(f"街道 Jiedao {origin}/  （Ctrl-C 停止 · stops）", flush=True)
