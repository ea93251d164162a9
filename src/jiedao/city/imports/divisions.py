"""Administrative divisions of a city from CSV: district, subdistrict or town, community or village.

The header names six columns: area_code, area, street_code, street, village_code, village; a line is one community.
Codes are statistical division codes, short (430202, 430202004, 430202004001) or filled up with zeros. All faults are
told at once, with their lines.
"""

from __future__ import annotations

import csv
import io
import time
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from jiedao.city import areas, names, stamps
from jiedao.city.imports import files, shapes
from jiedao.city.models import Area, Import
from jiedao.errors import Invalid
from jiedao.text import Text

TIERS = (
    ("area_code", "area", Area.Level.DISTRICT, 6),
    ("street_code", "street", Area.Level.SUBDISTRICT, 9),
    ("village_code", "village", Area.Level.COMMUNITY, 12),
)
COLUMNS = tuple(column for tier in TIERS for column in tier[:2])
CITIES = {"4301": "长沙市", "4302": "株洲市", "3301": "杭州市", "3302": "宁波市", "3305": "湖州市"}
"""Names of the cities named in the documentation; another gives --city-name."""
MAX_NAME = 80
SHOWN_FAULTS = 20


@dataclass
class Tree:
    """Divisions by code, with the line that first named each, and what is wrong with the file."""

    names: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[Text] = field(default_factory=list)
    blank: int = 0


def import_divisions(path: str | Path, *, city_name: str = "", shapes_path: str | Path | None = None) -> dict:
    """Read, check and store a file of divisions; run again, it renews names. Raises Refused; then nothing is stored.

    Returns {"streets", "buildings", "areas", "assets", "skipped", "seconds"} and the number of areas of each level.
    """
    begun = time.perf_counter()
    path = Path(path)
    tree = read(files.text(path))
    if tree.faults:
        raise _refusal(path, tree.faults)
    if not tree.names:
        raise files.bad(path, Text("没有数据行", "it has no data lines"))
    rows = _areas(tree, city_name)
    outlines = shapes.read(Path(shapes_path)) if shapes_path else None
    skipped = {"blank_line": tree.blank} if tree.blank else {}
    with transaction.atomic():
        save(rows)
        if outlines:
            skipped |= shapes.store(outlines)
        report = {"streets": 0, "buildings": 0, "areas": len(rows), "assets": 0, "skipped": skipped}
        report["levels"] = {str(level): sum(a.level == level for a in rows) for level in areas.LEVELS[:4]}
        Import.objects.create(source=path.name[:200], digest=files.digest(path), report=report)
        stamps.bump("areas", "map")
    return report | {"seconds": round(time.perf_counter() - begun, 3)}


def read(text: str) -> Tree:
    """The tree of a CSV text; faults are collected, not raised."""
    tree = Tree()
    reader = csv.reader(io.StringIO(text.replace("\r\n", "\n"), newline=""), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        if missing := [column for column in COLUMNS if column not in header]:
            listed = ", ".join(missing)
            tree.faults.append(Text(f"第 1 行：缺少列 {listed}", f"line 1: columns missing: {listed}"))
            return tree
        places = [header.index(column) for column in COLUMNS]
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                tree.blank += 1
            elif len(cells) != len(header):
                _fault(
                    tree,
                    reader.line_num,
                    f"应有 {len(header)} 列，实有 {len(cells)} 列",
                    f"{len(header)} columns expected, {len(cells)} found",
                )
            else:
                _line(tree, reader.line_num, [cells[place].strip() for place in places])
    except csv.Error as error:
        _fault(tree, reader.line_num, f"CSV 格式错误（{error}）", f"malformed CSV ({error})")
    return tree


def _line(tree: Tree, line: int, cells: list[str]) -> None:
    above = ""
    for (column, _, level, length), raw, name in zip(TIERS, cells[::2], cells[1::2], strict=True):
        if not raw and not name and level != Area.Level.DISTRICT:
            return
        code = _code(raw)
        if len(code) != length:
            _fault(
                tree,
                line,
                f"{column} = “{raw[:40]}”，应为 {length} 位数字",
                f"{column} = “{raw[:40]}”, expected {length} digits",
            )
            return
        if not code.startswith(above):
            _fault(tree, line, f"{column} {code} 不属于上级 {above}", f"{column} {code} does not lie in {above}")
            return
        if not name or len(name) > MAX_NAME:
            _fault(
                tree,
                line,
                f"{code} 的名称为空或超过 {MAX_NAME} 字",
                f"the name of {code} is empty or longer than {MAX_NAME}",
            )
            return
        _add(tree, line, code, name, again=level != Area.Level.COMMUNITY)
        above = code


def _add(tree: Tree, line: int, code: str, name: str, *, again: bool) -> None:
    """Take one division; `again`: it may be named on many lines, always alike."""
    first = tree.lines.setdefault(code, line)
    known = tree.names.setdefault(code, name)
    if known != name:
        _fault(
            tree,
            line,
            f"{code} 叫“{name}”，第 {first} 行叫“{known}”",
            f"{code} is “{name}” here, “{known}” on line {first}",
        )
    elif first != line and not again:
        _fault(tree, line, f"代码 {code} 重复，首次在第 {first} 行", f"code {code} again, first on line {first}")


def _code(raw: str) -> str:
    try:
        return areas.normalise(raw)
    except Invalid:
        return ""


def _fault(tree: Tree, line: int, zh: str, en: str) -> None:
    tree.faults.append(Text(f"第 {line} 行：{zh}", f"line {line}: {en}"))


def _refusal(path: Path, faults: list[Text]) -> Invalid:
    more = len(faults) - SHOWN_FAULTS
    tail = Text(f"；另有 {more} 处", f"; and {more} more") if more > 0 else Text("", "")
    shown = faults[:SHOWN_FAULTS]
    why = Text("；".join(f.zh for f in shown) + tail.zh, "; ".join(f.en for f in shown) + tail.en)
    return files.bad(path, why, Text("列：" + ", ".join(COLUMNS), "columns: " + ", ".join(COLUMNS)))


def _areas(tree: Tree, city_name: str) -> list[Area]:
    """Rows for every division and the city above them, parents first."""
    for code in sorted({code[:4] for code in tree.names}):
        tree.names[code] = city_name or CITIES.get(code, code)
    return [area(code, tree.names[code], "statistics") for code in sorted(tree.names, key=lambda c: (len(c), c))]


def area(code: str, name: str, source: str) -> Area:
    """An unsaved area with everything that its code and name imply."""
    en = names.english(name)
    return Area(
        code=code,
        level=areas.level(code),
        parent_id=areas.parent_code(code) or None,
        name=name,
        name_en=en[:120],
        search=names.search_key(name, en),
        source=source,
    )


def save(rows: list[Area]) -> None:
    """Insert areas or renew their names; polygons and counts of known ones stay."""
    fields = ["level", "parent", "name", "name_en", "search", "source"]
    Area.objects.bulk_create(rows, 500, update_conflicts=True, unique_fields=["code"], update_fields=fields)
