"""Programs of ours started by a test: their environment, and waiting for what they do."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

CHECKOUT = Path(__file__).resolve().parents[1]


def database_url() -> str:
    """Where this test's database is, for another process."""
    from django.db import connection

    chosen = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{quote(str(chosen['NAME']))}"
    host = f"{chosen['HOST']}:{chosen['PORT']}" if chosen["PORT"] else chosen["HOST"]
    return f"postgresql://{quote(chosen['USER'])}:{quote(chosen['PASSWORD'])}@{host}/{quote(chosen['NAME'])}"


def environment(home: Path, **more: str) -> dict[str, str]:
    """Of a program with its own JIEDAO_HOME; nothing of the suite's own settings is left in it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("JIEDAO_", "DJANGO_"))}
    path = os.pathsep.join([str(CHECKOUT / "src"), str(CHECKOUT)])
    return kept | {"JIEDAO_HOME": str(home), "PYTHONPATH": path, "JIEDAO_CITY": "430200"} | more


def jiedao(*arguments: str, env: dict[str, str], **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, "-m", "jiedao", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, **options)  # type: ignore[call-overload]


@contextmanager
def running(*arguments: str, env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A command in a process group of its own, of which nothing is left afterwards."""
    command = [sys.executable, "-m", "jiedao", *arguments]
    pipe = subprocess.PIPE
    popen = subprocess.Popen(command, env=env, stdout=pipe, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    try:
        yield popen
    finally:
        kill(popen)
        popen.communicate()


def kill(popen: subprocess.Popen[str]) -> None:
    """SIGKILL to the whole group."""
    try:
        os.killpg(popen.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def wait_for(what: Callable[[], object], seconds: float = 60.0) -> object:
    """What a call returns, once that is true; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def free_port() -> int:
    """A port below the range that clients get."""
    for port in range(18_000 + os.getpid() % 7_000, 32_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")
