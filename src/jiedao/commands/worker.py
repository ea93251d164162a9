"""`jiedao worker`: one background worker; `serve` starts these, and a second machine can add more."""

from __future__ import annotations

import argparse
import signal
import threading

help = "后台任务进程 · a background worker (serve starts its own)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--queues", default="default", help="default, plans 或两者 · or both, comma-separated")


def run(args: argparse.Namespace) -> int:
    from jiedao.jobs import worker

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.run(stop, args.queues.split(","))
    return 0
