"""`jiedao serve` in a process group of its own: started, waited for, stopped, killed."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from jiedao.commands.benching.stage import Stage

START_S = 180.0


def free_port() -> int:
    """Below the range that systems hand out to clients."""
    for port in range(20_000 + os.getpid() % 8_000, 32_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")


def start(stage: Stage, port: int) -> subprocess.Popen[bytes]:
    """The server with its worker, once it answers. Raises RuntimeError with its last words where it does not."""
    command = [sys.executable, "-m", "jiedao", "serve", "--port", str(port)]
    said = Path(stage.env["JIEDAO_HOME"], "serve.log")
    with said.open("wb") as out:
        started = subprocess.Popen(command, env=stage.env, stdout=out, stderr=out, start_new_session=True)
    deadline = time.monotonic() + START_S
    while not healthy(port):
        if started.poll() is not None or time.monotonic() > deadline:
            kill(started)
            raise RuntimeError(f"jiedao serve does not answer: {said.read_text()[-2000:]}")
        time.sleep(0.1)
    return started


def healthy(port: int) -> dict[str, object]:
    """What /healthz says; {} where it does not answer."""
    try:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            found = json.loads(answer.read())
            return found if answer.status == 200 else {}
    except (OSError, http.client.HTTPException, ValueError):
        return {}


def kill(started: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the whole group at once; nothing of it is left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()


@contextlib.contextmanager
def served(stage: Stage, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server that is stopped cleanly afterwards, killed where it does not stop."""
    started = start(stage, port)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(30)
        except subprocess.TimeoutExpired:
            kill(started)
