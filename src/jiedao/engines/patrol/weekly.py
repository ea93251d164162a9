"""Plan a week of patrols: share the work over the nights, find the fewest teams, balance the beats, vary the routes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse.csgraph import dijkstra

from jiedao.engines.arcs import ArcProblem, MaxIterations, Parameters, Result, Route, fewest_teams, lower_bound, solve
from jiedao.engines.arcs.network import deadhead_graph
from jiedao.engines.arcs.paths import Paths
from jiedao.engines.patrol.duties import beat_minutes, least_teams, night_problem, share_out, walking_problem
from jiedao.engines.patrol.measures import jaccard
from jiedao.engines.patrol.problem import Beat, Floats, Ints, PatrolProblem, Stop, WeekPlan


@dataclass(frozen=True)
class PatrolParameters:
    """How much to search. With these and a seed the plan is always the same."""

    iterations: int = 30_000
    """Of each search."""
    variants: int = 6
    """Plans tried a night to find one that repeats no recent route."""
    extra: float = 0.2
    """Share of the teams' time offered to streets that are not due, so that nights differ."""
    bound_rounds: int = 30
    """Rounds of cuts for each lower bound."""


def plan_week(
    problem: PatrolProblem,
    parameters: PatrolParameters | None = None,
    *,
    seed: int = 0,
    watch: Callable[[int], None] | None = None,
) -> WeekPlan:
    """A plan that leaves no blind zone within any gap, with as few teams as found, longest beat as short as found.

    Hot spots get the shortest stay while routes are planned, and then as much of the longest as the window leaves.
    `watch(night)` is called after each night. Raises `arcs.BadProblem` naming a duty that no team can reach and return
    from within the limits; its edge numbers are streets, then hot spots.
    """
    p = parameters or PatrolParameters()
    nights = [night_problem(problem, due) for due in share_out(problem, p.iterations, seed)]
    bounds = [lower_bound(night, p.bound_rounds) for night in nights]
    found = [_fewest(night, bound.teams, p.iterations, seed) for night, bound in zip(nights, bounds, strict=True)]
    planner = _Nights(problem, p, max(found, default=0), seed)
    plans = []
    for number, night in enumerate(nights):
        plans.append(planner.plan(night, number))
        if watch:
            watch(number)
    longest = tuple(bound.longest(len(beats)) for bound, beats in zip(bounds, plans, strict=True))
    return WeekPlan(tuple(plans), least_teams(problem, p.bound_rounds), longest, seed)


def _fewest(night: ArcProblem, least: int, iterations: int, seed: int) -> int:
    return len(fewest_teams(night, MaxIterations(iterations), least=least, seed=seed).solution.routes)


class _Nights:
    """Plans one night after the other, remembering the routes of the nights before."""

    def __init__(self, problem: PatrolProblem, parameters: PatrolParameters, teams: int, seed: int) -> None:
        self.problem, self.parameters, self.teams, self.seed = problem, parameters, teams, seed
        self.recent = list(problem.before)
        self.weights = _street_weights(problem)
        self.weights[~_within_reach(problem)] = 0.0

    def plan(self, night: ArcProblem, number: int) -> tuple[Beat, ...]:
        """Of several variants the first that repeats no recent route, else the one least like them."""
        back = self.problem.limits.look_back
        recent = [route for routes in self.recent[max(0, len(self.recent) - back) :] for route in routes]
        best: tuple[Beat, ...] = ()
        least = np.inf
        for variant in range(self.parameters.variants if len(night.tasks) else 0):
            rng = np.random.default_rng([self.seed, number, variant])
            beats = self._beats(night, rng)
            overlap = max((jaccard(beat.streets, route) for beat in beats for route in recent), default=0.0)
            if overlap < least:
                best, least = beats, overlap
            if overlap < self.problem.limits.max_overlap:
                break
        self.recent.append(tuple(beat.streets for beat in best))
        return best

    def _beats(self, night: ArcProblem, rng: np.random.Generator) -> tuple[Beat, ...]:
        seed = int(rng.integers(2**31))
        tonight, result = self._balanced(night, self._extras(night, rng), seed)
        paths = Paths(tonight)
        routes = [_reversed(route) if rng.random() < 0.5 else route for route in result.solution.routes]
        return tuple(_beat(self.problem, paths, route) for route in routes)

    def _balanced(self, night: ArcProblem, extras: Ints, seed: int) -> tuple[ArcProblem, Result]:
        """Serve some streets that are not due, too; fewer of them, in the end none, until everything fits."""
        stop = MaxIterations(self.parameters.iterations)
        parameters = Parameters(minmax=True, max_routes=self.teams)
        while True:
            required = night.required.copy()
            required[extras] = True
            tonight = replace(night, required=required)
            result = solve(tonight, stop, parameters, seed=seed)
            if result.complete:
                return tonight, result
            if len(extras) == 0:
                return tonight, fewest_teams(tonight, stop, Parameters(minmax=True), seed=seed, least=self.teams)
            extras = extras[: len(extras) // 2]

    def _extras(self, night: ArcProblem, rng: np.random.Generator) -> Ints:
        """Streets drawn by weight from those not due tonight, as many as a share of the time allows."""
        free = np.flatnonzero(~night.required[: len(self.weights)] & (self.weights > 0))
        order = free[np.argsort(rng.exponential(size=len(free)) / self.weights[free])]
        minutes = np.cumsum(night.service[order, 0])
        return order[minutes <= self.parameters.extra * self.teams * beat_minutes(self.problem)]


def _street_weights(problem: PatrolProblem) -> Floats:
    """(streets,) weight; streets that are no segment get the least weight of any."""
    weights = np.full(len(problem.streets.metres), min((s.weight for s in problem.segments), default=1.0))
    for segment in problem.segments:
        weights[segment.street] = segment.weight
    return weights


def _within_reach(problem: PatrolProblem) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """(streets,) can a team walk there, along it and back within one beat."""
    graph = deadhead_graph(walking_problem(problem, [], np.inf))
    away = dijkstra(graph, indices=np.asarray(problem.stations, dtype=np.int64))
    tail, head = problem.streets.ends.reshape(-1, 2).T
    minutes = problem.streets.metres / problem.limits.metres_per_minute
    return np.asarray((away[:, tail] + minutes + away[:, head]).min(axis=0) <= beat_minutes(problem))


def _reversed(route: Route) -> Route:
    """The same walk the other way round: as long, and harder to predict."""
    return replace(route, edges=route.edges[::-1], backward=tuple(not b for b in route.backward[::-1]))


def _beat(problem: PatrolProblem, paths: Paths, route: Route) -> Beat:
    """Times along the walk; minutes left of the window lengthen the stays at hot spots, up to the longest."""
    limits, streets = problem.limits, len(problem.streets.metres)
    steps = paths.walk(route)
    spots = sum(step.edge >= streets for step in steps)
    left = limits.window_minutes - sum(step.cost for step in steps)
    stay = min(limits.stay_high, limits.stay_low + max(0.0, left) / spots) if spots else 0.0
    clock, stops = 0.0, []
    for step in steps:
        spot = step.edge - streets if step.edge >= streets else None
        minutes = step.cost if spot is None else stay
        stops.append(Stop(step.edge if spot is None else None, step.backward, spot, clock, clock + minutes))
        clock += minutes
    metres = float(sum(problem.streets.metres[s.street] for s in stops if s.street is not None))
    return Beat(route.depot, tuple(stops), metres, clock)
