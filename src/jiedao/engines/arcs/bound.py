"""A number that no plan can beat: a cutting-plane LP over how often each street is passed without service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from jiedao.engines.arcs.cuts import Border, component_sets, flow_sets, grown_sets, odd_sets, violated
from jiedao.engines.arcs.network import build_network, solo_costs
from jiedao.engines.arcs.problem import ArcProblem, Floats, Ints

STARTS = 120
"""Nodes from which cuts are grown in one round, at most."""


@dataclass(frozen=True)
class LowerBound:
    """What every complete plan costs at least."""

    total: float
    """Sum of route costs."""
    teams: int
    """Number of routes."""
    farthest: float
    """Cost of the dearest street served alone: no plan has a shorter longest route."""
    rounds: int
    cuts: int

    def longest(self, teams: int) -> float:
        """Least cost of the longest route when there are so many teams."""
        return max(self.farthest, self.total / teams if teams else 0.0)


def lower_bound(problem: ArcProblem, rounds: int = 200, go_on: Callable[[], bool] = lambda: True) -> LowerBound:
    """Bound from at most `rounds` rounds of cuts; stops earlier when no cut is broken or `go_on()` turns false.

    Valid after every round. Whole-number costs give a whole-number bound.
    """
    if len(problem.tasks) == 0:
        return LowerBound(0.0, 0, 0.0, 0, 0)
    model = _Model(problem)
    number, y = 0, model.solve()
    while y is not None and number < rounds and go_on():
        number += 1
        cuts = _broken(model.border, y, number)
        if not cuts:
            break
        for edges, least in cuts:
            model.add(edges, least)
        y = model.solve()
    total = _whole(problem, model.value)
    solo = solo_costs(problem, build_network(problem)).min(axis=1)
    return LowerBound(total, _teams(problem, total), float(solo.max()), number, model.cuts)


def _broken(border: Border, y: Floats, number: int) -> list[tuple[Ints, int]]:
    """Cheap separation first; exact flows only where that finds nothing."""
    nodes = np.flatnonzero(~border.station & (np.bincount(np.r_[border.tail, border.head], minlength=border.nodes) > 0))
    starts = np.roll(nodes, -(number * STARTS) % max(1, len(nodes)))[:STARTS]
    found = violated(border, y, component_sets(border, y) + grown_sets(border, y, starts))
    if found:
        return found
    return violated(border, y, odd_sets(border, y) + flow_sets(border, y, starts))


class _Model:
    """The LP: deadheading of each edge (each direction, with balance at the nodes, where costs differ)."""

    def __init__(self, problem: ArcProblem) -> None:
        self.border = Border.of(problem)
        self.keep = np.flatnonzero(problem.tail != problem.head)
        loops = problem.tail == problem.head
        self.costs: list[float] = []
        self.passing: list[list[int]] = []
        """Columns of each edge that is no loop."""
        self.equal: list[tuple[dict[int, float], float]] = []
        self.rows: list[tuple[Ints, int]] = []
        self.fixed = float(problem.service[loops & problem.required].min(axis=1).sum())
        self.value, self.cuts = self.fixed, 0
        if _is_even(problem):
            self.fixed += float(problem.service[problem.required & ~loops, 0].sum())
            self.passing = [self._columns(problem.deadhead[e, :1])[:1] for e in self.keep]
        else:
            self._directed(problem)

    def _columns(self, costs: Floats) -> list[int]:
        """New columns, one for each cost; a forbidden direction costs infinity and gets upper bound 0 in `solve`."""
        first = len(self.costs)
        self.costs += costs.tolist()
        return list(range(first, len(self.costs)))

    def _directed(self, problem: ArcProblem) -> None:
        leaving: list[dict[int, float]] = [{} for _ in range(problem.nodes)]
        for e in self.keep.tolist():
            ends = int(problem.tail[e]), int(problem.head[e])
            pairs = [self._columns(problem.deadhead[e])]
            if problem.required[e]:
                pairs.append(self._columns(problem.service[e]))
                self.equal.append((dict.fromkeys(pairs[1], 1.0), 1.0))
            for pair in pairs:
                for column, (a, b) in zip(pair, (ends, ends[::-1]), strict=True):
                    leaving[a][column], leaving[b][column] = 1.0, -1.0
            self.passing.append(pairs[0])
        self.equal += [(balance, 0.0) for balance in leaving if balance]

    def add(self, edges: Ints, least: int) -> None:
        self.rows.append((np.array([c for e in edges.tolist() for c in self.passing[e]], np.int64), least))
        self.cuts += 1

    def solve(self) -> Floats | None:
        """(edges without loops,) deadheading in the optimum, None if the LP fails; its value stands in `value`.

        Cuts that are slack are dropped once there are many; they are found again when they matter.
        """
        costs = np.array(self.costs)
        allowed = np.isfinite(costs)
        above = _matrix([dict.fromkeys(columns.tolist(), -1.0) for columns, _ in self.rows], len(costs))
        least = np.array([least for _, least in self.rows], np.float64)
        answer = linprog(
            np.where(allowed, costs, 0.0),
            A_ub=above,
            b_ub=-least,
            A_eq=_matrix([row for row, _ in self.equal], len(costs)),
            b_eq=np.array([right for _, right in self.equal]),
            bounds=np.column_stack([np.zeros(len(costs)), np.where(allowed, np.inf, 0.0)]),
            method="highs",
        )
        if answer.x is None:
            return None
        self.value = self.fixed + float(answer.fun)
        if len(self.rows) > 3 * len(costs):
            slack = answer.slack
            self.rows = [row for row, loose in zip(self.rows, slack > 0.01, strict=True) if not loose]
        return np.array([answer.x[columns].sum() for columns in self.passing])


def _matrix(rows: list[dict[int, float]], columns: int) -> csr_matrix:
    index = np.repeat(np.arange(len(rows)), [len(row) for row in rows]) if rows else np.empty(0, np.int64)
    at = np.array([c for row in rows for c in row], np.int64)
    values = np.array([v for row in rows for v in row.values()], np.float64)
    return csr_matrix((values, (index, at)), shape=(len(rows), columns))


def _is_even(problem: ArcProblem) -> bool:
    """Do both directions cost the same everywhere."""
    served = problem.service[problem.required]
    return bool((problem.deadhead[:, 0] == problem.deadhead[:, 1]).all() and (served[:, 0] == served[:, 1]).all())


def _whole(problem: ArcProblem, value: float) -> float:
    used = np.concatenate([problem.deadhead.ravel(), problem.service[problem.required].ravel()])
    used = used[np.isfinite(used)]
    return float(np.ceil(value - 1e-6)) if bool((used == np.round(used)).all()) else value * (1 - 1e-9)


def _teams(problem: ArcProblem, total: float) -> int:
    load = float(problem.demand[problem.tasks].sum())
    by_load = int(np.ceil(load / problem.capacity - 1e-9))
    by_length = int(np.ceil(total / problem.max_route - 1e-9))
    return max(1, by_load, by_length)
