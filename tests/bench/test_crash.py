"""A few rounds of `jiedao bench crash`: the server and its worker killed amid reports; what was acknowledged stands."""

from __future__ import annotations

import argparse

import pytest

from jiedao.commands import bench_crash
from jiedao.commands.benching import proof
from tests.cases import factories

pytestmark = [pytest.mark.bench, pytest.mark.crash]
KILLS = 5


def test_what_was_acknowledged_stands_once_after_kills():
    report = bench_crash.run(argparse.Namespace(kills=KILLS, db="sqlite", seed=2))
    (row,) = report["rows"]
    assert row["first_faults"] == []
    assert row["refused"] == []
    assert row["kills"] == KILLS
    assert row["acknowledged"] > KILLS // 2
    assert row["kills_amid_reports"] >= 1


@pytest.mark.django_db
def test_the_proof_notices_what_is_lost_doubled_or_changed(own_kinds_of_cases):
    factories.make_city()
    factories.Staff()
    case = factories.file_one(key="user:7:0-1")
    assert proof.run([["0-1", case.code]]) == []
    assert "is lost" in proof.run([["0-1", case.code], ["0-2", case.code]])[0]
    assert "stands at" in proof.run([["0-1", "0" * 19]])[0]
    case.reports.update(key="user:8:0-1")
    assert proof.run([["0-1", case.code]]) == []
    case.reports.create(token="t", key="user:9:0-1", channel="api", at=case.opened_at)
    faults = proof.run([["0-1", case.code]])
    assert "0-1 is there 2 times" in faults
    assert any("2 reports" in fault for fault in faults)
    case.entries.update(note="changed")
    assert any("was changed" in fault for fault in proof.run([]))
