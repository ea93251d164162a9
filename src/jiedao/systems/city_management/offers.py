"""What the report form says while somebody types: class, limit, promise, what is reported close by already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from jiedao.cases import queries
from jiedao.city.address import describe
from jiedao.city.locate import Located, locate
from jiedao.errors import Refused
from jiedao.rules.store import value
from jiedao.systems.city_management import control
from jiedao.systems.city_management.kinds import nearest
from jiedao.systems.city_management.report_form import KIND, Draft, place
from jiedao.systems.city_management.taxonomy import SmallClass, taxonomy
from jiedao.systems.city_management.triage import triager
from jiedao.text import Text

READ = 300
"""Characters of a text that are judged while it is typed."""
NEAR_M = 60.0
NEAR_MOST = 3
SURE, LIKELY, PLAIN = 0.3, 0.07, 0.9
"""Confidence from which a class is said outright, is offered at all, and needs no others beside it."""
CHOSEN = Text("您选择的类别", "chosen by you")


@dataclass(frozen=True)
class Offer:
    """A class for the report. `sends` is what the form sends: "" leaves the class to triage."""

    small: SmallClass
    sends: str
    why: Sequence[Text]
    amount: float
    unit: str
    checked: bool = False
    sure: bool = True

    @property
    def urgent(self) -> bool:
        return self.unit.startswith("urgent")


@dataclass(frozen=True)
class Nearby:
    """An open case close by, with its name and how far it is."""

    case: Any
    name: Text
    metres: int


def classes(text: str, category: str, most: int = 3) -> list[Offer]:
    """The class chosen, if any; else the likeliest of the text, best first. Nothing for an empty text."""
    chosen = taxonomy().get(category.strip())
    text = " ".join(text.split())[:READ]
    if chosen:
        return [_offer(chosen, text, chosen.code, (CHOSEN,), checked=True)]
    if len(text) < 2:
        return []
    guesses = triager().guess([text], top=most)[0]
    best = guesses[0]
    if best.confidence < LIKELY:
        return []
    found = [_offer(best.small, text, "", best.why, checked=True, sure=best.confidence >= SURE)]
    others = [g for g in guesses[1:] if g.confidence >= LIKELY and best.confidence < PLAIN]
    return found + [_offer(g.small, text, g.small.code, g.why) for g in others]


def _offer(small: SmallClass, text: str, sends: str, why: Sequence[Text], **more: Any) -> Offer:
    row = nearest(small, text)
    return Offer(small, sends, why, row.limit_amount, row.limit_unit, **more)


def context(draft: Draft) -> dict[str, Any]:
    """For city_management/_proposal.html."""
    offers = classes(draft.text, draft.category)
    context: dict[str, Any] = {"offers": offers, "typed": bool(draft.text.strip()), "chosen": draft.category}
    if draft.placed:
        try:
            context |= _around(*place(draft), offers)
        except Refused as refused:
            context["outside"] = refused
    return context


def _around(lon: float, lat: float, offers: Sequence[Offer]) -> dict[str, Any]:
    found = queries.nearby(lon, lat, kind=KIND, metres=NEAR_M, most=NEAR_MOST * 3)
    category = offers[0].small.code if offers else ""
    found = [(case, metres) for case, metres in found if joinable(case)]
    found.sort(key=lambda pair: (pair[0].category != category, pair[1]))
    here = locate(lon, lat)
    return {
        "place": describe(lon, lat),
        "nearby": [Nearby(case, named(case.category), max(1, round(m))) for case, m in found[:NEAR_MOST]],
        "control": _control(lon, lat, category, here) if category else None,
    }


def joinable(case: Any) -> bool:
    """Whether a report that says "the same" still joins the case: open, no older than the duplicate rule allows."""
    days = value("city_management.duplicate", city=case.district or None)["days"]
    return case.closed_at is None and case.opened_at > timezone.now() - timedelta(days=days)


def _control(lon: float, lat: float, category: str, here: Located | None) -> Text | None:
    covering = control.covering(control.approved(timezone.now()), lon, lat, category, here)
    return covering.warning if covering else None


def named(category: str) -> Text:
    """A class by name; the kind's own where a case has none yet."""
    small = taxonomy().get(category)
    return small.name if small else Text("城市管理问题", "City problem")


def bigs() -> list[tuple[str, Text]]:
    """Big classes for the picker: events first."""
    return list(taxonomy().bigs().items())


def groups() -> list[tuple[Text, list[SmallClass]]]:
    """Every small class below its big class, for a plain list."""
    table = taxonomy()
    held: dict[str, list[SmallClass]] = {}
    for small in table.classes:
        held.setdefault(small.code[:3], []).append(small)
    return [(name, held[code]) for code, name in table.bigs().items()]


def search(q: str, big: str) -> list[SmallClass]:
    """Classes of a big class, or those that fit the words asked for."""
    if big:
        return [small for small in taxonomy().classes if small.code.startswith(big[:3])]
    return taxonomy().search(q[:60], limit=12)
