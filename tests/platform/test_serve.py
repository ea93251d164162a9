"""`jiedao serve` as its users meet it: it answers, survives, stops, and says why it cannot start."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from jiedao.config.supervisor import STOP_S
from tests.processes import free_port, jiedao, running, wait_for

pytestmark = pytest.mark.crash


class Server:
    def __init__(self, popen, port: int) -> None:
        self.popen, self.port = popen, port

    def get(self, path: str):
        return urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10)

    def health(self) -> dict | None:
        try:
            with self.get("/healthz") as answer:
                return json.load(answer)
        except OSError:
            return None

    def children(self, word: str) -> list[int]:
        """Processes of its group whose command line has this word."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                pid = int(folder.name)
                if os.getpgid(pid) == self.popen.pid and word in (folder / "cmdline").read_text().split("\0"):
                    found.append(pid)
            except OSError:
                continue
        return found


@pytest.fixture
def server(installation) -> Iterator[Server]:
    port = free_port()
    with running("serve", "--port", str(port), env=installation()) as popen:
        one = Server(popen, port)
        wait_for(lambda: popen.poll() is not None or (one.health() or {}).get("worker_age_s") is not None)
        if popen.poll() is not None:
            pytest.fail(f"serve ended with {popen.returncode}: {popen.communicate()[0]}")
        yield one


def test_it_serves_pages_and_files_and_stops_within_seconds(server):
    assert server.health()["database"] == "ok"
    with server.get("/") as page:
        text = page.read().decode()
        policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    files = re.findall(r'(?:href|src)="(/static/[^"#]+)', text)
    assert files
    for file in files:
        with server.get(file) as answer:
            assert answer.status == 200
            assert "immutable" in answer.headers["Cache-Control"], file
    began = time.monotonic()
    server.popen.send_signal(signal.SIGTERM)
    assert server.popen.wait(40) == 0
    assert time.monotonic() - began < STOP_S, "something had to be killed"
    assert server.children("jiedao") == []
    assert str(server.port) in server.popen.stdout.read()


def test_ctrl_c_reaches_the_whole_group_and_ends_it_cleanly(server):
    os.killpg(server.popen.pid, signal.SIGINT)
    assert server.popen.wait(40) == 0
    assert server.children("jiedao") == []


def test_what_dies_is_started_again(server):
    (worker,) = [pid for pid in server.children("worker") if pid not in server.children("plans")]
    web = server.children("granian")
    os.kill(worker, signal.SIGKILL)
    for pid in web:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: len(server.children("worker")) == 2 and worker not in server.children("worker"))
    wait_for(server.health)
    assert server.popen.poll() is None


def test_killing_the_supervisor_alone_takes_the_rest_with_it(server):
    server.popen.kill()
    wait_for(lambda: not server.children("jiedao") and not server.children("granian"))


def test_a_busy_port_is_said_plainly(installation):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", free_port()))
        holder.listen()
        port = str(holder.getsockname()[1])
        done = jiedao("serve", "--port", port, env=installation(empty=True))
    assert done.returncode == 1
    assert f"端口 {port} 已被占用" in done.stderr
    assert f"port {port} is in use" in done.stderr


def test_several_at_once_migrate_once(installation):
    env = installation(empty=True)
    with running("prepare", env=env) as one, running("prepare", env=env) as other:
        outputs = [one.communicate(timeout=120)[0], other.communicate(timeout=120)[0]]
    assert (one.returncode, other.returncode) == (0, 0), outputs
    assert sum("0 migrations applied" in output for output in outputs) == 1
