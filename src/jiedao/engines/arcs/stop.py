"""When to stop searching. The search asks how far it is, and never looks at a clock itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

LOOKS = 1000
"""How often a criterion is asked in one run, about; the temperature moves once a look."""


class StopCriterion(Protocol):
    """Progress from 0 (start) to 1 (stop), and how many iterations may pass until the next question."""

    def progress(self, iterations: int) -> float: ...

    def stride(self, iterations: int) -> int: ...


@dataclass
class MaxIterations:
    """Stop after so many iterations: the same seed gives the same plan, bit for bit."""

    limit: int

    def progress(self, iterations: int) -> float:
        return iterations / self.limit if self.limit > 0 else 1.0

    def stride(self, iterations: int) -> int:
        return max(1, min(self.limit - iterations, self.limit // LOOKS))


@dataclass
class MaxSeconds:
    """Stop after so many seconds of `clock` (for example `time.perf_counter`), counted from the first question."""

    limit: float
    clock: Callable[[], float]
    _start: float | None = field(default=None, init=False)

    def _elapsed(self) -> float:
        now = self.clock()
        if self._start is None:
            self._start = now
        return now - self._start

    def progress(self, iterations: int) -> float:
        return self._elapsed() / self.limit if self.limit > 0 else 1.0

    def stride(self, iterations: int) -> int:
        seconds = self._elapsed()
        if iterations == 0 or seconds <= 0:
            return 20
        wanted = int(iterations / seconds * self.limit / LOOKS)
        return max(20, min(wanted, 4 * iterations))


@dataclass
class FirstOf:
    """Stop when the first of several criteria says so."""

    criteria: tuple[StopCriterion, ...]

    def progress(self, iterations: int) -> float:
        return max(c.progress(iterations) for c in self.criteria)

    def stride(self, iterations: int) -> int:
        return min(c.stride(iterations) for c in self.criteria)


@dataclass
class Cancelled:
    """Stop at once when `flag()` turns true; the best plan so far is kept."""

    flag: Callable[[], bool]

    def progress(self, iterations: int) -> float:
        return 1.0 if self.flag() else 0.0

    def stride(self, iterations: int) -> int:
        return 1 << 40
