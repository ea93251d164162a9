"""The value of a rule for reading: numbers and lists as a phrase, tables as a table, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jiedao.people.roles import ROLES
from jiedao.registry import registry
from jiedao.text import Text
from jiedao.web import parts

WORDS = {
    "at": Text("用去时限的倍数", "share of the limit used"),
    "tell": Text("通知", "tell"),
    "supervise": Text("督办", "supervise"),
    "timeout": Text("超时督办", "as overdue"),
    "unit": Text("单位", "unit"),
    "parent": Text("上级单位", "the unit above"),
    "value": Text("数值", "value"),
    "near_m": Text("近处（米）", "near (m)"),
    "radius_m": Text("半径（米）", "radius (m)"),
    "days": Text("天数", "days"),
    "words": Text("文字相近（%）", "likeness of words (%)"),
    "day": Text("昼间", "day"),
    "night": Text("夜间", "night"),
    "red": Text("红", "red"),
    "orange": Text("橙", "orange"),
    "yellow": Text("黄", "yellow"),
    "blue": Text("蓝", "blue"),
    "green": Text("绿", "green"),
}
COMMA, SEMICOLON, COLON = Text("、", ", "), Text("；", "; "), Text("：", ": ")


@dataclass(frozen=True)
class Grid:
    """A table: `head` is empty where each row is a name and its value."""

    head: list[str]
    rows: list[list[str]]


def key_name(code: str) -> str:
    """What a row or column of a table is called: day is 昼间, not a number of days."""
    return str(WORDS[code]) if code in WORDS else word(code)


def word(code: str) -> str:
    """A word among the values: a unit of measure, a word of ours, a role, an indicator; else as it is written."""
    known = parts.UNITS.get(code) or WORDS.get(code)
    if known:
        return str(known)
    role = ROLES.get(code.removeprefix("role:"))
    named = role or next((one for one in registry().collect("indicators") if one.code == code), None)
    return str(named.name) if named else code


def plain(value: Any) -> str:
    """In one line: 3.0 as 3, a span of two as 08:30–12:00."""
    if isinstance(value, Mapping):
        return str(SEMICOLON).join(f"{key_name(key)}{COLON}{plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        alike = len({type(item) for item in value}) == 1
        if len(value) == 2 and not _nested(value):
            return ("–" if alike else " ").join(map(plain, value))
        return str(COMMA).join(map(plain, value))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return word(value) if isinstance(value, str) else str(value)


def _nested(value: Iterable[Any]) -> bool:
    return any(isinstance(item, list | tuple | Mapping) for item in value)


def grid(value: Any) -> Grid | None:
    """The table of a mapping, of a mapping of mappings, or of a list of mappings; None for anything else."""
    if isinstance(value, Mapping) and value:
        if not all(isinstance(item, Mapping) for item in value.values()):
            return Grid([], [[key_name(key), plain(item)] for key, item in value.items()])
        columns = _columns(value.values())
        rows = [[key_name(key), *_cells(item, columns)] for key, item in value.items()]
        return Grid(["", *map(key_name, columns)], rows)
    if isinstance(value, list | tuple) and value and all(isinstance(item, Mapping) for item in value):
        columns = _columns(value)
        return Grid([key_name(column) for column in columns], [_cells(item, columns) for item in value])
    return None


def _columns(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(key for row in rows for key in row))


def _cells(row: Mapping[str, Any], columns: list[str]) -> list[str]:
    return [plain(row[column]) if column in row else "–" for column in columns]
