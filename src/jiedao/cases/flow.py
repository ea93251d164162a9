"""A flow as data: states, steps, who may take each and what each needs. Linted, never subclassed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from jiedao.errors import Conflict
from jiedao.text import Text

SYSTEM, REPORTER, ADJUSTMENT = "@system", "@reporter", "@adjustment"
RESERVED = frozenset({SYSTEM, REPORTER, ADJUSTMENT})
"""Permissions nobody holds: the step is taken by a job, by whoever reported, or by an approved adjustment."""
BACK = "@back"
"""Target of a step that returns to the state from which the present one was entered."""
NEEDS = frozenset({"note", "photo", "unit", "handler", "limit", "condition", "into"})
"""What a step may ask for: a reason, a photo, who is to do it, a known limit, the ticked closing condition, a case."""
DIRECTIONS = frozenset({"forward", "return", "cancel", "close", "assign", "revoke", "pause"})


@dataclass(frozen=True)
class State:
    """`clock`: the stage whose limit runs here ("" none; neighbours of one stage share one clock)."""

    code: str
    name: Text
    clock: str = ""
    final: bool = False
    unit: bool = False
    """The responsible unit works on it here."""
    shown: bool = True
    """Others than the reporter and staff may see a case in this state."""
    paused: bool = False


@dataclass(frozen=True)
class Step:
    """One move. `unless_after`: refused while the case came to its state by one of these steps."""

    code: str
    name: Text
    sources: tuple[str, ...]
    target: str
    permission: str
    needs: frozenset[str] = frozenset()
    direction: str = "forward"
    clears: tuple[str, ...] = ()
    """Columns emptied: unit, handler."""
    unless_after: tuple[str, ...] = ()
    resumes: bool = False
    """The unit's stopped clock goes on instead of a new one."""
    counts: str = ""
    """Column counted up: rework, reopened."""
    public: bool = True
    tells: str = ""
    """Template of the message to every reporter."""


@dataclass(frozen=True)
class Flow:
    code: str
    name: Text
    start: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    clocks: dict[str, Text] = field(default_factory=dict)
    """Names of the stages that have a limit."""
    promise: tuple[str, ...] = ()
    """Stages whose limits, one after the other, make the date a reporter is told; none: the limit of handling alone."""

    @cached_property
    def by_state(self) -> dict[str, State]:
        return {state.code: state for state in self.states}

    @cached_property
    def by_step(self) -> dict[str, Step]:
        return {step.code: step for step in self.steps}

    @cached_property
    def open_states(self) -> tuple[str, ...]:
        return tuple(state.code for state in self.states if not state.final)

    def state(self, code: str) -> State:
        return self.by_state[code]

    def leaving(self, state: str) -> list[Step]:
        return [step for step in self.steps if state in step.sources]

    def step(self, code: str, state: str, arrived: str = "") -> Step:
        """The step, if it may be taken from `state`; raises Conflict naming what may be done instead."""
        step = self.by_step.get(code)
        if step is None or state not in step.sources:
            raise self._not_now(code, step, state)
        if arrived in step.unless_after:
            came = self.by_step[arrived].name
            text = Text(
                "“{came}”之后不能“{step}”：须先按退回意见处理。",
                "Not possible after “{came}”: “{step}” needs the return to be dealt with first.",
            )
            raise Conflict(text.format(came=came, step=step.name), field="step", value=code, code="returned")
        return step

    def _not_now(self, code: str, step: Step | None, state: str) -> Conflict:
        may = [s.name for s in self.leaving(state) if s.permission not in RESERVED]
        expected = Text("、".join(name.zh for name in may) or "无", ", ".join(name.en for name in may) or "nothing")
        name = step.name if step else Text(code[:40], code[:40])
        text = Text("案卷处于“{state}”，不能“{step}”。", "The case is at “{state}”; “{step}” is not possible here.")
        return Conflict(
            text.format(state=self.by_state[state].name, step=name),
            field="step", value=code, expected=expected, code="step_not_possible",
        )  # fmt: skip

    def targets(self, step: Step) -> set[str]:
        """Where a step can lead; BACK leads to every state from which its sources are entered."""
        if step.target != BACK:
            return {step.target}
        return {source for other in self.steps if other.target in step.sources for source in other.sources}

    def lint(self, permissions: Collection[str]) -> list[str]:
        """What is wrong with the flow, a line each; `permissions`: all that some role holds."""
        return [f"flow {self.code}: {line}" for line in (*self._names(permissions), *self._graph())]

    def _names(self, permissions: Collection[str]) -> Iterator[str]:
        for kind, codes in (("state", [s.code for s in self.states]), ("step", [s.code for s in self.steps])):
            yield from (f"{kind} {code} stands twice" for code in {c for c in codes if codes.count(c) > 1})
        if self.start not in self.by_state:
            yield f"start {self.start} is no state"
        for state in self.states:
            if state.clock and state.clock not in self.clocks:
                yield f"state {state.code}: clock {state.clock} has no name"
        yield from (f"promise: {stage} is no clock" for stage in set(self.promise) - self.clocks.keys())
        for step in self.steps:
            yield from (f"step {step.code}: {line}" for line in self._step_names(step, permissions))

    def _step_names(self, step: Step, permissions: Collection[str]) -> Iterator[str]:
        known = {*self.by_state, BACK}
        yield from (f"state {code} is unknown" for code in {*step.sources, step.target} - known)
        yield from (f"need {need} is unknown" for need in step.needs - NEEDS)
        yield from (f"step {code} is unknown" for code in set(step.unless_after) - self.by_step.keys())
        if step.permission not in permissions and step.permission not in RESERVED:
            yield f"permission {step.permission!r} is held by nobody"
        if step.direction not in DIRECTIONS:
            yield f"direction {step.direction} is unknown"
        if step.direction == "return" and "note" not in step.needs:
            yield "a return needs a reason"
        if not step.sources:
            yield "starts nowhere"

    def _graph(self) -> Iterator[str]:
        edges = {(source, target) for step in self.steps for source in step.sources for target in self.targets(step)}
        reached = _closure({self.start}, edges)
        ends = _closure({s.code for s in self.states if s.final}, {(b, a) for a, b in edges})
        for state in self.states:
            if state.code not in reached:
                yield f"state {state.code} is never reached"
            if state.code not in ends:
                yield f"state {state.code} is a dead end"


def _closure(start: set[str], edges: set[tuple[str, str]]) -> set[str]:
    found = set(start)
    while fresh := {b for a, b in edges if a in found} - found:
        found |= fresh
    return found
