"""From services to the whole walk: every street passed, in order, for maps and turn-by-turn sheets."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse.csgraph import dijkstra

from jiedao.engines.arcs.network import deadhead_graph
from jiedao.engines.arcs.problem import ArcProblem, Ints, Route


@dataclass(frozen=True)
class Step:
    """One street passed."""

    edge: int
    backward: bool
    serves: bool
    cost: float


class Paths:
    """Cheapest ways over the streets of one problem; remembers each source."""

    def __init__(self, problem: ArcProblem) -> None:
        self.problem = problem
        self._graph = deadhead_graph(problem)
        self._before: dict[int, Ints] = {}
        self._edge: dict[tuple[int, int], tuple[float, int, bool]] = {}
        for e in range(len(problem.tail)):
            ends = int(problem.tail[e]), int(problem.head[e])
            for way, key in enumerate((ends, ends[::-1])):
                cost = float(problem.deadhead[e, way])
                if np.isfinite(cost) and cost < self._edge.get(key, (np.inf, 0, False))[0]:
                    self._edge[key] = (cost, e, bool(way))

    def between(self, start: int, end: int) -> list[Step]:
        """Streets from node to node; raises ValueError where there is no way."""
        if start not in self._before:
            _, before = dijkstra(self._graph, indices=start, return_predecessors=True)
            self._before[start] = before
        nodes, before = [end], self._before[start]
        while nodes[-1] != start:
            nodes.append(int(before[nodes[-1]]))
            if nodes[-1] < 0:
                raise ValueError(f"no way from node {start} to node {end}")
        nodes.reverse()
        found = [self._edge[pair] for pair in pairwise(nodes)]
        return [Step(edge, backward, False, cost) for cost, edge, backward in found]

    def walk(self, route: Route) -> list[Step]:
        """The whole route from its station back to it."""
        p = self.problem
        home = here = int(p.depots[route.depot])
        steps: list[Step] = []
        for edge, backward in zip(route.edges, route.backward, strict=True):
            ends = int(p.tail[edge]), int(p.head[edge])
            start, end = ends[::-1] if backward else ends
            steps += self.between(here, start)
            steps.append(Step(edge, backward, True, float(p.service[edge, int(backward)])))
            here = end
        return steps + self.between(here, home)
