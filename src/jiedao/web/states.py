"""How the state of a case is shown: the flow's own word, and a mark that says open, in work, waiting, done or void."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jiedao.cases import kinds
from jiedao.text import Text

VOID = ("rejected", "merged", "cancelled", "withdrawn")


@dataclass(frozen=True)
class Shown:
    name: Text
    tone: str
    shape: str


def shown(case: Any) -> Shown:
    """The mark of a case's present state; a state its flow no longer knows is shown by its code."""
    found = kinds.get(case.kind).flow.by_state.get(case.state)
    if found is None:
        return Shown(Text(case.state, case.state), "plain", "ring")
    if found.final:
        return Shown(found.name, "plain", "dash" if case.state in VOID else "check-ring")
    if found.paused:
        return Shown(found.name, "plain", "pause")
    return Shown(found.name, "accent", "half" if found.unit else "ring")
