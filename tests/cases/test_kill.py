"""kill -9 in the middle of filing: what was acknowledged is there, once, and the log verifies."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from jiedao.cases import checks
from jiedao.cases.models import Case, Clock, Entry, Report
from tests.cases import factories
from tests.processes import CHECKOUT, database_url, environment

ROUNDS = 5
"""Of two programs each."""


def kill_while_filing(seed: int, home: Path, url: str) -> list[str]:
    """Start two programs that file, kill both in full run; what they had acknowledged."""
    env = environment(home, JIEDAO_DATABASE_URL=url, JIEDAO_MODE="test")
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.cases.filing", str(seed * 2 + n)],
            stdout=subprocess.PIPE, cwd=CHECKOUT, env=env, start_new_session=True,
        )
        for n in range(2)
    ]  # fmt: skip
    told = b""
    for program in started:
        line = program.stdout.readline()
        assert line, "the program died by itself"
        told += line
    time.sleep(random.Random(seed).uniform(0, 0.3))
    for program in started:
        os.killpg(program.pid, 9)
    for program in started:
        told += program.stdout.read()
        program.wait()
    whole = told[: told.rfind(b"\n")].decode()
    return whole.split("\n")


@pytest.mark.crash
@pytest.mark.django_db(transaction=True)
def test_what_was_acknowledged_is_there_once(tmp_path):
    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("the test database is in memory")
    factories.make_city()
    factories.Staff()
    url = database_url()
    connection.close()
    told: list[str] = []
    for seed in range(ROUNDS):
        told += kill_while_filing(seed, Path(settings.HOME), url)
    filed = dict(line.split(" ") for line in told)
    assert len(filed) == len(told) > 2 * ROUNDS
    kept = {key: str(case) for key, case in Report.objects.values_list("key", "case_id")}
    assert {key: kept.get(key) for key in filed} == filed, "an acknowledged report is lost or has moved"
    assert max(Counter(Report.objects.values_list("key", flat=True)).values()) == 1
    assert list(checks.verify_log()) == []
    assert Clock.objects.count() == Case.objects.count()
    assert sum(Case.objects.values_list("reports_count", flat=True)) == Report.objects.count() == Entry.objects.count()
