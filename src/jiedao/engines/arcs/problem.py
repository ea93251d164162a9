"""Street coverage: the streets that must be served, the stations, the teams, and what a plan for them looks like."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class BadProblem(ValueError):
    """A problem that makes no sense or has no plan. `field` and `value` name the cause; `zh` and `en` say it."""

    def __init__(self, field: str, value: object, zh: str, en: str) -> None:
        super().__init__(en)
        self.field, self.value, self.zh, self.en = field, value, zh, en


@dataclass(frozen=True)
class ArcProblem:
    """A capacitated windy rural postman problem with one or more stations (the CARP when costs are symmetric).

    Costs are in any one unit (metres, minutes). Column 0 of a cost array is the direction tail→head, column 1
    head→tail; infinity forbids a direction. A route starts and ends at its own station and costs its services plus the
    shortest deadheading between them.
    """

    nodes: int
    """Number of nodes; nodes are 0 … nodes-1."""
    tail: Ints
    """(edges,) node at one end."""
    head: Ints
    """(edges,) node at the other end."""
    deadhead: Floats
    """(edges, 2) cost of passing without service."""
    service: Floats
    """(edges, 2) cost of serving; read on required edges only."""
    required: Bools
    """(edges,) must this edge be served."""
    demand: Floats
    """(edges,) load taken up by serving; read on required edges only."""
    depots: Ints
    """(stations,) node of each station."""
    vehicles: Ints | None = None
    """(stations,) teams at each station; None: as many as are useful."""
    capacity: float = np.inf
    """Largest load of one route."""
    max_route: float = np.inf
    """Largest cost of one route."""
    name: str = ""
    tasks: Ints = field(init=False)
    """Indices of the required edges, ascending."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "tasks", np.flatnonzero(self.required))
        _check(self)


def arc_problem(
    nodes: int,
    ends: ArrayLike,
    deadhead: ArrayLike,
    *,
    required: ArrayLike | None = None,
    service: ArrayLike | None = None,
    demand: ArrayLike | None = None,
    depots: ArrayLike = (0,),
    vehicles: ArrayLike | None = None,
    capacity: float = np.inf,
    max_route: float = np.inf,
    name: str = "",
) -> ArcProblem:
    """Build a problem from plain lists: `ends` (edges, 2); costs (edges,) for both directions alike, or (edges, 2).

    By default every edge is required, demand is 0 and serving costs as much as passing. Raises `BadProblem`.
    """
    pairs = np.asarray(ends, dtype=np.int64).reshape(-1, 2)
    passing = _both_ways(deadhead)
    m = len(pairs)
    return ArcProblem(
        nodes=nodes,
        tail=pairs[:, 0].copy(),
        head=pairs[:, 1].copy(),
        deadhead=passing,
        service=passing if service is None else _both_ways(service),
        required=np.ones(m, bool) if required is None else np.asarray(required, dtype=bool),
        demand=np.zeros(m) if demand is None else np.asarray(demand, dtype=np.float64),
        depots=np.asarray(depots, dtype=np.int64).reshape(-1),
        vehicles=None if vehicles is None else np.asarray(vehicles, dtype=np.int64).reshape(-1),
        capacity=float(capacity),
        max_route=float(max_route),
        name=name,
    )


@dataclass(frozen=True)
class Route:
    """One team's work: the served edges in order, each with its direction."""

    depot: int
    """Index into `ArcProblem.depots`."""
    edges: tuple[int, ...]
    """Edge indices in order of service."""
    backward: tuple[bool, ...]
    """True where the edge is served head→tail."""


@dataclass(frozen=True)
class Solution:
    """Routes, and the required edges that no route serves (empty in a complete plan)."""

    routes: tuple[Route, ...]
    unserved: tuple[int, ...] = ()


def _both_ways(costs: ArrayLike) -> Floats:
    array = np.asarray(costs, dtype=np.float64)
    return np.column_stack([array, array]) if array.ndim == 1 else array.copy()


def _check(p: ArcProblem) -> None:
    m = len(p.tail)
    shapes = {"head": (m,), "deadhead": (m, 2), "service": (m, 2), "required": (m,), "demand": (m,)}
    for name, shape in shapes.items():
        actual = getattr(p, name).shape
        if actual != shape:
            raise BadProblem(
                name, actual, f"{name} 的形状应为 {shape}", f"{name} must have shape {shape}, not {actual}"
            )
    for name in ("tail", "head", "depots"):
        _check_nodes(name, getattr(p, name), p.nodes)
    if len(p.depots) == 0:
        raise BadProblem("depots", 0, "至少需要一个站点", "at least one station is needed")
    if p.vehicles is not None and (p.vehicles.shape != p.depots.shape or (p.vehicles < 0).any()):
        raise BadProblem(
            "vehicles", p.vehicles, "每个站点需给出非负的班组数", "give each station a count of teams, 0 or more"
        )
    _check_costs("deadhead", p.deadhead)
    _check_costs("service", p.service[p.required])
    demand = p.demand[p.required]
    if np.isnan(demand).any() or (demand < 0).any() or np.isinf(demand).any():
        raise BadProblem("demand", demand.min(), "需求量须为非负有限数", "demand must be finite and not negative")
    for name in ("capacity", "max_route"):
        if not getattr(p, name) > 0:
            raise BadProblem(name, getattr(p, name), f"{name} 须大于 0", f"{name} must be positive")


def _check_nodes(name: str, values: Ints, nodes: int) -> None:
    wrong = values[(values < 0) | (values >= nodes)]
    if len(wrong):
        bad = int(wrong[0])
        raise BadProblem(
            name, bad, f"{name} 中的节点 {bad} 不存在", f"{name} names node {bad}; nodes are 0 to {nodes - 1}"
        )


def _check_costs(name: str, values: Floats) -> None:
    if np.isnan(values).any() or (values < 0).any():
        raise BadProblem(name, values.min(), f"{name} 不得为负或缺失", f"{name} must not be negative or missing")
