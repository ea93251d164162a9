"""The typed registry of city systems: what a manifest declares, and how the house finds it.

A system is a folder under `jiedao/systems/` (or a package of the entry-point group `jiedao.systems`) with a
`manifest.py` that holds one `SYSTEM = System(...)`. An office's own system needs no packaging: `JIEDAO_SYSTEMS` names
its package. Core rooms never import a system; they ask this registry.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from jiedao.config.options import options
from jiedao.text import Text

SHELLS = ("portal", "field", "desk", "plans", "board")
PARTS = ("models", "actions", "planning", "api", "pages", "urls", "demo", "rules")


@dataclass(frozen=True)
class NavItem:
    """One entry of a shell's navigation; shown to whoever holds `permission` (empty: everyone)."""

    shell: str
    url: str
    label: Text
    icon: str = "dot"
    permission: str = ""
    order: int = 50


@dataclass(frozen=True)
class Permission:
    """A permission that a system adds; `roles` are the kernel's roles that hold it."""

    code: str
    name: Text
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Export:
    """A table that a system hands out at /desk/exports/ as CSV or XLSX, to whoever holds `permission`.

    `rows(user)` yields a line for each thing this user may see, as many cells as there are columns; no personal data.
    """

    code: str
    name: Text
    columns: tuple[Text, ...]
    rows: Callable[[Any], Iterable[Sequence[Any]]]
    permission: str = "case.view"


@dataclass(frozen=True)
class Finding:
    """One line of `jiedao check`."""

    where: str
    text: Text
    level: str = "error"


@dataclass(frozen=True)
class System:
    """Everything the house needs to know of one city system; every field is data or a callable taking no state."""

    id: str
    name: Text
    promise: Text
    package: str
    nav: tuple[NavItem, ...] = ()
    permissions: tuple[Permission, ...] = ()
    kinds: tuple[Any, ...] = ()
    """`jiedao.cases.kinds.Kind` objects."""
    indicators: tuple[Any, ...] = ()
    """`jiedao.measures.indicators.Indicator` objects."""
    exports: tuple[Export, ...] = ()
    checks: tuple[Callable[[], Iterable[Finding]], ...] = ()
    warm: tuple[Callable[[], object], ...] = ()
    """Called once in every web process as it starts, beside the first requests: what would make one of them wait."""
    planner: str = ""
    """Dotted path of `plan(area, date, seconds, seed) -> Plan`, for `jiedao plan SYSTEM`."""
    lacks: dict[str, str] = field(default_factory=dict)
    """Parts of PARTS this system does not have, each with the reason."""


class Duplicate(ValueError):
    """Two systems, or two parts of one kind, claim the same name."""


class Registry:
    """Systems by id; fixed after start-up. Tests make their own."""

    def __init__(self) -> None:
        self._systems: dict[str, System] = {}

    def add(self, system: System) -> None:
        if system.id in self._systems:
            raise Duplicate(f"system {system.id!r} is registered twice")
        self._systems[system.id] = system

    def systems(self) -> list[System]:
        return [self._systems[k] for k in sorted(self._systems)]

    def get(self, system_id: str) -> System:
        return self._systems[system_id]

    def collect(self, name: str) -> list[Any]:
        """All entries of one tuple field (`kinds`, `permissions`, …) over all systems."""
        return [item for system in self.systems() for item in getattr(system, name)]

    def nav(self, shell: str) -> list[NavItem]:
        items = [item for item in self.collect("nav") if item.shell == shell]
        return sorted(items, key=lambda item: (item.order, item.url))


def system_packages() -> list[str]:
    """Dotted names of the packages that hold a manifest: ours, installed ones, then those of the setting `systems`."""
    home = Path(__file__).with_name("systems")
    folders = sorted(path.parent.name for path in home.glob("*/manifest.py"))
    ours = [f"jiedao.systems.{name}" for name in folders]
    return [*ours, *(entry.value for entry in entry_points(group="jiedao.systems")), *options().systems]


def load(packages: Iterable[str] | None = None) -> Registry:
    """Import every manifest and return a filled registry."""
    found = Registry()
    for name in packages if packages is not None else system_packages():
        found.add(importlib.import_module(f"{name}.manifest").SYSTEM)
    return found


_registry: Registry | None = None


def registry() -> Registry:
    """The process's registry, loaded at first use."""
    global _registry
    if _registry is None:
        _registry = load()
    return _registry
