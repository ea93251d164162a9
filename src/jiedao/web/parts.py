"""What components need to know before they can be drawn: states, rules, money, errors. No markup here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jiedao.errors import Refused
from jiedao.text import Text

RISKS: dict[str, tuple[str, Text]] = {
    "red": ("octagon", Text("红", "Red")),
    "orange": ("triangle", Text("橙", "Orange")),
    "yellow": ("diamond", Text("黄", "Yellow")),
    "blue": ("circle", Text("蓝", "Blue")),
}
"""Risk level → shape and word: the colour is never alone."""

UNITS = {
    "m": Text("米", "m"),
    "km": Text("公里", "km"),
    "m2": Text("平方米", "m²"),
    "h": Text("小时", "h"),
    "hour": Text("小时", "h"),
    "day": Text("天", "days"),
    "minute": Text("分钟", "min"),
    "urgent_hour": Text("小时（不分昼夜）", "hours, day and night"),
    "urgent_day": Text("天（不分昼夜）", "days, day and night"),
    "work_hour": Text("工作小时", "working hours"),
    "work_day": Text("个工作日", "working days"),
    "percent": Text("%", "%"),
    "share": Text("", ""),
}


def money(fen: int | None) -> str:
    """Whole fen as yuan: 123450 → ¥1,234.50."""
    if fen is None:
        return "–"
    sign, fen = ("-" if fen < 0 else ""), abs(int(fen))
    return f"{sign}¥{fen // 100:,}.{fen % 100:02d}"


def unit(name: str) -> Text:
    """The unit of a rule as people read it; an unknown one is shown as it is written."""
    return UNITS.get(name) or Text(name, name)


def plain(value: Any) -> Any:
    """A rule's value for reading: tables and lists joined, 3.0 as 3."""
    if isinstance(value, Mapping):
        return "；".join(f"{key}: {plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return (
            "–".join(map(str, value))
            if len(value) == 2 and not _nested(value)
            else "、".join(map(str, map(plain, value)))
        )
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _nested(value: Iterable[Any]) -> bool:
    return any(isinstance(item, list | tuple | Mapping) for item in value)


def problem(error: Any) -> tuple[str, str]:
    """What is wrong, and what would be right, of a Refused, a Text, a string or Django's list of errors."""
    if not error:
        return "", ""
    if isinstance(error, Refused):
        return str(error.text), str(error.expected or "")
    if isinstance(error, list | tuple):
        return " ".join(str(item) for item in error), ""
    return str(error), ""
