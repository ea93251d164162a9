"""What is due on which night, and one night as an arc routing problem."""

from __future__ import annotations

import numpy as np

from jiedao.engines.arcs import ArcProblem, MaxIterations, Parameters, arc_problem, lower_bound, solve
from jiedao.engines.patrol.problem import Floats, HotSpot, PatrolProblem, Segment

Duty = int
"""Number of a segment, or number of segments plus number of a hot spot."""


def duties(problem: PatrolProblem) -> list[Segment | HotSpot]:
    return [*problem.segments, *problem.hot_spots]


def duty_minutes(problem: PatrolProblem) -> Floats:
    """(duties,) least time that each takes."""
    limits = problem.limits
    walk = [problem.streets.metres[s.street] / limits.metres_per_minute for s in problem.segments]
    return np.array(walk + [limits.stay_low] * len(problem.hot_spots), dtype=np.float64)


def beat_minutes(problem: PatrolProblem) -> float:
    """Longest beat: the window, or less where the walk would grow too long."""
    return min(problem.limits.window_minutes, problem.limits.max_metres / problem.limits.metres_per_minute)


def share_out(problem: PatrolProblem, iterations: int, seed: int) -> list[list[Duty]]:
    """Duties of each night: each as rarely as its gap allows, neighbours on the same night, nights alike in minutes."""
    nights, minutes, all_duties = problem.limits.nights, duty_minutes(problem), duties(problem)
    calendar: list[list[Duty]] = [[] for _ in range(nights)]
    load = np.zeros(nights)
    tour = _along_a_tour(problem, iterations, seed) if all_duties else []
    for gap in sorted({duty.max_gap for duty in all_duties}):
        group = [k for k in tour if all_duties[k].max_gap == gap]
        total, done = float(minutes[group].sum()), 0.0
        firsts = _quietest_first(load, gap, nights)
        for k in group:
            part = int(done / total * gap) if total > 0 else 0
            done += float(minutes[k])
            latest = max(0, gap - 1 - all_duties[k].idle)
            for night in range(min(firsts[min(part, gap - 1)], latest), nights, gap):
                calendar[night].append(k)
                load[night] += minutes[k]
    return calendar


def least_teams(problem: PatrolProblem, bound_rounds: int) -> int:
    """Teams the busiest night needs in any plan: by what is due every night, and by the work of the whole week."""
    all_duties, nights = duties(problem), problem.limits.nights
    nightly = [k for k, duty in enumerate(all_duties) if duty.max_gap == 1]
    by_night = lower_bound(night_problem(problem, nightly), bound_rounds).teams if nightly else 0
    visits = np.array([nights // duty.max_gap for duty in all_duties], dtype=np.float64)
    work = float(visits @ duty_minutes(problem)) if all_duties else 0.0
    by_week = int(np.ceil(work / (nights * beat_minutes(problem)) - 1e-9)) if nights else 0
    return max(by_night, by_week)


def night_problem(problem: PatrolProblem, due: list[Duty]) -> ArcProblem:
    return walking_problem(problem, [_edge(problem, k) for k in due], beat_minutes(problem))


def walking_problem(problem: PatrolProblem, edges: list[int], limit: float) -> ArcProblem:
    """Costs are minutes; edges are the streets, then one loop for each hot spot; `edges` must be served."""
    streets, spots = problem.streets, problem.hot_spots
    loops = np.array([[spot.node, spot.node] for spot in spots], dtype=np.int64).reshape(-1, 2)
    minutes = streets.metres / problem.limits.metres_per_minute
    required = np.zeros(len(minutes) + len(spots), bool)
    required[edges] = True
    return arc_problem(
        streets.nodes,
        np.concatenate([streets.ends.reshape(-1, 2), loops]),
        np.concatenate([minutes, np.full(len(spots), np.inf)]),
        service=np.concatenate([minutes, np.full(len(spots), problem.limits.stay_low)]),
        required=required,
        depots=problem.stations,
        max_route=limit,
    )


def _edge(problem: PatrolProblem, duty: Duty) -> int:
    segments = problem.segments
    return segments[duty].street if duty < len(segments) else len(problem.streets.metres) + duty - len(segments)


def _quietest_first(load: Floats, gap: int, nights: int) -> list[int]:
    """First nights 0 … gap-1, the one with the least work over its visits first."""
    return sorted(range(gap), key=lambda first: (float(load[first:nights:gap].sum()), first))


def _along_a_tour(problem: PatrolProblem, iterations: int, seed: int) -> list[Duty]:
    """All duties in the order of one long walk past them: what is close in it is close in the streets."""
    duty_of = {_edge(problem, k): k for k in range(len(duties(problem)))}
    whole = walking_problem(problem, sorted(duty_of), np.inf)
    tour = solve(whole, MaxIterations(iterations), Parameters(max_routes=1), seed=seed).solution
    return [duty_of[edge] for route in tour.routes for edge in route.edges]
