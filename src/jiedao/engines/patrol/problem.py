"""A week of foot patrols: what must be seen, how often, by whom, and the plan that comes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Streets:
    """The walking network; every street can be walked both ways."""

    nodes: int
    ends: Ints
    """(streets, 2) nodes."""
    metres: Floats
    """(streets,)"""


@dataclass(frozen=True)
class Segment:
    """A street that must be walked."""

    street: int
    weight: float
    max_gap: int
    """A visit at least every so many nights."""
    idle: int = 0
    """Nights since the last visit when the week begins; 0: seen last night."""


@dataclass(frozen=True)
class HotSpot:
    """A crossing or yard where a team stays for some minutes."""

    node: int
    weight: float
    max_gap: int
    idle: int = 0


@dataclass(frozen=True)
class Limits:
    """Numbers of law, standard or city; the caller takes them from its rules."""

    nights: int
    window_minutes: float
    max_metres: float
    """Longest walk of a team in one night."""
    metres_per_minute: float
    stay_low: float
    """Shortest stay at a hot spot, minutes."""
    stay_high: float
    max_overlap: float
    """A route must stay below this Jaccard index with every route of the nights looked back at."""
    look_back: int
    """Nights."""


@dataclass(frozen=True)
class PatrolProblem:
    """Stations are nodes; each can send any number of teams. `before` holds the streets of each route of past nights,
    latest last, for the rule against repetition."""

    streets: Streets
    segments: tuple[Segment, ...]
    hot_spots: tuple[HotSpot, ...]
    stations: tuple[int, ...]
    limits: Limits
    before: tuple[tuple[frozenset[int], ...], ...] = ()


@dataclass(frozen=True)
class Stop:
    """Something done on a beat: `street` passed (None at a hot spot) from `start` to `end`, minutes after departure."""

    street: int | None
    backward: bool
    hot_spot: int | None
    """Index into `PatrolProblem.hot_spots`."""
    start: float
    end: float


@dataclass(frozen=True)
class Beat:
    """One team's night."""

    station: int
    """Index into `PatrolProblem.stations`."""
    stops: tuple[Stop, ...]
    metres: float
    minutes: float

    @property
    def streets(self) -> frozenset[int]:
        return frozenset(stop.street for stop in self.stops if stop.street is not None)


@dataclass(frozen=True)
class WeekPlan:
    """Beats of every night, and what cannot be beaten."""

    nights: tuple[tuple[Beat, ...], ...]
    least_teams: int
    """Lower bound on teams in the busiest night, for any plan of the week."""
    least_longest: tuple[float, ...]
    """Lower bound on the longest beat of each night, minutes, given what that night must cover and its teams."""
    seed: int

    @property
    def teams(self) -> int:
        return max((len(beats) for beats in self.nights), default=0)
