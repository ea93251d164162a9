import pytest
from hypothesis import given

from jiedao.engines.arcs import MaxIterations, Route, arc_problem, check, solve
from jiedao.engines.arcs.paths import Paths
from tests.engines.arcs.make import ring, tiny_problems


@given(tiny_problems())
def test_a_walk_is_joined_up_serves_all_and_costs_what_the_checker_says(problem) -> None:
    solution = solve(problem, MaxIterations(20)).solution
    paths, verdict = Paths(problem), check(problem, solution)
    for route, cost in zip(solution.routes, verdict.costs, strict=True):
        steps = paths.walk(route)
        home = here = int(problem.depots[route.depot])
        for step in steps:
            start, end = (problem.tail[step.edge], problem.head[step.edge])[:: -1 if step.backward else 1]
            assert start == here
            here = end
        assert here == home
        assert tuple(s.edge for s in steps if s.serves) == route.edges
        assert sum(s.cost for s in steps) == pytest.approx(cost)


def test_the_cheaper_of_two_parallel_streets_is_walked() -> None:
    problem = arc_problem(2, [[0, 1], [0, 1]], [5.0, 2.0], required=[True, False])
    steps = Paths(problem).walk(Route(0, (0,), (False,)))
    assert [(s.edge, s.backward, s.serves) for s in steps] == [(0, False, True), (1, True, False)]


def test_no_way_is_said() -> None:
    trap = arc_problem(3, [[0, 1]], [1.0])
    with pytest.raises(ValueError, match="no way from node 0 to node 2"):
        Paths(trap).between(0, 2)
    assert Paths(ring(4)).between(2, 2) == []
