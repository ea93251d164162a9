from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiedao.engines.arcs import MaxIterations, Route, Solution, arc_problem, check, solve
from tests.engines.arcs.make import grid, ring, tiny_problems

PROBLEM = grid(3, capacity=5, max_route=40.0, vehicles=[3])


@cache
def good() -> Solution:
    return solve(PROBLEM, MaxIterations(500), seed=1).solution


def rules(solution: Solution, problem=PROBLEM) -> set[str]:
    return {breach.rule for breach in check(problem, solution).breaches}


def with_route(index: int, **changes: object) -> Solution:
    routes = list(good().routes)
    routes[index] = replace(routes[index], **changes)
    return replace(good(), routes=tuple(routes))


def test_a_good_plan_passes() -> None:
    assert rules(good()) == set()


def test_costs_of_a_ring_by_hand() -> None:
    verdict = check(ring(4), Solution((Route(0, (0, 1, 2, 3), (False,) * 4),)))
    assert verdict.cost == 20
    backward = check(ring(4), Solution((Route(0, (0, 1, 2, 3), (True,) * 4),)))
    assert backward.cost == 5 + 4 * 5 + 3 * 10 + 5


@given(st.integers(0, 2), st.data())
def test_leaving_a_street_out(r, data) -> None:
    edges, backward = good().routes[r].edges, good().routes[r].backward
    k = data.draw(st.integers(0, len(edges) - 1))
    broken = with_route(r, edges=edges[:k] + edges[k + 1 :], backward=backward[:k] + backward[k + 1 :])
    assert rules(broken) == {"unserved"}
    assert [b.edge for b in check(PROBLEM, broken).breaches] == [edges[k]]


@given(st.integers(0, 2), st.data())
def test_serving_a_street_twice(r, data) -> None:
    edge = data.draw(st.sampled_from([e for route in good().routes for e in route.edges]))
    route = good().routes[r]
    broken = with_route(r, edges=(*route.edges, edge), backward=(*route.backward, False))
    assert "served_twice" in rules(broken)


@given(st.integers(-3, 40))
def test_unknown_streets_and_stations(number) -> None:
    inside = 0 <= number < len(PROBLEM.tail)
    extra = Route(0, (number,), (False,))
    broken = replace(good(), routes=(*good().routes, extra))
    assert ("no_such_edge" in rules(broken)) == (not inside)
    assert ("no_such_depot" in rules(with_route(0, depot=number))) == (number != 0)


def test_capacity_limit_and_teams() -> None:
    assert rules(good(), replace(PROBLEM, capacity=2.0)) == {"capacity"}
    assert rules(good(), replace(PROBLEM, max_route=3.0)) == {"max_route"}
    assert rules(replace(good(), routes=(*good().routes, Route(0, (), ())))) == {"vehicles"}


def test_street_without_need_and_false_report() -> None:
    required = PROBLEM.required.copy()
    edge = good().routes[0].edges[0]
    required[edge] = False
    assert rules(good(), replace(PROBLEM, required=required)) == {"not_required"}
    assert rules(replace(good(), unserved=(edge,))) == {"misreported_unserved"}


def test_missing_and_forbidden_directions() -> None:
    assert "bad_direction" in rules(with_route(0, backward=()))
    one_way = arc_problem(2, [[0, 1], [1, 0]], [[1, float("inf")]] * 2)
    assert rules(Solution((Route(0, (0, 1), (False, False)),)), one_way) == set()
    assert "bad_direction" in rules(Solution((Route(0, (0, 1), (True, False)),)), one_way)


def test_a_route_that_cannot_come_home() -> None:
    trap = arc_problem(2, [[0, 1]], [[1, float("inf")]])
    assert rules(Solution((Route(0, (0,), (False,)),)), trap) == {"unreachable"}


@given(tiny_problems())
def test_agrees_with_the_search_on_every_cost(problem) -> None:
    result = solve(problem, MaxIterations(30))
    assert check(problem, result.solution).cost == pytest.approx(result.cost)
