"""CPU seconds of other processes on this machine, from /proc; None where it does not tell."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def seconds(pid: int) -> float | None:
    """User and system time of a process up to now."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / TICK


def total(pids: Iterable[int]) -> float:
    return sum(found for pid in pids if (found := seconds(pid)) is not None)


def backend() -> float | None:
    """Of the PostgreSQL process behind this thread's connection; None for SQLite and for servers elsewhere."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    connection.ensure_connection()
    info = connection.connection.info
    if info.host not in ("", "127.0.0.1", "localhost", "::1") and not info.host.startswith("/"):
        return None
    return seconds(info.backend_pid)


def group(leader: int) -> float:
    """Of all living processes of a process group."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == leader:
                found.append(int(folder.name))
        except OSError:
            continue
    return total(found)
