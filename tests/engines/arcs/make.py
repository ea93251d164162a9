"""Small street problems, and their optima by trying everything."""

from __future__ import annotations

import os
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from jiedao.engines.arcs import ArcProblem, arc_problem

SHARED = Path(os.environ.get("JIEDAO_SHARED") or Path(__file__).resolve().parents[4] / "shared")
CARP = SHARED / "data" / "routing" / "carp"
MM = SHARED / "data" / "routing" / "mm-kwrpp"
needs_data = pytest.mark.skipif(not CARP.is_dir(), reason="shared/data/routing is absent (set JIEDAO_SHARED)")


def ring(streets: int = 4, length: float = 5.0, **options: object) -> ArcProblem:
    """A ring of equal streets with the station at node 0."""
    ends = [[i, (i + 1) % streets] for i in range(streets)]
    return arc_problem(streets, ends, [length] * streets, **options)


def grid(side: int = 3, **options: object) -> ArcProblem:
    """side × side crossings, every street required, lengths 1 to 3, demand 1."""
    ends = [[r * side + c, r * side + c + 1] for r in range(side) for c in range(side - 1)]
    ends += [[r * side + c, (r + 1) * side + c] for r in range(side - 1) for c in range(side)]
    lengths = [1.0 + (7 * i) % 3 for i in range(len(ends))]
    return arc_problem(side * side, ends, lengths, demand=[1.0] * len(ends), **options)


@st.composite
def tiny_problems(draw: st.DrawFn, stations: int = 1, counted: bool = False) -> ArcProblem:
    """A connected windy problem of 5 nodes with 2 to 4 required streets, whole-number costs."""
    numbers = st.integers(1, 9)
    tree = [[draw(st.integers(0, v - 1)), v] for v in range(1, 5)]
    more = draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=4))
    ends = tree + [list(pair) for pair in more]
    m = len(ends)
    needed = draw(st.sets(st.integers(0, m - 1), min_size=2, max_size=4))
    passing = [[draw(numbers), draw(numbers)] for _ in range(m)]
    serving = [[a + draw(st.integers(0, 3)), b + draw(st.integers(0, 3))] for a, b in passing]
    return arc_problem(
        5,
        ends,
        passing,
        service=serving,
        required=[e in needed for e in range(m)],
        demand=[draw(st.integers(0, 3)) for _ in range(m)],
        depots=draw(st.lists(st.integers(0, 4), min_size=stations, max_size=stations)),
        vehicles=[draw(st.integers(1, 2)) for _ in range(stations)] if counted else None,
        capacity=np.inf if counted else 4.0,
    )


def all_distances(problem: ArcProblem) -> np.ndarray:
    """(nodes, nodes) by Floyd and Warshall."""
    d = np.full((problem.nodes, problem.nodes), np.inf)
    np.fill_diagonal(d, 0.0)
    for a, b, (out, back) in zip(problem.tail, problem.head, problem.deadhead, strict=True):
        d[a, b], d[b, a] = min(d[a, b], out), min(d[b, a], back)
    for k in range(problem.nodes):
        d = np.minimum(d, d[:, k : k + 1] + d[k : k + 1, :])
    return d


def optimum(problem: ArcProblem, *, minmax: bool = False) -> float:
    """Least sum of route costs, or longest route, over all orders, directions, divisions and stations."""
    d, best = all_distances(problem), np.inf
    routes = _route_costs(problem, d)
    for division in _divisions(problem.tasks.tolist()):
        costs = [routes[frozenset(group)] for group in division]
        for stations in product(range(len(problem.depots)), repeat=len(division)):
            limits = problem.vehicles
            if limits is not None and any(stations.count(s) > limits[s] for s in stations):
                continue
            chosen = [cost[s] for cost, s in zip(costs, stations, strict=True)]
            best = min(best, max(chosen) if minmax else sum(chosen))
    return best


def _route_costs(problem: ArcProblem, d: np.ndarray) -> dict[frozenset[int], list[float]]:
    """Cheapest route of every set of tasks from every station; infinite above capacity or limit."""
    tasks, costs = problem.tasks.tolist(), {}
    for bits in range(1, 2 ** len(tasks)):
        group = [t for k, t in enumerate(tasks) if bits >> k & 1]
        fits = sum(problem.demand[t] for t in group) <= problem.capacity
        best = [min(_walk(problem, d, s, order) for order in _walks(group)) for s in problem.depots]
        costs[frozenset(group)] = [b if fits and b <= problem.max_route else np.inf for b in best]
    return costs


def _walks(group: list[int]) -> list[list[tuple[int, int]]]:
    return [
        list(zip(order, way, strict=True))
        for order in permutations(group)
        for way in product((0, 1), repeat=len(group))
    ]


def _walk(problem: ArcProblem, d: np.ndarray, station: int, order: list[tuple[int, int]]) -> float:
    total, here = 0.0, station
    for task, way in order:
        start, end = (problem.tail[task], problem.head[task])[:: -1 if way else 1]
        total += d[here, start] + problem.service[task, way]
        here = end
    return total + d[here, station]


def _divisions(items: list[int]) -> list[list[list[int]]]:
    if not items:
        return [[]]
    found = []
    for rest in _divisions(items[1:]):
        found.append([[items[0]], *rest])
        found += [[*rest[:k], [items[0], *rest[k]], *rest[k + 1 :]] for k in range(len(rest))]
    return found
