"""Arrays of a search: built from a problem, filled with routes, read back as a solution."""

from __future__ import annotations

import numpy as np

from jiedao.engines.arcs import kernel
from jiedao.engines.arcs.layout import Data, Memory, Plan, Scratch
from jiedao.engines.arcs.network import Network, solo_costs
from jiedao.engines.arcs.problem import ArcProblem, Floats, Ints, Route, Solution

NEIGHBOURS = 400
"""Streets that a ruin may reach from its first one."""

Order = tuple[int, tuple[int, ...]]
"""Station, and tasks in order of service."""


def build_data(problem: ArcProblem, network: Network) -> Data:
    """Everything the kernel reads and never writes."""
    tasks = problem.tasks
    n = len(tasks)
    shortest_service = network.service[:n].min(axis=1)
    loaded = bool(np.isfinite(problem.capacity))
    return Data(
        n,
        network.ends,
        network.service,
        network.distance,
        np.ascontiguousarray(network.distance.T),
        _near(network, n),
        problem.demand[tasks],
        problem.demand[tasks] if loaded else shortest_service,
        solo_costs(problem, network).min(axis=1, initial=np.inf) - shortest_service,
        problem.capacity,
        problem.max_route,
    )


def _near(network: Network, n: int) -> Ints:
    """(n, m) tasks in order of the shortest way between any two of their ends, itself first."""
    d = np.minimum(network.distance, network.distance.T)
    tail, head = network.ends[:n].T
    near = np.empty((n, min(n, NEIGHBOURS)), np.int64)
    for i in range(n):
        row = np.minimum(d[tail[i]], d[head[i]])
        gap = np.minimum(row[tail], row[head])
        gap[i] = -1.0
        near[i] = np.argsort(gap, kind="stable")[: near.shape[1]]
    return near


def empty_plan(data: Data, slots: Ints) -> Plan:
    """A plan without routes; slots (slots,) station of each."""
    n, k = data.n, len(slots)
    seq = np.zeros((k, n + 2), np.int64)
    seq[:, 0] = n + slots
    plan = Plan(
        seq,
        np.zeros(k, np.int64),
        np.zeros(k),
        np.zeros(k),
        np.zeros((k, n + 2, 2)),
        np.zeros((k, n + 2, 2)),
        np.zeros(k, np.int64),
        np.full(n, -1, np.int64),
        np.zeros(n + 1, np.int64),
    )
    kernel.clear(data, plan)
    kernel.list_absent(data, plan)
    return plan


def empty_memory(n: int, slots: int) -> Memory:
    return Memory(np.full((n, slots), -1, np.int64), np.zeros((n, slots, 2)), np.zeros((n, slots, 2), np.int64))


def new_scratch(n: int, slots: int, seed: int) -> Scratch:
    return Scratch(
        np.zeros(slots, np.bool_),
        np.zeros(slots, np.int64),
        np.zeros(n),
        np.ones(n),
        np.zeros(2, np.int64),
        np.array([seed & (2**64 - 1)], np.uint64),
    )


def orders_of(data: Data, plan: Plan) -> list[Order]:
    """The routes in use, as stations and tasks."""
    return [
        (int(plan.seq[r, 0]) - data.n, tuple(plan.seq[r, 1 : plan.length[r] + 1].tolist()))
        for r in np.flatnonzero(plan.length).tolist()
    ]


def place(data: Data, plan: Plan, scratch: Scratch, orders: list[Order]) -> None:
    """Make these routes the whole plan."""
    kernel.clear(data, plan)
    stations = plan.seq[:, 0] - data.n
    taken = np.zeros(len(stations), bool)
    for station, order in orders:
        slot = int(np.flatnonzero((stations == station) & ~taken)[0])
        taken[slot] = True
        kernel.fill(data, plan, scratch, slot, np.array(order, np.int64))
    kernel.list_absent(data, plan)


def solution_of(problem: ArcProblem, data: Data, plan: Plan) -> Solution:
    """The plan in edges and directions."""
    tasks = problem.tasks
    routes = []
    for r in np.flatnonzero(plan.length).tolist():
        order = plan.seq[r, 1 : plan.length[r] + 1]
        routes.append(Route(int(plan.seq[r, 0]) - data.n, tuple(tasks[order].tolist()), _directions(data, plan, r)))
    absent = plan.absent[: plan.absent[-1]]
    return Solution(tuple(routes), tuple(sorted(tasks[absent].tolist())))


def _directions(data: Data, plan: Plan, r: int) -> tuple[bool, ...]:
    """Walk along the route, each time taking the direction that the running sums call cheapest."""
    backward: list[bool] = []
    here = int(data.ends[plan.seq[r, 0], 0])
    for p in range(1, int(plan.length[r]) + 1):
        ends: Ints = data.ends[plan.seq[r, p]]
        totals: Floats = data.dist[here, ends] + plan.bwd[r, p]
        d = int(totals[1] < totals[0])
        backward.append(bool(d))
        here = int(ends[1 - d])
    return tuple(backward)
