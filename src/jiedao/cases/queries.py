"""Reading cases: lists by keyset, counts, one case, the steps that somebody may take."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from jiedao.cases import attachments, keyset, kinds, words
from jiedao.cases.flow import RESERVED, Step
from jiedao.cases.models import Case, Report
from jiedao.city import h3cells
from jiedao.errors import Invalid, Missing
from jiedao.people import access
from jiedao.rules.store import value
from jiedao.text import Text

LARGEST = 200
HINT = 1000
"""A total is counted this far and no further."""
CODE = re.compile(r"\d{6,24}", re.ASCII)


@dataclass(frozen=True)
class Page:
    """`next` goes into `after` of the next page, None at the end. `total_hint`: how many there are, counted up to HINT
    on the first page, else None."""

    cases: list[Case]
    next: str | None
    total_hint: int | None


def states_of(kind: str = "", *, final: bool | None = None) -> list[str]:
    """State codes of a kind, or of all; `final` picks the open or the ended ones."""
    found = [kinds.get(kind)] if kind else list(kinds.all().values())
    states = [s for k in found for s in k.flow.states if final is None or s.final == final]
    return list(dict.fromkeys(state.code for state in states))


def page(
    user: Any,
    *,
    states: Sequence[str] = (),
    area: str = "",
    kind: str = "",
    unit: Any = None,
    handler: Any = None,
    category: str = "",
    overdue: bool | None = None,
    supervised: bool = False,
    text: str = "",
    after: str | None = None,
    size: int = 50,
    order: str = "new",
    now: datetime | None = None,
) -> Page:
    """Cases that `user` may see, newest first, or (`order="due"`) open ones by deadline, nearest first.

    `unit` and `handler` are rows or ids. `overdue` and `supervised` look at open cases only. `text` is the beginning
    of a code, or words in title, text or address of open cases and the newest others. Three or four queries whatever
    the size. Raises Invalid for a bad cursor or state.
    """
    if order not in keyset.ORDERS:
        raise Invalid(Text("没有这种排序。", "There is no such order."), field="order", value=order)
    wanted = _states(states, kind, open_only=order == "due" or bool(overdue) or supervised)
    size = max(1, min(size, LARGEST))
    terms = list(keyset.terms(access.scope(user, "case.view"), area, kind, getattr(unit, "pk", unit)))
    common = _filters(handler, category, overdue, now or timezone.now()) + [Q(supervised__gt="")] * supervised
    text = text.replace("\0", "").strip()[:60]
    if CODE.fullmatch(text):
        return _by_code(text, terms, wanted, common, size)
    branches = [
        keyset.Branch(Case.objects.filter(term, *common, *extra), some, keyset.is_wide(term))
        for term in terms
        for some, extra in _windows(wanted, text)
    ]
    ids, cursor = keyset.ids(branches, order, after, size)
    hint = keyset.count(branches, HINT) if after is None and not text else None
    return Page(_rows(ids), cursor, hint)


def _rows(ids: list[int]) -> list[Case]:
    rows = Case.objects.filter(pk__in=ids).select_related("unit", "handler__person").defer("text", "form", "triage")
    held = {case.pk: case for case in rows}
    return [held[pk] for pk in ids if pk in held]


def _by_code(digits: str, terms: list[Q], states: list[str], common: list[Q], size: int) -> Page:
    """The first page of codes that begin so, in order of code. A range, since SQLite uses no index for LIKE."""
    after = str(int(digits) + 1).zfill(len(digits))
    there = Q(code__gte=digits, code__lt=after) if len(after) == len(digits) else Q(code__startswith=digits)
    found = Case.objects.filter(there, _any(terms), *common).order_by("code").values_list("pk", "state")[:LARGEST]
    return Page(_rows([pk for pk, state in found if state in states][:size]), None, None)


def _any(terms: list[Q]) -> Q:
    """One of them; a term that asks nothing makes all the others idle."""
    return Q() if Q() in terms else reduce(or_, terms, Q(pk__in=()))


def _states(states: Sequence[str], kind: str, *, open_only: bool) -> list[str]:
    known = states_of(kind, final=False if open_only else None)
    if not states:
        return known
    if strange := [code for code in states if code not in states_of()]:
        raise Invalid(Text("没有这个状态。", "There is no such state."), field="state", value=strange[0])
    return [code for code in dict.fromkeys(states) if code in known]


def _filters(handler: Any, category: str, overdue: bool | None, now: datetime) -> list[Q]:
    """What is asked of every case. Only open cases have a deadline."""
    found = []
    if handler is not None:
        found.append(Q(handler=getattr(handler, "pk", handler)))
    if category:
        found.append(Q(category=words.handle(category)))
    if overdue is not None:
        found.append(Q(deadline__lt=now) if overdue else Q(deadline__gte=now) | Q(deadline=None))
    return found


def _windows(states: list[str], text: str) -> list[tuple[list[str], list[Q]]]:
    """(states, what is asked of cases in them). Words are sought in open cases and the newest ended ones only."""
    if not text:
        return [(states, [])]
    said = Q(title__icontains=text) | Q(text__icontains=text) | Q(address__icontains=text)
    newest = Q(pk__gt=_newest() - value("cases.search_window"))
    final = states_of(final=True)
    split = [([s for s in states if s not in final], [said]), ([s for s in states if s in final], [said, newest])]
    return [(some, extra) for some, extra in split if some]


def _newest() -> int:
    return Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def counts(user: Any, *, area: str = "", kind: str = "", unit: Any = None) -> dict[str, int]:
    """How many open cases `user` sees in each state; states without any are left out. One query."""
    found = access.scope(user, "case.view")
    terms = list(keyset.terms(found, area, kind, getattr(unit, "pk", unit)))
    rows = Case.objects.filter(_any(terms), state__in=states_of(kind, final=False))
    return dict(rows.values_list("state").annotate(n=Count("pk")).order_by())


def get(user: Any, code: str) -> Case:
    """One case for staff; raises Missing or Forbidden."""
    case = (
        Case.objects.select_related("unit", "handler__person", "asset", "merged_into")
        .filter(code=words.handle(code))
        .first()
    )
    if case is None:
        raise _missing(code)
    access.require_case(user, "case.view", case)
    return case


def _missing(code: str) -> Missing:
    return Missing(Text("没有这个案卷。", "There is no such case."), field="code", value=code)


def steps(user: Any, case: Case) -> list[Step]:
    """What `user` may do with the case now by `do_step`."""
    flow = kinds.get(case.kind).flow
    return [
        step
        for step in flow.leaving(case.state)
        if step.permission not in RESERVED
        and "into" not in step.needs
        and case.arrived not in step.unless_after
        and access.can_case(user, step.permission, case)
    ]


def shown(code: str) -> Case:
    """A case that everybody may see; Missing for others."""
    case = Case.objects.filter(code=words.handle(code)).first()
    if case is None or not attachments.is_shown(case):
        raise _missing(code)
    return case


def my_report(code: str, *, person: Any = None, tokens: Sequence[str] = ()) -> Report:
    """The report by which somebody follows a case: by person, or by the token given when it was made."""
    mine = Q(token__in=[words.handle(token) for token in tokens[:50]]) if tokens else Q(pk__in=())
    if person is not None:
        mine |= Q(person=getattr(person, "pk", person))
    found = (
        Report.objects.select_related("case__unit").filter(mine, case__code=words.handle(code)).order_by("id").first()
    )
    if found is None:
        raise _missing(code)
    return found


def my_reports(person: Any, after: str | None = None, size: int = 20) -> tuple[list[Report], str | None]:
    """Somebody's own reports with their cases, newest first, and the cursor of what follows."""
    rows = Report.objects.filter(person=getattr(person, "pk", person))
    rows = rows.select_related("case__unit", "case__merged_into", "feedback")
    if after is not None:
        rows = rows.filter(pk__lt=keyset.number(after))
    found = list(rows.order_by("-pk")[: size + 1])
    return found[:size], str(found[size - 1].pk) if len(found) > size else None


def nearby(lon: float, lat: float, *, kind: str = "", category: str = "", metres: float = 100, most: int = 20) -> list:
    """[(case, metres)], nearest first: open cases that everybody may see around a point, for asking "is it this?"."""
    rings = h3cells.rings_for(min(metres, 1000))
    rows = Case.objects.filter(h3__in=h3cells.near(h3cells.cell(lon, lat), rings), closed_at=None)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(category=category) if category else rows
    found = [
        (case, h3cells.distance_m(lon, lat, case.lon, case.lat)) for case in rows[:500] if attachments.is_shown(case)
    ]
    return sorted(((c, d) for c, d in found if d <= metres), key=lambda pair: (pair[1], pair[0].pk))[:most]
