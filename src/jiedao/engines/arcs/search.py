"""Plan street coverage: cheapest routes, or the shortest longest route, by compiled ruin and recreate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from jiedao.engines.arcs import kernel, state
from jiedao.engines.arcs.layout import Knobs
from jiedao.engines.arcs.network import build_network, refuse_impossible
from jiedao.engines.arcs.problem import ArcProblem, Ints, Solution
from jiedao.engines.arcs.stop import StopCriterion

ENGINE = "arcs 1"
"""Name and version of the search: it changes when the same seed may give another plan."""
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
    hot: float = 0.003
    """First temperature of a cycle, as a share of the cost."""
    cold: float = 0.00003
    """Last temperature, as a share of the cost."""
    warm: float = 0.001
    """First temperature of the last cycle, which finishes the best plan."""
    cycle: int = 4000
    """Iterations of one cycle from hot to cold, for each street."""
    target: float = -np.inf
    """Stop as soon as the objective is no more than this: a lower bound, for one, proves the plan best."""


@dataclass(frozen=True)
class Progress:
    """What a watcher sees about every thousandth of a run."""

    phase: str
    """`first`, `fewer` (teams) or `improve`."""
    share: float
    """0 to 1."""
    iterations: int
    cost: float
    """Sum of route costs of the best plan."""
    longest: float
    """Its longest route."""
    routes: int
    unserved: int


Watch = Callable[[Progress], None]


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


def solve(
    problem: ArcProblem,
    stop: StopCriterion,
    parameters: Parameters | None = None,
    *,
    seed: int = 0,
    watch: Watch | None = None,
) -> Result:
    """Best routes found until `stop`. Raises `BadProblem` where a street cannot be served at all.

    With a stop by iterations, the same problem, parameters and seed give the same plan. Where the teams cannot serve
    everything, the plan leaves out as little as was found possible and lists it.
    """
    return Search(problem, parameters, seed=seed).run(stop, watch=watch)


class Search:
    """A search that can be started from given routes, run, and asked for its best plan."""

    def __init__(self, problem: ArcProblem, parameters: Parameters | None = None, *, seed: int = 0) -> None:
        self.problem, self.seed = problem, seed
        self.parameters = parameters or Parameters()
        network = build_network(problem)
        refuse_impossible(problem, network)
        self.data = state.build_data(problem, network)
        self.iterations = 0
        room = _room(problem)
        self._allocate(room)
        while (
            self.best.absent[-1] and problem.vehicles is None and not self.parameters.max_routes and room < self.data.n
        ):
            room *= 2
            self._allocate(room)

    def run(
        self, stop: StopCriterion, *, phase: str = "improve", watch: Watch | None = None, until_complete: bool = False
    ) -> Result:
        """Anneal from hot to cold in several cycles over the span of `stop`; the best plan is kept between runs."""
        if self.data.n == 0:
            return self.result()
        p = self.parameters
        cycles, cycle, done, share = 0, 0, 0, stop.progress(0)
        while share < 1.0 and not (until_complete and self._complete) and not self._on_target():
            if not cycles and share > WARM_UP:
                cycles = max(1, round(done / share * (1.0 - FINISH) / (p.cycle * self.data.n)))
            current, position = _schedule(share, cycles)
            if current > cycle:
                cycle = current
                self._next_cycle(cycle, last=cycle == cycles)
            hot = p.warm if cycles and cycle == cycles else p.hot
            count = stop.stride(done)
            self._anneal(count, kernel.objective(self.best, p.minmax) * hot * (p.cold / hot) ** position)
            done += count
            share = stop.progress(done)
            if watch:
                watch(self._progress(phase, share))
        return self.result()

    def start_from(self, orders: list[state.Order]) -> None:
        """Make these routes the current plan, and the best one if they are better."""
        for plan in (self.now, self.trial):
            state.place(self.data, plan, self._scratch, orders)
        kernel.keep_if_better(self.now, self.best, self.parameters.minmax)

    def orders(self) -> list[state.Order]:
        """The best plan, as `start_from` takes it."""
        return state.orders_of(self.data, self.best)

    def result(self) -> Result:
        best = self.best
        solution = state.solution_of(self.problem, self.data, best)
        return Result(solution, float(best.cost.sum()), float(best.cost.max(initial=0.0)), self.iterations, self.seed)

    def _allocate(self, room: int) -> None:
        """Slots for so many routes a station where teams are not counted; then a first greedy plan."""
        slots = _slots(self.problem, room)
        n = self.data.n
        self.now, self.trial, self.best = (state.empty_plan(self.data, slots) for _ in range(3))
        self._memory = state.empty_memory(n, len(slots))
        self._scratch = state.new_scratch(n, len(slots), self.seed)
        self._max_routes = min(self.parameters.max_routes or len(slots), len(slots))
        self._limit = self._max_routes
        self._anneal(1, 0.0)

    def _anneal(self, count: int, temperature: float) -> None:
        p = self.parameters
        knobs = Knobs(p.removed, p.longest, p.split, p.grow, p.blink, p.minmax, self._limit)
        plans = (self.now, self.trial, self.best)
        kernel.anneal(self.data, knobs, *plans, self._memory, self._scratch, count, temperature)
        self.iterations += count

    @property
    def _complete(self) -> bool:
        return bool(self.best.absent[-1] == 0)

    def _on_target(self) -> bool:
        costs = self.best.cost
        reached = costs.max(initial=0.0) if self.parameters.minmax else costs.sum()
        return self._complete and bool(reached <= self.parameters.target)

    def _next_cycle(self, cycle: int, *, last: bool) -> None:
        """Start afresh, every other time with no more routes than the best plan has; at last from the best plan."""
        self._limit = self._max_routes
        if cycle % 2 and not last and self._complete:
            self._limit = int((self.best.length > 0).sum())
        self.start_from(self.orders() if last else [])

    def _progress(self, phase: str, share: float) -> Progress:
        best = self.best
        costs = float(best.cost.sum()), float(best.cost.max(initial=0.0))
        return Progress(
            phase, min(share, 1.0), self.iterations, *costs, int((best.length > 0).sum()), int(best.absent[-1])
        )


def _schedule(share: float, cycles: int) -> tuple[int, float]:
    """Which cycle this is, and how far along; the last, number `cycles`, finishes the best plan of all."""
    if not cycles:
        return 0, 0.0
    if share >= 1.0 - FINISH:
        return cycles, (share - 1.0 + FINISH) / FINISH
    position = share / (1.0 - FINISH) * cycles
    return int(position), position - int(position)


def _room(problem: ArcProblem) -> int:
    """Routes a station that will do in most cases: about twice what the load asks for."""
    load = float(problem.demand[problem.tasks].sum())
    room = int(np.ceil(2.0 * load / problem.capacity)) + 8
    return min(max(1, len(problem.tasks)), room)


def _slots(problem: ArcProblem, room: int) -> Ints:
    """(slots,) station of each slot: one for each team, or `room` at every station."""
    stations = np.arange(len(problem.depots))
    if problem.vehicles is None:
        return np.repeat(stations, room)
    return np.repeat(stations, np.minimum(problem.vehicles, len(problem.tasks)))
