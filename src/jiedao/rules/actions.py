"""Every write to the rules: a check that refuses with a sentence, then one transaction that leaves a signed row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from jiedao.errors import Conflict, Invalid
from jiedao.rules import store
from jiedao.rules.models import CalendarDay, RuleOverride, RuleTable
from jiedao.rules.rows import Rule, UnknownRule
from jiedao.text import Text

KINDS = {
    bool: Text("是或否", "true or false"),
    int: Text("数字", "a number"),
    float: Text("数字", "a number"),
    str: Text("文字", "text"),
    list: Text("列表", "a list"),
    dict: Text("表", "a table"),
}


def check_override(
    key: str,
    value: Any,
    *,
    author: Any,
    reason: str,
    valid_from: date | None,
    valid_to: date | None = None,
    scope: Mapping[str, Any] | None = None,
    unit: str = "",
) -> Rule:
    """The shipped row that this override would stand in for. Raises Invalid, or Conflict for a row that is fixed."""
    rows = store.current().shipped.rules.get(key)
    if not rows:
        near = "、".join(UnknownRule(key, store.current().shipped.rules).near)
        expected = Text(f"相近的规则：{near}", f"near: {near}") if near else None
        raise Invalid(Text("没有这条规则", "There is no such rule"), field="key", value=key, expected=expected)
    base = next((row for row in rows if dict(row.scope) == dict(scope or {})), rows[0])
    if not base.editable:
        text = Text("“{label}”由法律或标准固定，不能改", "“{label}” is fixed by law or standard")
        raise Conflict(text.format(label=base.label), field="key", value=key)
    if not same_shape(base.value, value):
        expected = Text("与原值同类：{kind}，如 {example}", "like the shipped value: {kind}, such as {example}")
        raise Invalid(
            Text("数值的类型不对", "The value is of the wrong kind"),
            field="value",
            value=value,
            expected=expected.format(kind=KINDS[type(base.value)], example=base.value),
        )
    if unit and unit != base.unit:
        expected = Text(base.unit, base.unit)
        raise Invalid(Text("单位不能改", "The unit cannot change"), field="unit", value=unit, expected=expected)
    _check_signed(author, reason, valid_from, valid_to)
    return base


@transaction.atomic
def do_override(
    key: str,
    value: Any,
    *,
    author: Any,
    reason: str,
    valid_from: date | None,
    valid_to: date | None = None,
    scope: Mapping[str, Any] | None = None,
    unit: str = "",
) -> RuleOverride:
    """Set a value for this city, signed and dated; every process sees it within seconds."""
    signed = {"author": author, "reason": reason, "valid_from": valid_from, "valid_to": valid_to}
    base = check_override(key, value, scope=scope, unit=unit, **signed)
    row = RuleOverride.objects.create(key=key, value=value, scope=dict(scope or {}), unit=base.unit, **signed)
    store.touch()
    return row


def check_calendar_days(days: Iterable[tuple[date, str]], *, source: str) -> list[tuple[date, str]]:
    """The days, sorted. Raises Invalid for an unknown type, a date given twice, or no source."""
    found = sorted(days)
    for on, kind in found:
        if kind not in CalendarDay.Type.values:
            expected = Text("work、rest、holiday 或 makeup", "work, rest, holiday or makeup")
            raise Invalid(
                Text(f"{on} 的类型不对", f"The type of {on} is unknown"), field="type", value=kind, expected=expected
            )
    if len({on for on, _ in found}) < len(found):
        raise Invalid(Text("同一天出现两次", "A date appears twice"), field="date")
    if not source.strip():
        raise Invalid(Text("请注明放假通知的出处", "Name the notice the days come from"), field="source")
    return found


@transaction.atomic
def do_calendar_days(days: Iterable[tuple[date, str]], *, source: str, city: str = "") -> int:
    """Enter or replace days of the calendar of an area (empty: the country); returns how many."""
    rows = [
        CalendarDay(date=on, type=kind, city=city, source=source)
        for on, kind in check_calendar_days(days, source=source)
    ]
    CalendarDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["date", "city"], update_fields=["type", "source"]
    )
    store.touch()
    return len(rows)


def check_table(name: str, data: Any, *, source: str, author: Any, reason: str, valid_from: date | None) -> None:
    """Raises Invalid unless the table has a name, rows, a source, and is signed and dated."""
    if not name or not data:
        raise Invalid(Text("表没有名称或内容", "The table has no name or no rows"), field="data")
    if not source.strip():
        raise Invalid(Text("请注明出处", "Name the source"), field="source")
    _check_signed(author, reason, valid_from, None)


@transaction.atomic
def do_table(
    name: str, data: Any, *, city: str, source: str, author: Any, reason: str, valid_from: date | None
) -> RuleTable:
    """Store a whole table of a city; it holds from `valid_from` until a later one of the same name and city."""
    check_table(name, data, source=source, author=author, reason=reason, valid_from=valid_from)
    row = RuleTable.objects.create(
        name=name, data=data, city=city, source=source, author=author, reason=reason, valid_from=valid_from
    )
    store.touch()
    return row


def same_shape(shipped: Any, given: Any) -> bool:
    """Whether a value has the kind of the shipped one: numbers are one kind, tables by keys, lists by items."""
    if isinstance(shipped, bool) or isinstance(given, bool):
        return isinstance(shipped, bool) and isinstance(given, bool)
    if isinstance(shipped, int | float):
        return isinstance(given, int | float)
    if isinstance(shipped, list):
        return isinstance(given, list) and all(
            not shipped or any(same_shape(one, item) for one in shipped) for item in given
        )
    if isinstance(shipped, dict):
        return (
            isinstance(given, dict)
            and given.keys() == shipped.keys()
            and all(same_shape(shipped[name], given[name]) for name in shipped)
        )
    return type(shipped) is type(given)


def _check_signed(author: Any, reason: str, valid_from: date | None, valid_to: date | None) -> None:
    if author is None or getattr(author, "pk", None) is None:
        raise Invalid(Text("改动规则必须署名", "A change of a rule must be signed"), field="author")
    if not reason.strip():
        raise Invalid(Text("请写明理由", "Give the reason"), field="reason")
    if valid_from is None:
        raise Invalid(Text("请写明自哪天起生效", "Say from which day it holds"), field="valid_from")
    if valid_to is not None and valid_to < valid_from:
        expected = Text(f"不早于 {valid_from}", f"not before {valid_from}")
        raise Invalid(
            Text("失效早于生效", "It would end before it begins"), field="valid_to", value=valid_to, expected=expected
        )
