"""Plan street coverage: cheapest routes, or the shortest longest route, by compiled ruin and recreate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from jiedao.engines.arcs import kernel
from jiedao.engines.arcs.network import Network, build_network, refuse_impossible, solo_costs
from jiedao.engines.arcs.pool import Order, RoutePool
from jiedao.engines.arcs.problem import ArcProblem, Floats, Ints, Route, Solution
from jiedao.engines.arcs.stop import StopCriterion

ENGINE = "arcs 1"
"""Name and version of the search: it changes when the same seed may give another plan."""
NEIGHBOURS = 400
WARM_UP = 0.005
"""Share of a run after which its length in iterations is known well enough to divide it into cycles."""
FINISH = 0.15
"""Share of a run for the last cycle."""


@dataclass(frozen=True)
class Parameters:
    """How to search; the defaults are those measured in benchmarks/carp.md."""

    minmax: bool = False
    """Minimise the longest route (then the sum) instead of the sum."""
    max_routes: int | None = None
    """Use no more routes than this, over all stations."""
    removed: float = 10.0
    """Streets taken out in one iteration, on average."""
    longest: float = 10.0
    """Longest string taken out of one route."""
    split: float = 0.5
    """Chance that a string leaves some streets in place."""
    grow: float = 0.01
    """Chance that such a string leaves one more."""
    blink: float = 0.01
    """Chance that the best place in a route is overlooked."""
    cycle: int = 4000
    """Iterations of one cycle from hot to cold, for each street."""
    pool: int = 8000
    """Routes remembered for recombination between cycles; 0: none."""
    warm: float = 0.001
    """First temperature of the last cycle, which finishes the best plan."""
    hot: float = 0.003
    """First temperature, as a share of the cost."""
    cold: float = 0.00003
    """Last temperature, as a share of the cost."""


@dataclass(frozen=True)
class Progress:
    """What a watcher sees about every thousandth of a run."""

    share: float
    """0 to 1."""
    iterations: int
    cost: float
    unserved: int


@dataclass(frozen=True)
class Result:
    """The best plan found."""

    solution: Solution
    cost: float
    """Sum of route costs."""
    longest: float
    """Cost of the longest route."""
    iterations: int
    seed: int
    engine: str = ENGINE

    @property
    def complete(self) -> bool:
        return not self.solution.unserved


class Search:
    """A search that can be run, narrowed to fewer routes, and run again."""

    def __init__(self, problem: ArcProblem, parameters: Parameters | None = None, *, seed: int = 0) -> None:
        self.problem, self.seed = problem, seed
        self.parameters = parameters or Parameters()
        network = build_network(problem)
        refuse_impossible(problem, network)
        self.data = _data(problem, network)
        slots = _slots(problem, self.parameters.max_routes)
        self.now, self.trial, self.best = (_empty_plan(self.data, slots) for _ in range(3))
        self._memory = kernel.Memory(
            np.full((self.data.n, len(slots)), -1, np.int64),
            np.zeros((self.data.n, len(slots), 2)),
            np.zeros((self.data.n, len(slots), 2), np.int64),
        )
        self._scratch = _scratch(self.data.n, len(slots), seed)
        self.max_routes = min(self.parameters.max_routes or len(slots), len(slots))
        self.iterations = 0
        self._price_all()
        self._anneal(1, 0.0)

    def run(self, stop: StopCriterion, watch: Callable[[Progress], None] | None = None) -> Result:
        """Anneal from hot to cold in several cycles over the span of `stop`; keeps the best of any earlier run."""
        if self.data.n == 0:
            return self.result()
        pool = RoutePool(self.data.n, self.parameters.pool) if self._recombines else None
        cycles, cycle, done, share = 0, 0, 0, stop.progress(0)
        while share < 1.0:
            if not cycles and share > WARM_UP:
                cycles = max(1, round(done / share * (1.0 - FINISH) / (self.parameters.cycle * self.data.n)))
            begun, position = self._schedule(share, cycles)
            if begun > cycle:
                cycle = begun
                self._next_cycle(pool, last=cycle == cycles)
            hot = self.parameters.hot if cycle < cycles or not cycles else self.parameters.warm
            count = stop.stride(done)
            self._anneal(
                count,
                kernel.objective(self.best, self.parameters.minmax) * hot * (self.parameters.cold / hot) ** position,
            )
            done += count
            share = stop.progress(done)
            if pool and position > 0.4:
                pool.add(self.now)
            if watch:
                watch(
                    Progress(min(share, 1.0), self.iterations, float(self.best.cost.sum()), int(self.best.absent[-1]))
                )
        return self.result()

    @property
    def _recombines(self) -> bool:
        return self.parameters.pool > 0 and not self.parameters.minmax

    def _schedule(self, share: float, cycles: int) -> tuple[int, float]:
        """Which cycle this is, and how far along; the last, number `cycles`, finishes the best plan of all."""
        if not cycles:
            return 0, 0.0
        if share >= 1.0 - FINISH:
            return cycles, (share - 1.0 + FINISH) / FINISH
        position = share / (1.0 - FINISH) * cycles
        return int(position), position - int(position)

    def _next_cycle(self, pool: RoutePool | None, *, last: bool) -> None:
        """Recombine what was seen; then start afresh, or in the last cycle from the best plan."""
        if pool:
            pool.add(self.best)
            vehicles = np.bincount(self.best.seq[:, 0] - self.data.n, minlength=len(self.problem.depots))
            orders = pool.cheapest_cover(vehicles, self.max_routes, 50)
            if orders:
                self._place(orders)
                self._anneal(0, 0.0)
        self._place(_orders(self.best, self.data.n) if last else [])
        if not last:
            self._anneal(1, 0.0)

    def _place(self, orders: list[Order]) -> None:
        """Make these routes the current plan."""
        for plan in (self.now, self.trial):
            kernel.clear(self.data, plan)
        free = self.now.seq[:, 0] - self.data.n
        taken = np.zeros(len(free), bool)
        for station, order in orders:
            slot = int(np.flatnonzero((free == station) & ~taken)[0])
            taken[slot] = True
            for plan in (self.now, self.trial):
                kernel.fill(self.data, plan, self._scratch, slot, np.array(order))
        for plan in (self.now, self.trial):
            kernel.list_absent(self.data, plan)
        kernel.keep_if_better(self.now, self.best, self.parameters.minmax)

    def result(self) -> Result:
        best = self.best
        return Result(
            self._solution(), float(best.cost.sum()), float(best.cost.max(initial=0.0)), self.iterations, self.seed
        )

    def _anneal(self, count: int, temperature: float) -> None:
        kernel.anneal(
            self.data,
            self._knobs(),
            self.now,
            self.trial,
            self.best,
            self._memory,
            self._scratch,
            count,
            temperature,
        )
        self.iterations += count

    def _knobs(self) -> kernel.Knobs:
        p = self.parameters
        return kernel.Knobs(p.removed, p.longest, p.split, p.grow, p.blink, p.minmax, self.max_routes)

    def _price_all(self) -> None:
        for plan in (self.now, self.trial, self.best):
            for r in range(len(plan.length)):
                kernel.price_forward(self.data, plan, r, 1)
                kernel.price_backward(self.data, plan, r, 0)

    def _solution(self) -> Solution:
        best, tasks = self.best, self.problem.tasks
        routes = []
        for r in np.flatnonzero(best.length):
            order = best.seq[r, 1 : best.length[r] + 1]
            backward = _directions(self.data, best, int(r))
            routes.append(Route(int(best.seq[r, 0]) - self.data.n, tuple(tasks[order].tolist()), backward))
        absent = best.absent[: best.absent[-1]]
        return Solution(tuple(routes), tuple(sorted(tasks[absent].tolist())))


def solve(
    problem: ArcProblem,
    stop: StopCriterion,
    parameters: Parameters | None = None,
    *,
    seed: int = 0,
    watch: Callable[[Progress], None] | None = None,
) -> Result:
    """Best routes found until `stop`. Raises `BadProblem` where a street cannot be served at all.

    With a stop by iterations, the same problem, parameters and seed give the same plan.
    """
    return Search(problem, parameters, seed=seed).run(stop, watch)


def fewest_routes(problem: ArcProblem) -> int:
    """Routes needed at least, by load alone."""
    total = float(problem.demand[problem.tasks].sum())
    by_load = int(np.ceil(total / problem.capacity - 1e-9)) if np.isfinite(problem.capacity) else 0
    return max(by_load, int(len(problem.tasks) > 0))


def _slots(problem: ArcProblem, max_routes: int | None) -> Ints:
    """(slots,) station of each slot: every team, or room for about twice the routes needed."""
    if problem.vehicles is not None:
        return np.repeat(np.arange(len(problem.depots)), np.minimum(problem.vehicles, max(1, len(problem.tasks))))
    room = 2 * fewest_routes(problem) + 8
    if np.isfinite(problem.max_route):
        room = max(room, 64)
    room = min(max(1, len(problem.tasks)), room, max_routes or room)
    return np.repeat(np.arange(len(problem.depots)), room)


def _data(problem: ArcProblem, network: Network) -> kernel.Data:
    tasks = problem.tasks
    n = len(tasks)
    finite = bool(np.isfinite(problem.capacity))
    return kernel.Data(
        n,
        network.ends,
        network.service,
        network.distance,
        np.ascontiguousarray(network.distance.T),
        _near(network, n),
        problem.demand[tasks],
        problem.demand[tasks] if finite else network.service[:n].min(axis=1),
        solo_costs(problem, network).min(axis=1, initial=np.inf) - network.service[:n].min(axis=1),
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


def _empty_plan(data: kernel.Data, slots: Ints) -> kernel.Plan:
    n, k = data.n, len(slots)
    width = n + 2
    absent = np.arange(n + 1)
    absent[-1] = n
    seq = np.zeros((k, width), np.int64)
    seq[:, :2] = (n + slots)[:, None]
    return kernel.Plan(
        seq,
        np.zeros(k, np.int64),
        np.zeros(k),
        np.zeros(k),
        np.zeros((k, width, 2)),
        np.zeros((k, width, 2)),
        np.zeros(k, np.int64),
        np.full(n, -1, np.int64),
        absent,
    )


def _scratch(n: int, slots: int, seed: int) -> kernel.Scratch:
    return kernel.Scratch(
        np.zeros(slots, np.bool_),
        np.zeros(slots, np.int64),
        np.zeros(n),
        np.ones(n),
        np.zeros(2, np.int64),
        np.array([seed & (2**64 - 1)], np.uint64),
    )


def _directions(data: kernel.Data, plan: kernel.Plan, r: int) -> tuple[bool, ...]:
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


def _orders(plan: kernel.Plan, n: int) -> list[Order]:
    return [
        (int(plan.seq[r, 0]) - n, tuple(plan.seq[r, 1 : plan.length[r] + 1].tolist()))
        for r in np.flatnonzero(plan.length).tolist()
    ]
