"""部件和事件 the small classes of city management: names, filing and closing conditions, limits, words, duties.

The shipped taxonomy stands in `rules/taxonomy-*.toml`; a city loads its own over it (`city_table.py`), dated.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jiedao.registry import Finding
from jiedao.rules import store, tables
from jiedao.rules.deadlines import SHANGHAI, UNITS
from jiedao.text import Text

FOLDER = Path(__file__).parent / "rules"
TABLE = "city_management.taxonomy"


@dataclass(frozen=True, slots=True)
class Condition:
    """One filing condition of a small class: what files it, what closes it, and how long that may take."""

    id: str
    text: Text
    closing: Text
    limit_amount: float
    limit_unit: str
    """urgent_hour, urgent_day, work_hour or work_day."""
    safety: bool = False
    """People are in danger."""
    completed: bool = False
    """The source broke the sentence off; its end is ours."""
    source: str = ""
    certainty: str = "D"
    grades: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    """Limits of road or area grades A, B, C, where the city has them."""

    @property
    def urgent(self) -> bool:
        """Whether the clock runs day and night."""
        return self.limit_unit.startswith("urgent")

    def limit(self, grade: str = "") -> tuple[float, str]:
        """Amount and unit for a grade; the one limit where the grade has none of its own."""
        return self.grades.get(grade, (self.limit_amount, self.limit_unit))


@dataclass(frozen=True, slots=True)
class SmallClass:
    """小类. `code` is E01-10 for events, C01-37 for components: letter, big class, small class."""

    code: str
    kind: str
    big: str
    big_name: Text
    name: Text
    duty: str
    conditions: tuple[Condition, ...]
    keywords: tuple[str, ...] = ()
    """Words that residents use, Chinese and English."""
    source: str = ""
    certainty: str = "D"

    def condition(self, id: str) -> Condition | None:
        return next((row for row in self.conditions if row.id == id), None)


class Taxonomy:
    """All small classes in force for a city on a day, in the order of their codes."""

    def __init__(self, classes: Iterable[SmallClass], *, city: str = "", valid_from: date | None = None) -> None:
        self.classes = tuple(sorted(classes, key=lambda small: (small.kind == "component", small.code)))
        self.city, self.valid_from = city, valid_from
        self._by_code = {small.code: small for small in self.classes}
        self._words = [(small, _words(small)) for small in self.classes]

    def __len__(self) -> int:
        return len(self.classes)

    def get(self, code: str) -> SmallClass | None:
        return self._by_code.get(code)

    def bigs(self) -> dict[str, Text]:
        """Big classes by letter and code (E01), in order."""
        return {small.code[:3]: small.big_name for small in self.classes}

    def search(self, text: str, limit: int = 10) -> list[SmallClass]:
        """Classes whose name or words share something with the text, best first; a code finds its class."""
        asked = text.strip().lower()
        if found := self.get(asked.upper()):
            return [found]
        scored = [(_score(asked, words), small) for small, words in self._words] if asked else []
        hits = sorted((hit for hit in scored if hit[0]), key=lambda hit: -hit[0])
        return [small for _, small in hits[:limit]]


def taxonomy(city: str | None = None, on: date | None = None) -> Taxonomy:
    """The taxonomy in force: the city's own table of that day (default: this installation's city, today), or ours."""
    global _generation
    if store.generation() != _generation:
        _cache.clear()
        _generation = store.generation()
    on = on or datetime.now(SHANGHAI).date()
    found = _cache.get((city, on))
    if found is None:
        row = tables.table(TABLE, city=city, on=on)
        found = _cache[city, on] = _stored(row) if row else shipped()
    return found


_cache: dict[tuple[str | None, date], Taxonomy] = {}
_generation: int | None = None


@cache
def shipped() -> Taxonomy:
    """The taxonomy in this folder."""
    return Taxonomy(
        small_class({"kind": table["kind"], "source": table["source"], "certainty": table["certainty"]} | raw, bigs)
        for table in map(_read, ("taxonomy-events.toml", "taxonomy-components.toml"))
        for bigs in [{row["code"]: row["name"] for row in table["big"]}]
        for raw in table["class"]
    )


@cache
def terms() -> dict[str, dict[str, Text]]:
    """`closing` and `duty`: the bilingual phrase of each key."""
    raw = _read("taxonomy-terms.toml")
    return {group: {key: Text(**text) for key, text in raw[group].items()} for group in ("closing", "duty")}


def duties() -> dict[str, Text]:
    """Every duty that a small class can name."""
    return terms()["duty"]


def small_class(raw: Mapping[str, Any], bigs: Mapping[str, Mapping[str, str]]) -> SmallClass:
    """One `[[class]]` of a taxonomy file or of a city's stored table."""
    big = raw["code"][1:3]
    return SmallClass(
        code=raw["code"],
        kind=raw["kind"],
        big=big,
        big_name=Text(**bigs[big]),
        name=Text(**raw["name"]),
        duty=raw["duty"],
        conditions=tuple(_condition(row, raw) for row in raw["conditions"]),
        keywords=tuple(raw["keywords"]),
        source=raw["source"],
        certainty=raw["certainty"],
    )


def check() -> Iterator[Finding]:
    """For `jiedao check`: codes twice, units and duties unknown, words missing in one of the languages."""
    for table in (shipped(), taxonomy()):
        for code, count in Counter(small.code for small in table.classes).items():
            if count > 1:
                yield Finding(f"taxonomy:{code}", Text("小类编号重复", "this code stands twice"))
        for small in table.classes:
            yield from (Finding(f"taxonomy:{small.code}", text) for text in _faults(small))


def _faults(small: SmallClass) -> Iterator[Text]:
    if small.duty not in duties():
        yield Text(f"职责 {small.duty!r} 不存在", f"unknown duty {small.duty!r}")
    for row in small.conditions:
        if row.limit_unit not in UNITS or not row.limit_amount > 0:
            limit = f"{row.limit_amount!r} {row.limit_unit!r}"
            yield Text(f"条件 {row.id} 的时限 {limit} 无效", f"condition {row.id}: {limit} is no limit")
        if not all((row.text.zh, row.text.en, row.closing.zh, row.closing.en)):
            yield Text(f"条件 {row.id} 缺少文字", f"condition {row.id} lacks words")
    if not (small.conditions and small.name.zh and small.name.en):
        yield Text("缺少名称或立案条件", "has no name or no condition")


def _condition(row: Mapping[str, Any], of: Mapping[str, Any]) -> Condition:
    closing = row["closing"]
    return Condition(
        id=row["id"],
        text=Text(row["zh"], row["en"]),
        closing=terms()["closing"][closing] if isinstance(closing, str) else Text(**closing),
        limit_amount=row["limit"],
        limit_unit=row["unit"],
        safety=row.get("safety", False),
        completed=row.get("completed", False),
        source=of["source"],
        certainty=of["certainty"],
        grades={grade: (amount, unit) for grade, (amount, unit) in row.get("grades", {}).items()},
    )


def _stored(row: tables.Table) -> Taxonomy:
    classes = (small_class(raw, row.data["bigs"][raw["kind"]]) for raw in row.data["classes"])
    return Taxonomy(classes, city=row.city, valid_from=row.valid_from)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def _words(small: SmallClass) -> list[str]:
    return [word.lower() for word in (small.name.zh, small.name.en, *small.keywords)]


def _score(asked: str, words: list[str]) -> float:
    """Longer words found count more; the name, first in the list, a little more than the rest."""
    found = sum(len(word) for word in words if word in asked or asked in word)
    return found + 0.5 * (asked in words[0] or words[0] in asked)
