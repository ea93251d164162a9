"""The arrays that the compiled search works on.

A route is stations n+s at both ends and tasks 0 … n-1 between, at positions 1 … length.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiedao.engines.arcs.problem import Bools, Floats, Ints


class Data(NamedTuple):
    """What never changes in a search; shapes as in `network.Network`, n tasks, s stations, k points."""

    n: int
    ends: Ints
    service: Floats
    dist: Floats
    dist_t: Floats
    """Transpose of `dist`, contiguous."""
    near: Ints
    """(n, m) tasks by distance, itself first."""
    demand: Floats
    size: Floats
    """(n,) what "largest first" sorts by."""
    remote: Floats
    """(n,) distance to the nearest station."""
    capacity: float
    max_route: float


class Plan(NamedTuple):
    """Routes in slots; a slot belongs to one station for good."""

    seq: Ints
    """(slots, n + 2)"""
    length: Ints
    load: Floats
    cost: Floats
    fwd: Floats
    """(slots, n + 2, 2) cheapest cost to the end of the service at this position, in direction 0 or 1."""
    bwd: Floats
    """(slots, n + 2, 2) cheapest cost from the start of that service to the end of the route."""
    version: Ints
    """(slots,) number of the content, never used twice."""
    where: Ints
    """(n,) slot of each task, -1 if in none."""
    absent: Ints
    """(n + 1,) tasks in no route; the count is in the last place."""


class Memory(NamedTuple):
    """The two cheapest totals of each (task, slot), valid for one version of the slot."""

    version: Ints
    total: Floats
    """(n, slots, 2)"""
    place: Ints
    """(n, slots, 2) insert after this position."""


class Scratch(NamedTuple):
    """Working space and the state of chance."""

    touched: Bools
    """(slots,) routes changed in this iteration."""
    slots: Ints
    """(slots,) where a task may go: routes in use and one empty one a station."""
    keys: Floats
    """(n,) sort keys."""
    missed: Floats
    """(n,) how often each task has been left out."""
    counters: Ints
    """(2,) the last version given; decisions until the next blink."""
    rng: NDArray[np.uint64]
    """(1,)"""


class Knobs(NamedTuple):
    """Parameters as plain numbers; see `search.Parameters`."""

    removed: float
    longest: float
    split: float
    grow: float
    blink: float
    minmax: bool
    routes: int
    """Largest number of routes in use."""
