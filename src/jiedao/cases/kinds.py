"""Kinds of case as data: what a system's manifest declares, and the hooks through which it judges its own reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from jiedao.cases.flow import Flow
from jiedao.errors import Invalid, Refused
from jiedao.registry import Duplicate, Registry, registry
from jiedao.text import Text


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` of `unit` (urgent_hour, urgent_day, work_hour, work_day), and the rule row it comes from."""

    amount: float
    unit: str
    source: str = ""


@dataclass(slots=True)
class NewReport:
    """What somebody tells. `by` is the member of staff who takes it down, `contact` {name, phone, email} of somebody
    without a sign-in, `asset` the id of a component, `photos` stored attachments, `key` the sender's own id for it."""

    kind: str
    text: str = ""
    lon: float | None = None
    lat: float | None = None
    category: str = ""
    condition: str = ""
    channel: str = "portal"
    person: Any = None
    by: Any = None
    contact: dict[str, str] | None = None
    asset: int | None = None
    address: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    photos: Sequence[Any] = ()
    title: str = ""
    key: str = ""
    token: str = ""


@dataclass(slots=True)
class Proposal:
    """What triage makes of one report. `refused`: the hook will not take it. `start`: another first state of the flow.

    `unit_id` names a unit outright; otherwise the table of responsibilities answers for kind, category, duty, place.
    """

    category: str = ""
    condition: str = ""
    duty: str = ""
    limit: Limit | None = None
    confidence: float = 0.0
    why: Sequence[Text] = ()
    title: str = ""
    unit_id: int | None = None
    start: str = ""
    refused: Refused | None = None
    form: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One more thing that a report of a service can say. `values`: (key, name) of a choice; none: free text.

    The value of `condition` becomes the report's condition, others go into its attributes.
    """

    code: str
    name: Text
    values: tuple[tuple[str, Text], ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A class of a kind as other software offers it to residents. `code` is what a report names as its category."""

    code: str
    name: Text
    group: Text
    description: Text | None = None
    keywords: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()


Triage = Callable[[list[NewReport], list[Any], datetime], list[Proposal]]


@dataclass(frozen=True)
class Kind:
    """One kind of case. Hooks are plain functions without state; each may be None.

    `triage(reports, located, now)` proposes class, limit and duty for a whole batch; `check(report)` refuses a wrong
    class or form; `limit(category, condition, area, on)` and `closing(category, condition)` answer from the standard;
    `duty(category)` names who is asked; `label(category)` names a class. What staff may choose from: `classes()` and
    the `conditions(category)` of one, (code, name) each.
    """

    code: str
    name: Text
    flow: Flow
    icon: str = "case"
    system: str = ""
    form: type[BaseModel] | None = None
    triage: Triage | None = None
    check: Callable[[NewReport], None] | None = None
    limit: Callable[[str, str, str, date], Limit | None] | None = None
    closing: Callable[[str, str], Text | None] | None = None
    duty: Callable[[str], str] | None = None
    label: Callable[[str], Text] | None = None
    classes: Callable[[], Sequence[tuple[str, Text]]] | None = None
    conditions: Callable[[str], Sequence[tuple[str, Text]]] | None = None
    duplicate: str = "cases.duplicate"
    """Rule key of the duplicate rule; "" never merges."""
    public: bool = True
    """Residents may report it and follow it."""
    place: bool = True
    """A report needs a point inside the city."""
    notices: tuple[Any, ...] = ()
    """Message templates of this kind's own (`jiedao.cases.notices.Template`)."""
    services: Callable[[], Sequence[Service]] | None = None
    """What other software may offer to residents (Open311); codes are unique among all kinds."""

    def class_name(self, category: str) -> Text:
        return self.label(category) if self.label and category else self.name


@lru_cache(maxsize=4)
def _table(source: Registry) -> dict[str, Kind]:
    table: dict[str, Kind] = {}
    for kind in source.collect("kinds"):
        if kind.code in table:
            raise Duplicate(f"case kind {kind.code!r} is registered twice")
        table[kind.code] = kind
    return table


_override: Registry | None = None


def use(source: Registry | None) -> None:
    """Take kinds from this registry instead of the process's; None: back to it. For tests and tools."""
    global _override
    _override = source


def all_kinds() -> dict[str, Kind]:
    """Every kind by code."""
    return _table(_override or registry())


def get(code: str) -> Kind:
    """The kind; raises Invalid with the known ones."""
    kind = all_kinds().get(code)
    if kind is None:
        known = "、".join(sorted(all_kinds()))
        text = Text("没有“{code}”这类案卷。", "There is no kind of case “{code}”.").format(code=str(code)[:40])
        raise Invalid(text, field="kind", value=code, expected=Text(known, known))
    return kind


all = all_kinds
