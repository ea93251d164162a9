"""Cuts that every set of closed routes obeys, and how to find those that an LP solution breaks.

For a node set S without a station, with R(S) required edges across its border and demand d(S) touching it:
the deadheading across the border is at least 2·⌈d(S)/Q⌉ - R(S), and at least 1 where R(S) is odd
(Belenguer and Benavent, 2003). The parity holds for every S, with stations too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_flow

from jiedao.engines.arcs.problem import ArcProblem, Bools, Floats, Ints

EPS = 1e-6
TRACE = 1e-3
"""Share of a route's capacity that a required edge without load is taken for when looking for cuts."""
SCALE = 1_000_000
"""Capacities of a flow are whole numbers."""


@dataclass(frozen=True)
class Border:
    """The streets as a graph of distinct nodes: self-loops apart, everything else by edge."""

    nodes: int
    tail: Ints
    head: Ints
    required: Bools
    demand: Floats
    """0 where not required."""
    loops: Floats
    """(nodes,) demand of required self-loops."""
    hint: Floats
    hint_loops: Floats
    """The same, but a required edge has always a little: what the search for cuts goes by."""
    capacity: float
    station: Bools
    """(nodes,)"""

    @classmethod
    def of(cls, p: ArcProblem) -> Border:
        loop = p.tail == p.head
        limit = p.capacity if np.isfinite(p.capacity) else max(1.0, 2.0 * float(p.demand[p.required].sum()))
        demand = np.where(p.required, p.demand, 0.0)
        hint = np.where(p.required, np.maximum(demand, TRACE * limit), 0.0)
        station = np.zeros(p.nodes, bool)
        station[p.depots] = True
        keep = ~loop
        return cls(
            p.nodes,
            p.tail[keep],
            p.head[keep],
            p.required[keep],
            demand[keep],
            _by_node(p.tail[loop], demand[loop], p.nodes),
            hint[keep],
            _by_node(p.tail[loop], hint[loop], p.nodes),
            limit,
            station,
        )

    def needed(self, inside: Bools) -> tuple[int, int]:
        """Least deadheading across the border of a set of nodes, and required edges across it."""
        tail, head = inside[self.tail], inside[self.head]
        across = int((self.required & (tail != head)).sum())
        least = across % 2
        if not (inside & self.station).any():
            touched = tail | head
            load = float(self.demand[touched].sum() + self.loops[inside].sum())
            visits = int(np.ceil(load / self.capacity - 1e-6))
            if self.required[touched].any() or self.hint_loops[inside].any():
                visits = max(visits, 1)
            least = max(least, 2 * visits - across)
        return least, across

    def across(self, inside: Bools) -> Ints:
        """Edges (indices among non-loops) across the border."""
        return np.flatnonzero(inside[self.tail] != inside[self.head])


def violated(border: Border, y: Floats, candidates: list[Bools], most: int = 200) -> list[tuple[Ints, int]]:
    """(edges across, least deadheading) of the distinct candidates that `y` (edges,) breaks, worst first."""
    found: dict[bytes, tuple[float, Ints, int]] = {}
    for inside in candidates:
        edges = border.across(inside)
        least, _ = border.needed(inside)
        gap = least - float(y[edges].sum())
        if gap > 1e-4:
            found[edges.tobytes()] = (gap / max(1, len(edges)) ** 0.5, edges, least)
    ranked = sorted(found.values(), key=lambda item: -item[0])
    return [(edges, least) for _, edges, least in ranked[:most]]


def component_sets(border: Border, y: Floats) -> list[Bools]:
    """Connected parts of the graph of edges used more than some threshold; with and without the required ones."""
    sets: list[Bools] = []
    outside = ~(border.station[border.tail] | border.station[border.head])
    for used in [y > t for t in (EPS, 0.25, 0.5, 0.75)] + [((y > t) | border.required) & outside for t in (EPS, 0.5)]:
        graph = csr_matrix(
            (np.ones(int(used.sum())), (border.tail[used], border.head[used])), shape=(border.nodes, border.nodes)
        )
        count, label = connected_components(graph, directed=False)
        sets += [label == c for c in range(count) if count > 1]
    return sets


def grown_sets(border: Border, y: Floats, starts: Ints, most: int = 8) -> list[Bools]:
    """Sets grown from each start by the node that leaves the least slack; of each growth the `most` broken ones."""
    bonds = _arcs(border, y + border.required)
    loads = _arcs(border, border.hint)
    sets: list[Bools] = []
    for start in starts.tolist():
        order, slack = _grow(
            start,
            bonds.indptr,
            bonds.indices,
            bonds.data,
            loads.data,
            border.hint_loops,
            border.station,
            border.capacity,
        )
        for size in np.argsort(slack, kind="stable")[:most].tolist():
            if slack[size] < -1e-4:
                inside = np.zeros(border.nodes, bool)
                inside[order[: size + 1]] = True
                sets.append(inside)
    return sets


@njit(cache=True, nogil=True)
def _grow(
    start: int,
    indptr: Ints,
    indices: Ints,
    bond: Floats,
    load: Floats,
    loops: Floats,
    station: Bools,
    capacity: float,
) -> tuple[Ints, Floats]:
    """Order in which nodes join, and after each the slack of its rounded capacity cut; graph in CSR form."""
    n = len(loops)
    order, slack = np.empty(n, np.int64), np.empty(n)
    inside, listed = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    near, shared, total, carried_by = np.zeros(n), np.zeros(n), np.zeros(n), loops.copy()
    for v in range(n):
        for k in range(indptr[v], indptr[v + 1]):
            total[v] += bond[k]
            carried_by[v] += load[k]
    frontier, waiting = np.empty(n, np.int64), 0
    crossing, carried, size, node = 0.0, 0.0, 0, start
    while node >= 0:
        inside[node] = listed[node] = True
        crossing += total[node] - 2.0 * near[node]
        carried += carried_by[node] - shared[node]
        order[size] = node
        slack[size] = crossing - 2.0 * np.ceil(carried / capacity - 1e-6)
        size += 1
        for k in range(indptr[node], indptr[node + 1]):
            v = indices[k]
            near[v] += bond[k]
            shared[v] += load[k]
            if not listed[v] and not station[v] and bond[k] > EPS:
                listed[v] = True
                frontier[waiting] = v
                waiting += 1
        node, best, at = -1, np.inf, -1
        for k in range(waiting):
            v = frontier[k]
            visits = (carried + carried_by[v] - shared[v]) / capacity
            value = total[v] - 2.0 * near[v] - 2.0 * np.ceil(visits - 1e-6) - 1e-3 * visits
            if value < best:
                node, best, at = v, value, k
        if node >= 0:
            waiting -= 1
            frontier[at] = frontier[waiting]
    return order[:size], slack[:size]


def flow_sets(border: Border, y: Floats, starts: Ints) -> list[Bools]:
    """For each start, the set around it that breaks the unrounded capacity cut most (exact, one cut each)."""
    x = y + border.required
    at_ends = _by_node(border.tail, border.hint, border.nodes) + _by_node(border.head, border.hint, border.nodes)
    pull = (at_ends + 2.0 * border.hint_loops) / border.capacity
    bonds = np.maximum(x - border.hint / border.capacity, 0.0)
    sets = []
    for start in starts.tolist():
        inward = pull.copy()
        inward[start] = 1e3
        sets.append(_min_cut(border, bonds, inward))
    return sets


def odd_sets(border: Border, y: Floats) -> list[Bools]:
    """Cheapest cuts between nodes with an odd number of required streets (Padberg and Rao, by Gusfield's tree)."""
    degree = np.bincount(border.tail[border.required], minlength=border.nodes)
    degree = degree + np.bincount(border.head[border.required], minlength=border.nodes)
    odd = np.flatnonzero(degree % 2)
    graph = _whole(_arcs(border, y))
    parent = dict.fromkeys(odd.tolist(), int(odd[0]) if len(odd) else 0)
    sets = []
    for node in odd[1:].tolist():
        inside = _side(graph, node, parent[node])
        sets.append(inside)
        for later in odd[odd > node].tolist():
            if inside[later] and parent[later] == parent[node]:
                parent[later] = node
    return sets


def _by_node(nodes: Ints, values: Floats, count: int) -> Floats:
    return np.bincount(nodes, weights=values, minlength=count).astype(np.float64)


def _arcs(border: Border, values: Floats) -> csr_matrix:
    """(nodes, nodes) sum of the values of the edges between two nodes, both ways; explicit zeros are kept."""
    tail, head = np.concatenate([border.tail, border.head]), np.concatenate([border.head, border.tail])
    return csr_matrix((np.concatenate([values, values]), (tail, head)), shape=(border.nodes, border.nodes))


def _whole(graph: csr_matrix) -> csr_matrix:
    scaled = graph.copy()
    scaled.data = np.minimum(np.round(graph.data * SCALE), 2**31 - 1).astype(np.int32)
    return scaled.astype(np.int32)


def _min_cut(border: Border, bonds: Floats, inward: Floats) -> Bools:
    """Set S without stations minimising bonds across its border less the pull inside it."""
    n, stations = border.nodes, np.flatnonzero(border.station)
    inner = _arcs(border, bonds).tocoo()
    tail = np.concatenate([inner.row, np.full(n, n), stations])
    head = np.concatenate([inner.col, np.arange(n), np.full(len(stations), n + 1)])
    pull = np.where(border.station, 0.0, np.minimum(inward, 2e3))
    values = np.concatenate([inner.data, pull, np.full(len(stations), 2e3)])
    graph = csr_matrix((values, (tail, head)), shape=(n + 2, n + 2))
    return _side(_whole(graph), n, n + 1)[:n] & ~border.station


def _side(graph: csr_matrix, source: int, sink: int) -> Bools:
    """Nodes that still can be reached from the source once the flow is at its largest."""
    left = graph - maximum_flow(graph, source, sink).flow
    left.data[left.data < 0] = 0
    left.eliminate_zeros()
    inside = np.zeros(graph.shape[0], bool)
    inside[breadth_first_order(left, source, return_predecessors=False)] = True
    return inside
