"""Judge a plan from the problem alone. Shares no code with the search: own Dijkstra, own sums, plain Python."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass
from math import inf

from jiedao.engines.arcs.problem import ArcProblem, Solution

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Breach:
    """One broken rule: `unserved`, `served_twice`, `not_required`, `no_such_edge`, `bad_direction`, `unreachable`,
    `capacity`, `max_route`, `no_such_depot`, `vehicles`, `misreported_unserved`."""

    rule: str
    route: int | None
    edge: int | None
    zh: str
    en: str


@dataclass(frozen=True)
class Verdict:
    """Recomputed costs, and every breach found."""

    costs: tuple[float, ...]
    """One a route; infinite for a route that cannot be walked."""
    loads: tuple[float, ...]
    breaches: tuple[Breach, ...]

    @property
    def feasible(self) -> bool:
        return not self.breaches

    @property
    def cost(self) -> float:
        return sum(self.costs)

    @property
    def longest(self) -> float:
        return max(self.costs, default=0.0)


def check(problem: ArcProblem, solution: Solution) -> Verdict:
    """Recompute cost and load of every route and list every broken rule."""
    streets = _Streets(problem)
    breaches: list[Breach] = []
    costs, loads = [], []
    for number, route in enumerate(solution.routes):
        legs, found = _legs(problem, number, route.depot, route.edges, route.backward)
        breaches += found
        cost = inf if legs is None else _route_cost(streets, legs)
        load = sum(float(problem.demand[e]) for e in route.edges if 0 <= e < len(problem.demand))
        costs.append(cost)
        loads.append(load)
        breaches += _limits(problem, number, cost, load, legs is not None)
    breaches += _service(problem, solution)
    breaches += _teams(problem, solution)
    return Verdict(tuple(costs), tuple(loads), tuple(breaches))


Leg = tuple[int, int, float]
"""From node, to node, cost of serving between them."""


def _legs(
    problem: ArcProblem, number: int, depot: int, edges: tuple[int, ...], backward: tuple[bool, ...]
) -> tuple[list[Leg] | None, list[Breach]]:
    """The services of a route between its station twice, or None where one of them does not exist."""
    if not 0 <= depot < len(problem.depots):
        return None, [Breach("no_such_depot", number, None, f"没有站点 {depot}", f"there is no station {depot}")]
    if len(edges) != len(backward):
        return None, [
            Breach("bad_direction", number, None, "方向数与街段数不符", "as many directions as edges are needed")
        ]
    home = int(problem.depots[depot])
    legs: list[Leg] = [(home, home, 0.0)]
    for edge, back in zip(edges, backward, strict=True):
        if not 0 <= edge < len(problem.tail):
            return None, [Breach("no_such_edge", number, edge, f"没有街段 {edge}", f"there is no edge {edge}")]
        a, b = int(problem.tail[edge]), int(problem.head[edge])
        cost = float(problem.service[edge][1 if back else 0])
        if cost == inf:
            zh, en = f"街段 {edge} 不能按此方向服务", f"edge {edge} cannot be served in this direction"
            return None, [Breach("bad_direction", number, edge, zh, en)]
        legs.append((b, a, cost) if back else (a, b, cost))
    return [*legs, (home, home, 0.0)], []


def _route_cost(streets: _Streets, legs: list[Leg]) -> float:
    total, here = 0.0, legs[0][0]
    for start, end, cost in legs:
        total += streets.distance(here, start) + cost
        here = end
    return total


def _limits(problem: ArcProblem, number: int, cost: float, load: float, walkable: bool) -> list[Breach]:
    found = []
    if walkable and cost == inf:
        found.append(Breach("unreachable", number, None, "路线不连通", "the route cannot be walked"))
    if load > problem.capacity + TOLERANCE:
        zh, en = f"载量 {load:g} 超过 {problem.capacity:g}", f"load {load:g} exceeds {problem.capacity:g}"
        found.append(Breach("capacity", number, None, zh, en))
    if inf > cost > problem.max_route + TOLERANCE:
        zh, en = f"路线 {cost:g} 超过 {problem.max_route:g}", f"route of {cost:g} exceeds {problem.max_route:g}"
        found.append(Breach("max_route", number, None, zh, en))
    return found


def _service(problem: ArcProblem, solution: Solution) -> list[Breach]:
    """Every required edge once, no other edge at all, and nothing both served and reported as unserved."""
    served = Counter(e for route in solution.routes for e in route.edges)
    required = {e for e, needed in enumerate(problem.required.tolist()) if needed}
    found = []
    for edge in sorted(required - served.keys()):
        found.append(Breach("unserved", None, edge, f"街段 {edge} 未服务", f"edge {edge} is not served"))
    for edge in sorted(e for e, times in served.items() if times > 1):
        found.append(Breach("served_twice", None, edge, f"街段 {edge} 重复服务", f"edge {edge} is served twice"))
    for edge in sorted(e for e in served if e not in required and 0 <= e < len(problem.tail)):
        found.append(Breach("not_required", None, edge, f"街段 {edge} 无需服务", f"edge {edge} needs no service"))
    for edge in sorted(set(solution.unserved) & served.keys()):
        zh, en = f"街段 {edge} 已服务却列为未服务", f"edge {edge} is served but listed as unserved"
        found.append(Breach("misreported_unserved", None, edge, zh, en))
    return found


def _teams(problem: ArcProblem, solution: Solution) -> list[Breach]:
    if problem.vehicles is None:
        return []
    used = Counter(route.depot for route in solution.routes)
    found = []
    for depot, limit in enumerate(problem.vehicles.tolist()):
        if used[depot] > limit:
            zh, en = (
                f"站点 {depot} 用了 {used[depot]} 队，只有 {limit} 队",
                (f"station {depot} sends {used[depot]} teams and has {limit}"),
            )
            found.append(Breach("vehicles", None, None, zh, en))
    return found


class _Streets:
    """Shortest ways between nodes, one search a source, remembered."""

    def __init__(self, problem: ArcProblem) -> None:
        self.nodes = problem.nodes
        self.out: list[list[tuple[int, float]]] = [[] for _ in range(problem.nodes)]
        for e in range(len(problem.tail)):
            a, b = int(problem.tail[e]), int(problem.head[e])
            self.out[a].append((b, float(problem.deadhead[e][0])))
            self.out[b].append((a, float(problem.deadhead[e][1])))
        self.known: dict[int, list[float]] = {}

    def distance(self, source: int, target: int) -> float:
        if source not in self.known:
            self.known[source] = self._search(source)
        return self.known[source][target]

    def _search(self, source: int) -> list[float]:
        best = [inf] * self.nodes
        best[source] = 0.0
        queue = [(0.0, source)]
        while queue:
            reached, node = heapq.heappop(queue)
            if reached > best[node]:
                continue
            for neighbour, cost in self.out[node]:
                if reached + cost < best[neighbour]:
                    best[neighbour] = reached + cost
                    heapq.heappush(queue, (best[neighbour], neighbour))
        return best
