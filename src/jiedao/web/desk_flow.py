"""What the desk reads from flow data: stages as stations of a line, which states wait for a user, what a step asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jiedao.cases import kinds
from jiedao.cases.flow import RESERVED, Flow, Step
from jiedao.people import access
from jiedao.text import Text

MINE, PAUSED, ENDED, ALL = "todo", "paused", "ended", "all"
NAMES = {
    MINE: Text("待我办理", "For me"),
    PAUSED: Text("挂账", "Suspended"),
    ENDED: Text("已结束", "Ended"),
    ALL: Text("全部在办", "All open"),
}
FORWARD = ("forward", "assign", "close")
KEYS = {"assign": "d", "close": "c"}


@dataclass(frozen=True)
class Stage:
    """One station of the desk's line: cases whose state is one of `states`."""

    code: str
    name: Text
    states: tuple[str, ...]


def stages(user: Any) -> list[Stage]:
    """What waits for `user`, then every stage of every flow in the order of the flows, suspended, ended, all open."""
    found: dict[str, list[str]] = {}
    names: dict[str, Text] = {}
    for kind in kinds.all_kinds().values():
        for state in kind.flow.states:
            code = ENDED if state.final else PAUSED if state.paused else state.clock or state.code
            names.setdefault(code, kind.flow.clocks.get(code) or NAMES.get(code) or state.name)
            if state.code not in found.setdefault(code, []):
                found[code].append(state.code)
    ends = [code for code in (PAUSED, ENDED) if code in found]
    middle = [code for code in found if code not in ends]
    line = [Stage(code, names[code], tuple(found[code])) for code in (*middle, *ends)]
    everything = tuple(state for code in (*middle, PAUSED) for state in found.get(code, ()))
    return [Stage(MINE, NAMES[MINE], waiting(user)), Stage(ALL, NAMES[ALL], everything), *line]


def waiting(user: Any) -> tuple[str, ...]:
    """States from which this user may take an ordinary step somewhere."""
    found: dict[str, None] = {}
    for kind in kinds.all_kinds().values():
        for step in kind.flow.steps:
            if by_hand(step) and step.direction != "pause" and access.can(user, step.permission, kind=kind.code):
                found |= dict.fromkeys(step.sources)
    return tuple(found)


def by_hand(step: Step) -> bool:
    """Taken through `do_step`: not by a job, a reporter or an approval, and not a merge."""
    return step.permission not in RESERVED and "into" not in step.needs


def asks(step: Step) -> bool:
    """Whether the step needs anything from whoever takes it; a limit is known or not."""
    return bool(step.needs - {"limit"})


def ordered(steps: Iterable[Step], flow: Flow) -> list[Step]:
    """Steps with the usual one first, merging last."""
    place = {state.code: number for number, state in enumerate(flow.states)}

    def rank(step: Step) -> tuple[Any, ...]:
        usual = step.direction in FORWARD and "into" not in step.needs
        return "into" in step.needs, not usual, "note" in step.needs, "photo" in step.needs, -place.get(step.target, 0)

    return sorted(steps, key=rank)


def keys(steps: Sequence[Step]) -> dict[str, str]:
    """Step code → letter: a or its direction's letter for the first, r for the first that says no, m for merging."""
    found: dict[str, str] = {}
    used: set[str] = set()
    for number, step in enumerate(steps):
        if "into" in step.needs:
            letter = "m"
        elif step.direction in ("return", "cancel"):
            letter = "r"
        else:
            letter = KEYS.get(step.direction, "a" if number == 0 else "")
        if letter and letter not in used:
            used.add(letter)
            found[step.code] = letter
    return found
