"""Findings of `jiedao check` about the shipped rule rows and the overrides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations

from jiedao.registry import Finding
from jiedao.rules import store
from jiedao.rules.loader import Shipped
from jiedao.rules.rows import CERTAINTIES, Rule, rank
from jiedao.text import Text


def check(shipped: Shipped | None = None) -> Iterable[Finding]:
    """Unreadable rows, unknown sources and certainties, missing labels, fixed unsure rows, and ambiguous rows."""
    if shipped is None:
        shipped = store.current().shipped
        for key in sorted(store.current().rules.keys() - shipped.rules.keys()):
            text = Text("改动的规则已不存在", "overrides a rule that no longer exists")
            yield Finding(f"override:{key}", text, "warning")
    yield from shipped.findings
    for key, rows in sorted(shipped.rules.items()):
        for row in rows:
            yield from (Finding(f"{row.origin}:{key}", text) for text in _faults(row, shipped))
        for one, other in combinations(rows, 2):
            if _ambiguous(one, other):
                text = Text("{a} 与 {b} 同时有效，无法区分", "{a} and {b} hold at once and neither wins")
                yield Finding(f"{one.origin}:{key}", text.format(a=_scope(one), b=_scope(other)))


def _faults(row: Rule, shipped: Shipped) -> Iterator[Text]:
    if row.source not in shipped.sources:
        yield Text(f"出处不明：{row.source!r}", f"unknown source {row.source!r}")
    if row.certainty not in CERTAINTIES:
        known = ", ".join(CERTAINTIES)
        yield Text(f"把握程度 {row.certainty!r} 不在 {known} 之中", f"certainty {row.certainty!r} is none of {known}")
    if row.certainty == "M?" and not row.editable:
        yield Text("待核实的值必须可改", "a value to be checked must be editable")
    if not (row.label.zh and row.label.en):
        yield Text("缺少中文或英文名称", "has no Chinese or no English label")
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        yield Text("失效早于生效", "ends before it begins")


def _ambiguous(one: Rule, other: Rule) -> bool:
    """Two rows that can both fit one question on one day, with nothing to choose between them."""
    shared = one.scope.keys() & other.scope.keys() - {"city"}
    together = all(one.scope[name] == other.scope[name] for name in shared)
    same_city = one.scope.get("city") == other.scope.get("city")
    return together and same_city and rank(one) == rank(other) and _overlap(one, other)


def _overlap(one: Rule, other: Rule) -> bool:
    begin = max(one.valid_from or date.min, other.valid_from or date.min)
    return begin <= min(one.valid_to or date.max, other.valid_to or date.max)


def _scope(row: Rule) -> str:
    return f"{dict(row.scope)} = {row.value!r}"
