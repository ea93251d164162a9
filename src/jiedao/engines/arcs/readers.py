"""Readers of the two text formats of the field: CARP `.dat`, and the min-max k-vehicle windy rural postman problem."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from jiedao.engines.arcs.problem import ArcProblem, arc_problem

_HEADER = re.compile(r"^\s*(?P<key>[A-Z_]+)\s*:\s*(?P<value>.*?)\s*$")
_EDGE = re.compile(
    r"^\s*\(\s*(?P<tail>\S+?)\s*,\s*(?P<head>\S+?)\s*\)\s*coste\s+(?P<cost>\S+)"
    r"(?:\s+(?P<back>[^\sd]\S*))?(?:\s+demanda\s+(?P<demand>\S+))?\s*$"
)


class BadFile(ValueError):
    """A file that does not follow its format; names `path`, `line` (1-based, 0: the whole file) and `field`."""

    def __init__(self, path: Path, line: int, field: str, problem_zh: str, problem_en: str) -> None:
        self.path, self.line, self.field = path, line, field
        self.zh = f"{path.name} 第 {line} 行，{field}：{problem_zh}"
        self.en = f"{path.name} line {line}, {field}: {problem_en}"
        super().__init__(self.en)


@dataclass
class _Text:
    """What the lines say, before it is checked."""

    path: Path
    header: dict[str, tuple[int, str]] = field(default_factory=dict)
    edges: list[tuple[int, bool, dict[str, str]]] = field(default_factory=list)

    def bad(self, line: int, name: str, zh: str, en: str) -> BadFile:
        return BadFile(self.path, line, name, zh, en)

    def count(self, key: str, default: int | None = None) -> int:
        if key not in self.header:
            if default is not None:
                return default
            raise self.bad(0, key, "缺少这一行", "this line is missing")
        line, value = self.header[key]
        return int(self.number(line, key, value, whole=True, positive=True))

    def number(self, line: int, name: str, value: str, *, whole: bool = False, positive: bool = False) -> float:
        try:
            result = float(value)
        except ValueError:
            raise self.bad(line, name, f"“{value}”不是数字", f"{value!r} is not a number") from None
        if not np.isfinite(result) or result < 0 or (positive and result == 0) or (whole and result != int(result)):
            kind_zh, kind_en = ("正整数", "a positive whole number") if whole else ("非负数", "a number not below 0")
            raise self.bad(line, name, f"{value} 应为{kind_zh}", f"{value} should be {kind_en}")
        return result


def read_carp(path: Path | str) -> ArcProblem:
    """Read a CARP instance (gdb, val, egl …). The vehicle count of the file is a hint there, so it is not a limit.

    Raises `BadFile` naming the line and field that is wrong.
    """
    text = _scan(Path(path))
    if "CAPACIDAD" not in text.header:
        raise text.bad(0, "CAPACIDAD", "缺少这一行", "this line is missing")
    return _problem(text, windy=False, capacity=text.count("CAPACIDAD"))


def read_mm_kwrpp(path: Path | str, vehicles: int) -> ArcProblem:
    """Read a min-max k-vehicle windy rural postman instance: two costs an edge, no load; station at node 1.

    Solve it with `Parameters(minmax=True)`. Raises `BadFile`.
    """
    return _problem(_scan(Path(path)), windy=True, vehicles=[vehicles])


def _scan(path: Path) -> _Text:
    text = _Text(path)
    required = True
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        raise text.bad(0, "encoding", "不是 UTF-8 文本", "not UTF-8 text") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if match := _HEADER.match(line):
            key = match["key"]
            if key.startswith("LISTA_ARISTAS"):
                required = key == "LISTA_ARISTAS_REQ"
            text.header[key] = (number, match["value"])
        elif match := _EDGE.match(line):
            text.edges.append((number, required, match.groupdict()))
        else:
            raise text.bad(number, "edge", f"无法理解：{line.strip()[:60]}", f"cannot read {line.strip()[:60]!r}")
    return text


def _problem(text: _Text, *, windy: bool, capacity: float = np.inf, vehicles: list[int] | None = None) -> ArcProblem:
    nodes = text.count("VERTICES")
    ends, costs, demand, required = [], [], [], []
    for line, needed, raw in text.edges:
        ends.append([_node(text, line, name, raw[name], nodes) for name in ("tail", "head")])
        out = text.number(line, "coste", raw["cost"])
        if windy and raw["back"] is None:
            raise text.bad(line, "coste", "需要两个方向的费用", "needs a cost for each direction")
        costs.append([out, text.number(line, "coste", raw["back"]) if windy else out])
        if needed and not windy and raw["demand"] is None:
            raise text.bad(line, "demanda", "缺少需求量", "the demand is missing")
        demand.append(text.number(line, "demanda", raw["demand"] or "0"))
        required.append(needed)
    _check_count(text, "ARISTAS_REQ", sum(required))
    _check_count(text, "ARISTAS_NOREQ", len(required) - sum(required))
    depot = text.count("DEPOSITO", default=1)
    if depot > nodes:
        raise text.bad(text.header["DEPOSITO"][0], "DEPOSITO", f"节点 {depot} 不存在", f"there is no node {depot}")
    return arc_problem(
        nodes,
        np.array(ends, dtype=np.int64).reshape(-1, 2),
        np.array(costs, dtype=np.float64).reshape(-1, 2),
        required=required,
        demand=demand,
        depots=[depot - 1],
        vehicles=vehicles,
        capacity=capacity,
        name=text.path.stem,
    )


def _node(text: _Text, line: int, name: str, raw: str, nodes: int) -> int:
    value = int(text.number(line, name, raw, whole=True, positive=True))
    if value > nodes:
        raise text.bad(line, name, f"节点 {value} 大于 VERTICES {nodes}", f"node {value} is above VERTICES {nodes}")
    return value - 1


def _check_count(text: _Text, key: str, found: int) -> None:
    line, value = text.header.get(key, (0, str(found)))
    expected = int(text.number(line, key, value, whole=True)) if value else found
    if expected != found:
        raise text.bad(
            line, key, f"声明 {expected} 条，实有 {found} 条", f"declares {expected} edges, the list has {found}"
        )
