"""A city's own filing standard, read from JSON and stored as a dated table that replaces the shipped taxonomy there.

The file is a list, or an object with `rows`, of objects
    {"kind": "component", "big_code": "01", "big_name": "公用设施", "small_code": "37", "small_name": "路灯",
     "condition": "…", "close_condition": "…", "limit": {"value": 2, "unit": "work_day"}}
and, where limits differ by grade, "limits": {"A": {"value": 2, "unit": "urgent_hour"}, …}, or only "grade": "A" for the
limit of the rule `city_management.grade_limits`. English names, residents' words and duties come from the shipped class
of the same name; where there is none, the Chinese stands for both and the commonest duty of the big class is taken.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from jiedao.errors import Invalid
from jiedao.rules import actions, store
from jiedao.rules.deadlines import UNITS
from jiedao.systems.city_management.taxonomy import TABLE, SmallClass, shipped, terms
from jiedao.text import Text

LETTERS = {"event": "E", "component": "C"}
NEEDED = ("big_name", "small_name", "condition", "close_condition")


@dataclass
class Report:
    """What became of each row: how many were read, and row number (from 1) and reason of those left out."""

    read: int = 0
    skipped: list[tuple[int, Text]] = field(default_factory=list)
    classes: int = 0


def load_city_table(path: Path, *, city: str, valid_from: date, author: Any, reason: str, source: str = "") -> Report:
    """Read a city's standard and put it in force from a day. Raises Invalid when no row can be read."""
    data, report = read_city_table(path)
    actions.do_table(
        TABLE, data, city=city, source=source or Path(path).name, author=author, reason=reason, valid_from=valid_from
    )
    return report


def read_city_table(path: Path) -> tuple[dict[str, Any], Report]:
    """The table in the form that is stored, and the report; nothing is written."""
    try:
        raw = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as bad:
        raise Invalid(Text(f"文件无法读取：{bad}", f"The file cannot be read: {bad}"), field="path") from bad
    rows = raw.get("rows") if isinstance(raw, dict) else raw
    if not isinstance(rows, list):
        raise Invalid(Text("文件里没有 rows 列表", "The file holds no list of rows"), field="rows")
    data, report = _collect(rows)
    if not report.read:
        raise Invalid(Text("没有一行可用", "Not one row can be used"), field="rows")
    return data, report


def _collect(rows: Iterable[Any]) -> tuple[dict[str, Any], Report]:
    report = Report()
    classes: dict[str, dict[str, Any]] = {}
    bigs: dict[str, dict[str, Any]] = {kind: {} for kind in LETTERS}
    for number, row in enumerate(rows, 1):
        why = _unfit(row) or _clash(row, classes)
        if why:
            report.skipped.append((number, why))
            continue
        report.read += 1
        bigs[row["kind"]].setdefault(row["big_code"], _big(row))
        small = classes.setdefault(_code(row), _class(row))
        small["conditions"].append(_condition(row, len(small["conditions"]) + 1))
    report.classes = len(classes)
    return {"bigs": bigs, "classes": list(classes.values())}, report


def _code(row: Mapping[str, Any]) -> str:
    return f"{LETTERS[row['kind']]}{row['big_code']}-{row['small_code']}"


def _unfit(row: Any) -> Text | None:
    """Why a row cannot be used by itself."""
    if not isinstance(row, dict):
        return Text("不是对象", "is no object")
    if row.get("kind") not in LETTERS:
        return Text(f"kind 为 {row.get('kind')!r}，应为 event 或 component", "kind is neither event nor component")
    for name in ("big_code", "small_code"):
        code = row.get(name)
        if not (isinstance(code, str) and len(code) == 2 and code.isdigit()):
            return Text(f"{name} 应为两位数字：{code!r}", f"{name} must be two digits, not {code!r}")
    for name in NEEDED:
        if not (isinstance(row.get(name), str) and row[name].strip()):
            return Text(f"{name} 为空", f"{name} is empty")
    if not all(map(_is_limit, [_limit(row), *row.get("limits", {}).values()])):
        return Text(f"时限无效：{row.get('limit')!r}", f"no valid limit: {row.get('limit')!r}")
    return None


def _clash(row: Mapping[str, Any], classes: Mapping[str, Any]) -> Text | None:
    """Why a row does not go with those before it."""
    small = classes.get(_code(row))
    if small is None:
        return None
    if small["name"]["zh"] != row["small_name"].strip():
        name = small["name"]["zh"]
        return Text(f"编号已用于“{name}”", f"its code already stands for “{name}”")
    if any(known["zh"] == row["condition"].strip() for known in small["conditions"]):
        return Text("立案条件重复", "this condition stands twice")
    return None


def _limit(row: Mapping[str, Any]) -> Any:
    if row.get("limit") or "grade" not in row:
        return row.get("limit")
    return store.value("city_management.grade_limits").get(row["grade"])


def _is_limit(limit: Any) -> bool:
    if not isinstance(limit, dict) or limit.get("unit") not in UNITS:
        return False
    value = limit.get("value")
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _big(row: Mapping[str, Any]) -> dict[str, str]:
    zh = row["big_name"].strip()
    names = {small.big_name.zh: small.big_name for small in shipped().classes if small.kind == row["kind"]}
    return names.get(zh, Text(zh, zh)).as_dict()


def _class(row: Mapping[str, Any]) -> dict[str, Any]:
    zh = row["small_name"].strip()
    like = _like(row["kind"], zh)
    return {
        "code": _code(row),
        "kind": row["kind"],
        "name": (like.name if like else Text(zh, zh)).as_dict(),
        "duty": like.duty if like else _usual_duty(row["kind"], row["big_code"]),
        "keywords": list(like.keywords) if like else [zh],
        "source": "city",
        "certainty": "F",
        "conditions": [],
    }


def _like(kind: str, zh: str) -> SmallClass | None:
    return next((small for small in shipped().classes if (small.kind, small.name.zh) == (kind, zh)), None)


def _usual_duty(kind: str, big: str) -> str:
    found = Counter(small.duty for small in shipped().classes if small.kind == kind and small.big == big)
    return found.most_common(1)[0][0] if found else "enforcement"


def _condition(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    zh, closing, limit = row["condition"].strip(), row["close_condition"].strip(), _limit(row)
    found = {
        "id": str(number),
        "zh": zh,
        "en": _english(zh),
        "closing": {"zh": closing, "en": _english_closing(closing)},
        "limit": limit["value"],
        "unit": limit["unit"],
    }
    if row.get("limits"):
        found["grades"] = {grade: [one["value"], one["unit"]] for grade, one in row["limits"].items()}
    return found


def _english(zh: str) -> str:
    known = (row.text for small in shipped().classes for row in small.conditions)
    return next((text.en for text in known if text.zh == zh), zh)


def _english_closing(zh: str) -> str:
    return next((text.en for text in terms()["closing"].values() if text.zh == zh), zh)
