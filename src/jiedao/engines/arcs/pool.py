"""Routes seen during a search, and the cheapest way to cover all streets with some of them (set partitioning)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix, vstack

from jiedao.engines.arcs.layout import Plan
from jiedao.engines.arcs.problem import Floats, Ints
from jiedao.engines.arcs.state import Order

NODES = 50
"""Branchings after which the best cover so far is taken."""


@dataclass
class RoutePool:
    """The cheapest order found for each set of tasks from each station, up to `limit` sets, oldest forgotten first."""

    tasks: int
    limit: int
    _routes: dict[tuple[int, frozenset[int]], tuple[float, Order]] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    def add(self, plan: Plan) -> None:
        """Remember every route of a plan."""
        for r in np.flatnonzero(plan.length).tolist():
            version = int(plan.version[r])
            if version in self._seen:
                continue
            self._seen.add(version)
            order = tuple(plan.seq[r, 1 : plan.length[r] + 1].tolist())
            station, cost = int(plan.seq[r, 0]) - self.tasks, float(plan.cost[r])
            key = (station, frozenset(order))
            old = self._routes.pop(key, None)
            self._routes[key] = old if old and old[0] <= cost else (cost, (station, order))
            if len(self._routes) > self.limit:
                del self._routes[next(iter(self._routes))]

    def cheapest_cover(self, slots: Ints, max_routes: int) -> list[Order] | None:
        """Routes that serve every task once at least cost; None if none was found.

        `slots` (stations,) and `max_routes` bound the number of routes.
        """
        if not self._routes:
            return None
        chosen = list(self._routes.values())
        costs: Floats = np.array([cost for cost, _ in chosen])
        rows = np.concatenate([np.array(order) for _, (_, order) in chosen])
        columns = np.repeat(np.arange(len(chosen)), [len(order) for _, (_, order) in chosen])
        ones = np.ones(len(rows))
        cover = coo_matrix((ones, (rows, columns)), shape=(self.tasks, len(chosen)))
        stations = np.array([station for _, (station, _) in chosen])
        by_station = coo_matrix(
            (np.ones(len(chosen)), (stations, np.arange(len(chosen)))), shape=(len(slots), len(chosen))
        )
        matrix = vstack([cover, by_station, np.ones((1, len(chosen)))]).tocsc()
        low = np.concatenate([np.ones(self.tasks), np.zeros(len(slots) + 1)])
        high = np.concatenate([np.ones(self.tasks), slots, [max_routes]])
        answer = milp(
            costs,
            constraints=LinearConstraint(matrix, low, high),
            integrality=np.ones(len(chosen)),
            bounds=Bounds(0, 1),
            options={"node_limit": NODES},
        )
        if answer.x is None:
            return None
        return [chosen[j][1] for j in np.flatnonzero(answer.x > 0.5).tolist()]
