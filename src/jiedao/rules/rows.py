"""A rule row as shipped or overridden, what a lookup returns, and which row fits a question. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jiedao.text import Text

CERTAINTIES = {
    "F": Text("查得原文", "found in a public text"),
    "M+": Text("凭记忆，有把握", "from memory, sure"),
    "M?": Text("凭记忆，待核实", "from memory, to be checked"),
    "D": Text("本系统的设计取值", "a design choice of this system"),
    "C": Text("计算所得", "computed"),
}

BLANK = Text("", "")


@dataclass(frozen=True, slots=True)
class Rule:
    """One value of one rule, with where it comes from; `origin` is kernel, a system's package, or override:<id>."""

    key: str
    value: Any
    unit: str = ""
    scope: Mapping[str, Any] = field(default_factory=dict)
    valid_from: date | None = None
    valid_to: date | None = None
    """The last day on which the row holds."""
    source: str = ""
    certainty: str = "D"
    label: Text = BLANK
    note: Text = BLANK
    origin: str = "kernel"
    editable: bool = True

    @property
    def overridden(self) -> bool:
        return self.origin.startswith("override:")

    def holds(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


class UnknownRule(KeyError):
    """No rule of that name; names the nearest ones."""

    def __init__(self, key: str, known: Iterable[str]) -> None:
        self.key = key
        self.near = difflib.get_close_matches(key, list(known), n=3, cutoff=0.5)
        hint = f"; near: {', '.join(self.near)}" if self.near else ""
        super().__init__(f"no rule {key!r}{hint}")


class NoMatch(UnknownRule):
    """The rule exists, but no row of it holds for this scope on this day."""

    def __init__(self, key: str, scope: Mapping[str, Any], on: date, rows: Iterable[Rule]) -> None:
        self.key, self.near = key, []
        scopes = "; ".join(str(dict(row.scope)) for row in rows)
        KeyError.__init__(self, f"no row of rule {key!r} for {dict(scope)} on {on}; there are rows for {scopes}")


def city_stem(code: str) -> str:
    """An area code without the tiers it leaves open: 430200 → 4302, 430000 → 43; what every code inside begins with."""
    if not code:
        return ""
    code = str(code).ljust(12, "0")
    if code[6:] != "000000":
        return code if code[9:] != "000" else code[:9]
    return code[:6] if code[4:6] != "00" else code[:4] if code[2:4] != "00" else code[:2]


def matches(rule: Rule, scope: Mapping[str, Any], city: str) -> bool:
    for name, wanted in rule.scope.items():
        if name == "city":
            if not city.startswith(city_stem(wanted)):
                return False
        elif scope.get(name, rule) != wanted:
            return False
    return True


def rank(rule: Rule) -> tuple[int, int, int, int]:
    """Higher wins: the narrower area, then more scope fields, then an override, then the newest override."""
    depth = len(city_stem(rule.scope["city"])) if "city" in rule.scope else 0
    number = int(rule.origin.split(":")[1]) if rule.overridden else 0
    return depth, len(rule.scope) - ("city" in rule.scope), int(rule.overridden), number


def best(rows: Iterable[Rule], scope: Mapping[str, Any], city: str, on: date) -> Rule | None:
    fitting = [row for row in rows if row.holds(on) and matches(row, scope, city)]
    return max(fitting, key=rank) if fitting else None
