"""The processes of `jiedao serve`: started together, restarted when one dies, stopped together."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jiedao.config.options import Options
from jiedao.errors import Refused
from jiedao.text import Text

log = logging.getLogger("jiedao.serve")
STOP_S = 15.0
STEADY_S = 30.0
BACK_OFF_MAX_S = 30.0
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Process:
    """One kind of child: its command line, and how many to run."""

    name: str
    command: tuple[str, ...]
    count: int = 1


def web(options: Options) -> Process:
    flags = {
        "--interface": "wsgi",
        "--host": options.bind,
        "--port": str(options.port),
        "--workers": str(options.workers),
        "--blocking-threads": str(options.threads),
        "--backlog": "1024",
        "--backpressure": str(max(64, options.threads * 16)),
        "--workers-kill-timeout": "10",
        "--log-level": "warning",
    }
    pairs = [part for pair in flags.items() for part in pair]
    switches = ["--no-ws", "--respawn-failed-workers", "--no-access-log"]
    application = "jiedao.config.wsgi:application"
    return Process("web", (sys.executable, "-m", "granian", *pairs, *switches, application))


def worker(name: str, queues: str, count: int) -> Process:
    return Process(name, (sys.executable, "-m", "jiedao", "worker", "--queues", queues), count)


SOURCES: list[Callable[[Options], Process]] = [
    web,
    lambda options: worker("worker", "default", options.job_workers),
    lambda options: worker("planner", "plans", options.planners),
]
"""What `serve` runs; a gateway appends a function of Options here."""


def processes(options: Options) -> list[Process]:
    return [source(options) for source in SOURCES]


def die_with_parent() -> None:
    """On Linux a child is asked to stop when the supervisor is killed; elsewhere it is found by its process group."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One running copy of a Process, and when it may be started again."""

    def __init__(self, process: Process) -> None:
        self.process, self.failures, self.start_at = process, 0, 0.0
        self.popen: subprocess.Popen[bytes] | None = None
        self.started = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        self.popen = subprocess.Popen(self.process.command, preexec_fn=die_with_parent)

    def tend(self) -> None:
        """Start it if it is due; note it if it died: the next start waits twice as long each time it died early."""
        now = time.monotonic()
        if self.popen is None:
            if now >= self.start_at:
                self.start()
            return
        code = self.popen.poll()
        if code is None:
            return
        self.failures = 1 if now - self.started > STEADY_S else self.failures + 1
        wait = min(BACK_OFF_MAX_S, 0.5 * 2 ** (self.failures - 1))
        log.error("%s ended with %s; starting it again in %.1f s", self.process.name, code, wait)
        self.popen, self.start_at = None, now + wait


def refuse_busy(bind: str, port: int) -> None:
    """Raises Refused where the port cannot be had."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind.strip("[]"), port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                text = Text(f"端口 {port} 已被占用。", f"port {port} is in use.")
                other = Text("换一个：jiedao serve --port 8001", "Take another: jiedao serve --port 8001")
            else:
                text = Text(f"无法监听 {bind}:{port}：{error}", f"cannot listen on {bind}:{port}: {error}")
                other = Text("请检查 bind 与 port", "check bind and port")
            raise Refused(text, field="port", value=port, expected=other) from error


def stop_all(children: Sequence[Child]) -> None:
    """SIGTERM to each, so that requests and jobs at hand end; SIGKILL to what is left after STOP_S."""
    running = [child.popen for child in children if child.popen and child.popen.poll() is None]
    for popen in running:
        popen.terminate()
    deadline = time.monotonic() + STOP_S
    for popen in running:
        try:
            popen.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            popen.kill()
            popen.wait()


def supervise(options: Options, ready: Callable[[], None] = lambda: None) -> int:
    """Run until SIGTERM or SIGINT; `ready` is called when the web port answers. Returns the exit code."""
    refuse_busy(options.bind, options.port)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    children = [Child(process) for process in processes(options) for _ in range(process.count)]
    told = False
    try:
        while not stop.is_set():
            for child in children:
                child.tend()
            told = told or _tell(options, ready)
            stop.wait(0.2)
    finally:
        stop_all(children)
    return 0


def _tell(options: Options, ready: Callable[[], None]) -> bool:
    host = "127.0.0.1" if options.bind in ("", "0.0.0.0") else options.bind.strip("[]")  # noqa: S104
    try:
        socket.create_connection((host, options.port), timeout=0.2).close()
    except OSError:
        return False
    ready()
    return True
