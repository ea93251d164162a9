"""Shortest deadheading between the ends of the streets to be served."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from jiedao.engines.arcs.problem import ArcProblem, BadProblem, Floats, Ints

TINY = 1e-300
"""Stands for a deadheading cost of 0: SciPy's sparse graphs drop explicit zeros in some paths."""


@dataclass(frozen=True)
class Network:
    """Distances between the points that matter: task ends and stations, numbered 0 … k-1."""

    points: Ints
    """(k,) node of each point, ascending."""
    distance: Floats
    """(k, k) cost of the cheapest way from point to point; infinite where there is none."""
    ends: Ints
    """(tasks + stations, 2) points at tail and head of each task; a station's own point twice."""
    service: Floats
    """(tasks + stations, 2) cost of service in each direction; 0 at stations."""


def build_network(problem: ArcProblem) -> Network:
    """Compute all distances with Dijkstra; O(k · edges · log nodes)."""
    tasks = problem.tasks
    ends = np.concatenate(
        [
            np.column_stack([problem.tail[tasks], problem.head[tasks]]),
            np.column_stack([problem.depots, problem.depots]),
        ]
    )
    points, numbers = np.unique(ends, return_inverse=True)
    all_distances = dijkstra(deadhead_graph(problem), indices=points)
    service = np.concatenate([problem.service[tasks], np.zeros((len(problem.depots), 2))])
    distance = np.ascontiguousarray(all_distances[:, points])
    distance[distance < 1e-200] = 0.0
    return Network(points.astype(np.int64), distance, numbers.reshape(ends.shape).astype(np.int64), service)


def deadhead_graph(problem: ArcProblem) -> csr_matrix:
    """(nodes, nodes) sparse costs, the cheapest of parallel edges."""
    best: dict[tuple[int, int], float] = {}
    for tail, head, (out, back) in zip(
        problem.tail.tolist(), problem.head.tolist(), problem.deadhead.tolist(), strict=True
    ):
        for key, cost in (((tail, head), out), ((head, tail), back)):
            if np.isfinite(cost) and cost < best.get(key, np.inf):
                best[key] = cost
    keys = np.array(list(best), dtype=np.int64).reshape(-1, 2)
    costs = np.maximum(np.array(list(best.values()), dtype=np.float64), TINY)
    return csr_matrix((costs, (keys[:, 0], keys[:, 1])), shape=(problem.nodes, problem.nodes))


def solo_costs(problem: ArcProblem, network: Network) -> Floats:
    """(tasks, stations) cost of a route that serves one task only, in its better direction."""
    n = len(problem.tasks)
    tail, head = network.ends[:n].T
    station = network.ends[n:, 0]
    d = network.distance
    forward = d[station][:, tail].T + network.service[:n, :1] + d[:, station][head]
    backward = d[station][:, head].T + network.service[:n, 1:] + d[:, station][tail]
    return np.minimum(forward, backward)


def refuse_impossible(problem: ArcProblem, network: Network) -> None:
    """Raise `BadProblem` naming the streets that no route at all could serve."""
    usable = np.ones(len(problem.depots), bool) if problem.vehicles is None else problem.vehicles > 0
    if len(problem.tasks) and not usable.any():
        raise BadProblem("vehicles", 0, "没有班组", "there are no teams")
    best = solo_costs(problem, network)[:, usable].min(axis=1, initial=np.inf)
    demand = problem.demand[problem.tasks]
    for wrong, name, zh, en in (
        (np.isinf(best), "required", "从任何站点都无法往返", "cannot be reached from any station and back"),
        (demand > problem.capacity, "demand", "需求量超过容量", "demand exceeds the capacity"),
        (
            best > problem.max_route + 1e-9,
            "max_route",
            "单独服务也超出路线上限",
            "is beyond the route limit even alone",
        ),
    ):
        if wrong.any():
            edges = problem.tasks[wrong].tolist()
            shown = ", ".join(map(str, edges[:5])) + (f" … ({len(edges)})" if len(edges) > 5 else "")
            raise BadProblem(name, edges, f"街段 {shown}：{zh}", f"edges {shown}: {en}")
