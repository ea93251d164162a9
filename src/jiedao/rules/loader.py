"""Reads rule rows and sources from TOML: `rules/data/` of the kernel and the `rules/` folder of every system.

    [[rule]]
    key = "calendar.work_hours"          # a dotted name
    value = [["08:30", "12:00"]]         # number, string, bool, list or table
    unit = "clock"                       # optional
    scope = { city = "430200" }          # optional; city takes any area code and holds for what lies inside it
    valid_from = 2024-01-01              # optional, like valid_to (the last day)
    source = "S27"                       # an id of a [[source]]
    certainty = "F"                      # F, M+, M?, D, C
    label = { zh = "…", en = "…" }
    note = { zh = "…", en = "…" }        # optional
    editable = true                      # optional; false: no office may override it

A file of another shape (a taxonomy, a code list) begins with `format = "…"` and is left to its own reader.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jiedao.registry import Finding, system_packages
from jiedao.rules.rows import Rule
from jiedao.text import Text

KERNEL = Path(__file__).parent / "data"
OTHER_FORMAT = re.compile(r"(?:[ \t]*(?:#.*)?\n)*format\s*=")
KNOWN = set(Rule.__dataclass_fields__) - {"origin"}


@dataclass(frozen=True)
class Source:
    id: str
    address: str
    what: Text


@dataclass
class Shipped:
    """All rows by key, all sources by id, and what could not be read."""

    rules: dict[str, list[Rule]] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def load(packages: Iterable[str] | None = None) -> Shipped:
    """The kernel's rows and those of these packages (default: every system's); bad rows become findings."""
    shipped = Shipped()
    for origin, path in _files(system_packages() if packages is None else packages):
        where = f"{origin}/{path.name}"
        try:
            text = path.read_text(encoding="utf-8")
            if OTHER_FORMAT.match(text):
                continue
            table = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as bad:
            shipped.findings.append(Finding(where, Text(f"文件无法读取：{bad}", f"cannot be read: {bad}")))
            continue
        _take(shipped, table, origin, where)
    return shipped


def _files(packages: Iterable[str]) -> Iterator[tuple[str, Path]]:
    yield from (("kernel", path) for path in sorted(KERNEL.glob("*.toml")))
    for package in packages:
        spec = find_spec(package)
        for place in spec.submodule_search_locations or () if spec else ():
            yield from ((package.rpartition(".")[2], path) for path in sorted(Path(place, "rules").glob("*.toml")))


def _take(shipped: Shipped, table: dict[str, Any], origin: str, where: str) -> None:
    for raw in table.get("source", ()):
        shipped.sources[raw["id"]] = Source(raw["id"], raw.get("address", ""), Text(raw["zh"], raw["en"]))
    for raw in table.get("rule", ()):
        try:
            rule = _rule(raw, origin)
        except (KeyError, TypeError) as bad:
            key = raw.get("key", "?")
            shipped.findings.append(Finding(f"{where}:{key}", Text(f"规则行有误：{bad}", f"a bad row: {bad}")))
        else:
            shipped.rules.setdefault(rule.key, []).append(rule)
    if not table.keys() & {"rule", "source"}:
        text = Text("没有 [[rule]] 行，也没有以 format 开头", "has no [[rule]] row and does not begin with its format")
        shipped.findings.append(Finding(where, text))


def _rule(raw: dict[str, Any], origin: str) -> Rule:
    if strange := raw.keys() - KNOWN:
        raise KeyError(f"unknown field {', '.join(sorted(strange))}")
    given = raw | {name: Text(**raw[name]) for name in ("label", "note") if name in raw}
    if "value" not in given or "key" not in given:
        raise KeyError("needs key and value")
    return Rule(**given, origin=origin)
