"""`jiedao bench crash`: SIGKILL to server and worker amid reports, again and again; what was acknowledged stays."""

from __future__ import annotations

import argparse
import http.client
import random
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from jiedao.commands.bench import machine, versions
from jiedao.commands.benching import posting, serving
from jiedao.commands.benching.stage import KINDS, Stage, chosen, stage

help = "断电演练：负载中反复强杀服务 · SIGKILL under load, again and again"
NEEDS_DJANGO = False

POPULATION = 5_000
PROGRAMS = 6
LONGEST_S = 2.0
"""A kill comes at a random moment up to so long after the server answers again, or every second time after it has
acknowledged a report again: the first ones wait for the triage to be loaded."""
SETTLE_S = 90.0
"""For the workers to take up what the last kill left, once its lease has run out."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kills", type=int, default=100, metavar="N", help="强杀次数，默认 100 · how many kills")
    parser.add_argument("--db", choices=KINDS, default="", help="数据库，默认全部 · default: all that are here")
    parser.add_argument("--seed", type=int, default=1)


def run(args: argparse.Namespace) -> dict[str, Any]:
    rows = []
    for db in chosen(args.db):
        with stage(db, JIEDAO_PLANNERS="0") as here:
            here.run("ground", population=POPULATION, seed=args.seed)
            rows.append({"db": db} | crash(here, args.kills, args.seed))
    return {
        "name": "crash",
        "machine": machine(),
        "versions": versions("Django", "psycopg", "granian"),
        "seed": args.seed,
        "rows": rows,
    }


class Stubborn(threading.Thread):
    """A program that sends each report with one key until it is acknowledged, however often the server dies."""

    def __init__(self, number: int, port: int, token: str, texts: Sequence[Any], stop: threading.Event) -> None:
        super().__init__(name=f"program {number}", daemon=True)
        self.number, self.port, self.texts, self.stop = number, port, texts, stop
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.acknowledged: list[tuple[str, str]] = []
        self.resent = 0
        self.refused: list[str] = []

    def run(self) -> None:
        count = 0
        while not self.stop.is_set():
            self._send(f"{self.number}-{count}", self.texts[count % len(self.texts)])
            count += 1

    def _send(self, key: str, said: Sequence[Any]) -> None:
        for attempt in range(10**6):
            if attempt and self.stop.is_set():
                return
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=posting.TIMEOUT_S)
            try:
                status, answer = posting.post(connection, self.headers, key, said)
            except (OSError, http.client.HTTPException, ValueError):
                self.resent += attempt == 0
                self.stop.wait(0.05)
                continue
            finally:
                connection.close()
            if status == 201:
                self.acknowledged.append((key, answer["code"]))
                return
            if status < 500 and status not in (409, 429):
                self.refused.append(f"{key}: {status} {answer}")
                return
            self.stop.wait(0.2)


def crash(here: Stage, kills: int, seed: int) -> dict[str, Any]:
    made, port = here.run("clients", count=PROGRAMS, seed=seed + 7, reports=3_000), serving.free_port()
    stop, chance = threading.Event(), random.Random(seed)
    programs = [Stubborn(n, port, key, made["texts"][n::PROGRAMS], stop) for n, key in enumerate(made["keys"])]
    began, under_way = time.monotonic(), 0
    for program in programs:
        program.start()
    for number in range(1, kills + 1):
        server = serving.start(here, port)
        if number % 2:
            wait_for_one(programs)
        time.sleep(chance.uniform(0, LONGEST_S))
        before = sum(program.resent for program in programs)
        serving.kill(server)
        time.sleep(0.2)
        under_way += sum(program.resent for program in programs) > before
        if number % 10 == 0:
            print(f"{here.db}: {number} kills, {told(programs)} acknowledged", file=sys.stderr, flush=True)
    with serving.served(here, port):
        wait_for_one(programs)
        stop.set()
        for program in programs:
            program.join(posting.TIMEOUT_S)
        faults = settled(here, programs)
    return {
        "kills": kills,
        "kills_amid_reports": under_way,
        "programs": len(programs),
        "acknowledged": told(programs),
        "sent_again": sum(program.resent for program in programs),
        "refused": [text for program in programs for text in program.refused][:5],
        "faults": len(faults),
        "first_faults": faults[:5],
        "minutes": round((time.monotonic() - began) / 60, 1),
    }


def wait_for_one(programs: Sequence[Stubborn]) -> None:
    """Until one more report is acknowledged."""
    before, deadline = told(programs), time.monotonic() + serving.START_S
    while told(programs) == before:
        if time.monotonic() > deadline:
            refused = [text for program in programs for text in program.refused]
            raise RuntimeError(f"no report is acknowledged; refused: {refused[-3:]}")
        time.sleep(0.05)


def told(programs: Sequence[Stubborn]) -> int:
    return sum(len(program.acknowledged) for program in programs)


def settled(here: Stage, programs: Sequence[Stubborn]) -> list[str]:
    """Faults that remain once the workers had their time; with the server running."""
    acknowledged = [pair for program in programs for pair in program.acknowledged]
    deadline = time.monotonic() + SETTLE_S
    while True:
        faults = here.run("proof", acknowledged=acknowledged)
        if not faults or time.monotonic() > deadline:
            return faults
        time.sleep(5)
