"""Whole tables that a city loaded in place of a shipped one: the one that holds for an area on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jiedao.rules import store
from jiedao.rules.deadlines import SHANGHAI
from jiedao.rules.rows import city_stem


@dataclass(frozen=True)
class Table:
    """One version; it holds from `valid_from` until the next version of the same name and city."""

    id: int
    city: str
    valid_from: date
    source: str
    data: Any


def table(name: str, *, city: str | None = None, on: date | None = None) -> Table | None:
    """The table of the narrowest area around `city` (default: this installation's), newest on that day; None: none."""
    city = store.home() if city is None else city
    on = on or datetime.now(SHANGHAI).date()
    fitting = [row for row in _rows(name) if row.valid_from <= on and city.startswith(city_stem(row.city))]
    return max(fitting, key=lambda row: (len(city_stem(row.city)), row.valid_from, row.id), default=None)


_cache: dict[str, list[Table]] = {}
_generation: int | None = None


def _rows(name: str) -> list[Table]:
    global _generation
    if store.generation() != _generation:
        _cache.clear()
        _generation = store.generation()
    if name not in _cache:
        _cache[name] = _load(name) if _generation else []
    return _cache[name]


def _load(name: str) -> list[Table]:
    from jiedao.rules.models import RuleTable

    rows = RuleTable.objects.filter(name=name).values_list("id", "city", "valid_from", "source", "data")
    return [Table(*row) for row in rows]
