import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from jiedao.engines.arcs import (
    BadProblem,
    Cancelled,
    FirstOf,
    MaxIterations,
    MaxSeconds,
    Parameters,
    arc_problem,
    check,
    fewest_teams,
    lower_bound,
    read_carp,
    read_mm_kwrpp,
    solve,
)
from tests.engines.arcs.make import CARP, MM, grid, needs_data, optimum, ring, tiny_problems


@needs_data
@pytest.mark.parametrize(
    ("name", "best"), [("gdb1", 316), ("gdb4", 287), ("gdb8", 348), ("gdb13", 536), ("gdb19", 55), ("gdb23", 233)]
)
def test_reaches_the_known_optimum(name: str, best: int) -> None:
    problem = read_carp(CARP / f"{name}.dat")
    result = solve(problem, MaxIterations(120_000), seed=1)
    assert result.cost == best
    verdict = check(problem, result.solution)
    assert (verdict.breaches, verdict.cost) == ((), best)


@needs_data
@pytest.mark.parametrize(
    ("name", "teams", "exact"), [("P01110", 2, 57), ("P01110", 3, 55), ("P0115", 2, 35), ("P02110", 2, 84)]
)
def test_longest_route_is_optimal_on_public_windy_problems(name: str, teams: int, exact: float) -> None:
    problem = read_mm_kwrpp(MM / name, teams)
    result = solve(problem, MaxIterations(20_000), Parameters(minmax=True), seed=1)
    assert check(problem, result.solution).breaches == ()
    assert result.longest == exact


@hypothesis_settings(max_examples=40)
@given(tiny_problems())
def test_sum_is_optimal_on_tiny_windy_problems(problem) -> None:
    result = solve(problem, MaxIterations(300), seed=3)
    assert check(problem, result.solution).breaches == ()
    assert result.cost == optimum(problem)


@hypothesis_settings(max_examples=40)
@given(tiny_problems(stations=2, counted=True))
def test_longest_route_is_optimal_with_two_stations(problem) -> None:
    result = solve(problem, MaxIterations(1_000), Parameters(minmax=True), seed=3)
    verdict = check(problem, result.solution)
    assert verdict.breaches == ()
    assert verdict.longest == result.longest == optimum(problem, minmax=True)


def test_same_seed_same_plan_and_another_seed_another_search() -> None:
    problem = grid(5, capacity=9)
    runs = [solve(problem, MaxIterations(2_000), seed=seed) for seed in (7, 7)]
    assert runs[0] == runs[1]
    short = {solve(problem, MaxIterations(3), seed=seed).solution for seed in range(8)}
    assert len(short) > 1


def test_directions_follow_the_cheap_side_of_a_windy_street() -> None:
    problem = arc_problem(4, [[0, 1], [1, 2], [2, 3], [3, 0]], [[9, 1]] * 4)
    result = solve(problem, MaxIterations(50))
    assert result.cost == 4
    assert result.solution.routes[0].backward == (True,) * 4


def test_route_limit_needs_more_teams() -> None:
    star = {"nodes": 5, "ends": [[0, v] for v in range(1, 5)], "deadhead": [2.0, 3.0, 4.0, 5.0]}
    assert len(solve(arc_problem(**star), MaxIterations(100)).solution.routes) == 1
    limited = arc_problem(**star, max_route=14.0)
    result = solve(limited, MaxIterations(100))
    assert (len(result.solution.routes), result.longest, result.cost) == (2, 14.0, 28.0)


def test_what_the_teams_cannot_serve_is_listed() -> None:
    problem = grid(3, capacity=3, vehicles=[3])
    result = solve(problem, MaxIterations(2_000))
    assert not result.complete
    assert len(result.solution.unserved) == 3
    assert {b.rule for b in check(problem, result.solution).breaches} == {"unserved"}


def test_fewest_teams_meets_the_bound_then_cost() -> None:
    problem = grid(4, capacity=6)
    result = fewest_teams(problem, MaxIterations(20_000), least=4, seed=1)
    assert result.complete and len(result.solution.routes) == 4
    balanced = fewest_teams(problem, MaxIterations(20_000), Parameters(minmax=True), least=4, seed=1)
    assert len(balanced.solution.routes) == 4
    assert balanced.longest <= result.longest


def test_many_short_routes_get_enough_slots() -> None:
    ends = [[0, v] for v in range(1, 41)]
    problem = arc_problem(41, ends, [1.0] * 40, max_route=2.0)
    result = solve(problem, MaxIterations(200))
    assert result.complete and len(result.solution.routes) == 40


def test_stops_at_the_target() -> None:
    problem = grid(4, capacity=30)
    bound = lower_bound(problem)
    result = solve(problem, MaxIterations(1_000_000), Parameters(target=bound.total), seed=1)
    assert result.cost == bound.total
    assert result.iterations < 1_000_000


def test_nothing_to_do() -> None:
    problem = ring(4, required=[False] * 4)
    assert solve(problem, MaxIterations(10)).solution.routes == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"capacity": 0.5}, "demand"),
        ({"max_route": 1.0}, "max_route"),
        ({"vehicles": [0]}, "vehicles"),
        ({"depots": [9]}, "required"),
    ],
)
def test_impossible_problems_name_the_cause(change, field) -> None:
    options = {"demand": [1.0] * 4} | change
    problem = arc_problem(10, [[0, 1], [1, 2], [2, 3], [3, 0]], [5.0] * 4, **options)
    with pytest.raises(BadProblem) as caught:
        solve(problem, MaxIterations(10))
    assert caught.value.field == field
    assert caught.value.zh and caught.value.en


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"deadhead": [5.0, -1.0]}, "deadhead"),
        ({"ends": [[0, 1], [1, 7]]}, "head"),
        ({"demand": [1.0, np.nan]}, "demand"),
        ({"depots": []}, "depots"),
        ({"vehicles": [1, 2]}, "vehicles"),
        ({"capacity": 0.0}, "capacity"),
        ({"service": [5.0]}, "service"),
    ],
)
def test_meaningless_problems_name_the_field(change, field) -> None:
    options = {"nodes": 3, "ends": [[0, 1], [1, 2]], "deadhead": [5.0, 5.0]} | change
    with pytest.raises(BadProblem) as caught:
        arc_problem(**options)
    assert caught.value.field == field


def test_watch_sees_progress_and_cancel_keeps_the_best() -> None:
    seen = []
    stop = FirstOf((MaxIterations(1_000), Cancelled(lambda: len(seen) >= 5)))
    result = solve(grid(4, capacity=6), stop, watch=seen.append)
    assert len(seen) == 6
    assert result.complete
    assert [p.iterations for p in seen] == sorted(p.iterations for p in seen)
    assert seen[-1].cost == result.cost < seen[0].cost


def test_seconds_come_from_the_clock_given() -> None:
    ticks = iter(range(10_000))
    stop = MaxSeconds(20.0, lambda: float(next(ticks)))
    result = solve(grid(3, capacity=6), stop)
    assert result.complete
    assert next(ticks) < 60
