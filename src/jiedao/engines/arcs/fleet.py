"""Fewest teams first, then the best plan with so many."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from jiedao.engines.arcs.problem import ArcProblem
from jiedao.engines.arcs.search import Parameters, Result, Search, Watch
from jiedao.engines.arcs.stop import StopCriterion

FIRST, FEWER = 0.1, 0.5
"""Shares of the run at which the first plan must be there, and at which the hunt for fewer teams ends."""


def fewest_teams(
    problem: ArcProblem,
    stop: StopCriterion,
    parameters: Parameters | None = None,
    *,
    seed: int = 0,
    least: int = 1,
    watch: Watch | None = None,
) -> Result:
    """Find a complete plan with as few routes as possible, then use the rest of `stop` on its cost or longest route.

    `least` is a known lower bound on routes (`LowerBound.teams`): the hunt ends there. Raises `BadProblem`.
    """
    wanted = parameters or Parameters()
    frugal = replace(wanted, minmax=False, target=-np.inf)
    span = _Span(stop)
    search = Search(problem, frugal, seed=seed)
    search.run(span.until(FIRST), phase="first", watch=watch)
    span.offset = iterations = search.iterations
    best = search.orders()
    while len(best) > least and search.result().complete and stop.progress(iterations) < FEWER:
        search = Search(problem, replace(frugal, max_routes=len(best) - 1), seed=seed)
        search.run(span.until(FEWER), phase="fewer", watch=watch, until_complete=True)
        iterations += search.iterations
        span.offset = iterations
        if search.result().complete:
            best = search.orders()
    final = Search(problem, replace(wanted, max_routes=max(1, len(best))), seed=seed)
    final.start_from(best)
    result = final.run(span.until(1.0), watch=watch)
    return replace(result, iterations=iterations + final.iterations)


@dataclass
class _Span:
    """Parts of one stop criterion, each shown to a search as a run of its own."""

    whole: StopCriterion
    offset: int = 0

    def until(self, end: float) -> StopCriterion:
        return _Part(self.whole, self.offset, self.whole.progress(self.offset), end)


@dataclass
class _Part:
    whole: StopCriterion
    offset: int
    start: float
    end: float

    def progress(self, iterations: int) -> float:
        if self.end <= self.start:
            return 1.0
        return (self.whole.progress(self.offset + iterations) - self.start) / (self.end - self.start)

    def stride(self, iterations: int) -> int:
        return self.whole.stride(self.offset + iterations)
