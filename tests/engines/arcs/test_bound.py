import csv

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from jiedao.commands.bench_carp import BEST_KNOWN
from jiedao.engines.arcs import arc_problem, lower_bound, read_carp
from tests.engines.arcs.make import CARP, grid, needs_data, optimum, ring, tiny_problems

with BEST_KNOWN.open(encoding="utf-8", newline="") as file:
    BEST = {row["instance"]: float(row["best_known"]) for row in csv.DictReader(file)}


@needs_data
@pytest.mark.parametrize("name", sorted(BEST))
def test_never_above_the_best_known(name: str) -> None:
    rounds = 40 if name.startswith("gdb") else 8
    bound = lower_bound(read_carp(CARP / f"{name}.dat"), rounds)
    assert bound.total <= BEST[name]
    if name.startswith("gdb") and name not in ("gdb8", "gdb12"):
        assert bound.total == BEST[name]


@hypothesis_settings(max_examples=40)
@given(tiny_problems())
def test_never_above_the_optimum_with_loads(problem) -> None:
    bound = lower_bound(problem)
    assert bound.total <= optimum(problem) + 1e-6


@hypothesis_settings(max_examples=40)
@given(tiny_problems(stations=2, counted=True))
def test_never_above_the_optimum_of_the_longest(problem) -> None:
    assert lower_bound(problem).longest(int(problem.vehicles.sum())) <= optimum(problem, minmax=True) + 1e-6


def test_ring_is_tight_and_a_far_part_must_be_reached() -> None:
    assert lower_bound(ring(5)).total == 25
    required = [False, False, True, False, False]
    assert lower_bound(ring(5, required=required)).total == 25
    assert lower_bound(ring(5, required=required)).farthest == 25


def test_teams_by_load_and_by_length() -> None:
    assert lower_bound(grid(3, capacity=5)).teams == 3
    star = arc_problem(4, [[0, 1], [0, 2], [0, 3]], [6.0, 5.0, 4.0], max_route=12.0)
    bound = lower_bound(star)
    assert (bound.total, bound.teams, bound.farthest) == (30, 3, 12)
    assert (bound.longest(2), bound.longest(4)) == (15, 12)


def test_stops_when_told_and_stays_valid() -> None:
    problem = grid(4, capacity=4)
    early = lower_bound(problem, go_on=lambda: False)
    assert early.rounds == 0
    assert early.total <= lower_bound(problem).total
    assert lower_bound(ring(3, required=[False] * 3)).total == 0
