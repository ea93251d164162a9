"""What components need to know before they can be drawn: states, rules, money, errors. No markup here."""

from __future__ import annotations

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
    "points": Text("分", "points"),
    "points from": Text("分起", "points and up"),
    "clock time": Text("", ""),
    "ISO weekday": Text("（星期，1 为周一）", "(weekdays, 1 is Monday)"),
}


def money(fen: int | None) -> str:
    """Whole fen as yuan: 123450 → ¥1,234.50."""
    if fen is None:
        return "–"
    sign, fen = ("-" if fen < 0 else ""), abs(int(fen))
    return f"{sign}¥{fen // 100:,}.{fen % 100:02d}"


def unit(name: str) -> Text:
    """The unit of a rule as people read it; an unknown one is shown as it is written."""
    return UNITS.get(name, Text(name, name))


def problem(error: Any) -> tuple[str, str]:
    """What is wrong, and what would be right, of a Refused, a Text, a string or Django's list of errors."""
    if not error:
        return "", ""
    if isinstance(error, Refused):
        return str(error.text), str(error.expected or "")
    if isinstance(error, list | tuple):
        return " ".join(str(item) for item in error), ""
    return str(error), ""
