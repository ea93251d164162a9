"""Keyset pages over a million cases: each branch (place × state) is one walk down one index, merged in the database.

A list filtered by several states cannot be read in order from one index; with OR and IN a database sorts everything
that fits. So every branch gives its first few ids from its own index, and only these are merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from jiedao.cases import words
from jiedao.cases.models import Case
from jiedao.errors import Invalid
from jiedao.people.access import Scope, column, stem
from jiedao.text import Text

ORDERS = ("new", "due")
BRANCHES = 200
"""More than these are asked as one query with OR."""
MARK = "\x00state"
"""Stands for the state in a branch, so that Django writes the SQL once for all states."""


@dataclass(frozen=True)
class Branch:
    """Cases of a place in any of these states; `wide`: of the whole city."""

    cases: QuerySet[Case]
    states: Sequence[str]
    wide: bool = False

    def filter(self, *terms: Q, **more: Any) -> Branch:
        return replace(self, cases=self.cases.filter(*terms, **more))

    def dated(self) -> Branch:
        """Open cases with a deadline. Over the whole city they are walked in order by the partial index, for which
        the query must say that they are open; in a smaller place it is faster to sort the few that are there."""
        return self.filter(deadline__isnull=False, **({"closed_at": None} if self.wide else {}))

    def ordered(self, *order: str) -> Branch:
        columns = [name.lstrip("-") for name in order] or ["pk"]
        return replace(self, cases=self.cases.order_by(*order).values_list(*columns))


def terms(scope: Scope, area: str, kind: str, unit: int | None) -> Iterator[Q]:
    """For each grant of the scope, what of it the filter leaves: equalities on indexed columns."""
    wanted = stem(words.handle(area)) if area else ""
    grants = [g for g in scope.grants if g.everything][:1] or scope.grants
    for grant in grants:
        if not (wanted.startswith(grant.area) or grant.area.startswith(wanted)):
            continue
        if (kind and grant.kinds and kind not in grant.kinds) or (
            unit is not None and grant.units is not None and unit not in grant.units
        ):
            continue
        narrow = max(wanted, grant.area, key=len)
        found = Q(**{column(narrow): narrow}) if narrow else Q()
        if kind or grant.kinds:
            found &= Q(kind=kind) if kind else Q(kind__in=sorted(grant.kinds))
        if unit is not None:
            yield found & Q(unit=unit)
        elif grant.units is not None and len(grant.units) <= 8:
            yield from (found & Q(unit=one) for one in sorted(grant.units))
        else:
            yield found & Q(unit__in=sorted(grant.units)) if grant.units is not None else found


def is_wide(term: Q) -> bool:
    return all(isinstance(part, tuple) and part[0].startswith("kind") for part in term.children)


def ids(branches: list[Branch], order: str, after: str | None, size: int) -> tuple[list[int], str | None]:
    """(ids of the page in order, cursor of the next page or None)."""
    if order == "new":
        if after is not None:
            branches = [b.filter(pk__lt=number(after)) for b in branches]
        rows = _merge([b.ordered("-pk") for b in branches], "1 DESC", size + 1)
        found = [row[0] for row in rows]
        return found[:size], str(found[size - 1]) if len(found) > size else None
    return _by_deadline(branches, after, size)


def _by_deadline(branches: list[Branch], after: str | None, size: int) -> tuple[list[int], str | None]:
    """Those with a deadline first, then those whose clock stands still, by id."""
    moment, last = _cursor(after)
    rows: list[tuple[Any, int]] = []
    if after is None or moment is not None:
        dated = [b.dated() for b in branches]
        if moment is not None:
            dated = [b.filter(Q(deadline__gt=moment) | Q(deadline=moment, pk__gt=last)) for b in dated]
            dated = [b.filter(deadline__gte=moment) for b in dated]
        rows = _merge([b.ordered("deadline", "pk") for b in dated], "1, 2", size + 1)
        last = 0
    if len(rows) <= size:
        still = [b.filter(deadline=None, pk__gt=last).ordered("pk") for b in branches]
        rows += [(None, pk) for (pk,) in _merge(still, "1", size + 1 - len(rows))]
    if len(rows) <= size:
        return [pk for _, pk in rows], None
    end, pk = rows[size - 1]
    return [pk for _, pk in rows[:size]], f"{_iso(end)}~{pk}"


def _iso(moment: Any) -> str:
    """A deadline as a raw cursor gives it; SQLite's are UTC without saying so."""
    if moment is None:
        return ""
    found = moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()


def _cursor(after: str | None) -> tuple[datetime | None, int]:
    if after is None:
        return None, 0
    moment, _, pk = after.partition("~")
    try:
        found = parse_datetime(moment) if moment else None
    except ValueError:
        found = None
    if moment and (found is None or found.tzinfo is None):
        raise _bad(after)
    return found, number(pk)


def number(after: str) -> int:
    """A cursor that is an id; Invalid otherwise."""
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise _bad(after)
    return int(after)


def _bad(after: str) -> Invalid:
    return Invalid(Text("翻页位置有误。", "This is no place in the list."), field="after", value=after)


def _merge(branches: list[Branch], order: str, most: int) -> list[Any]:
    """The first `most` rows of all branches in order, each branch asked for no more than that."""
    sql, params = _union(branches, most)
    if not sql:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({sql}) u ORDER BY {order} LIMIT {most}", params)  # noqa: S608 - all our own
        return cursor.fetchall()


def count(branches: list[Branch], most: int) -> int:
    """How many rows there are, counted up to `most`."""
    sql, params = _union([b.ordered() for b in branches], most)
    if not sql:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM (SELECT * FROM ({sql}) u LIMIT {most}) c", params)  # noqa: S608
        return cursor.fetchone()[0]


def _union(branches: list[Branch], most: int) -> tuple[str, tuple[Any, ...]]:
    """Branches that cannot hold anything are left out; rows that two grants share come once."""
    if sum(len(branch.states) for branch in branches) > BRANCHES:
        return _all_at_once(branches, most)
    parts: list[str] = []
    params: list[Any] = []
    for branch in branches:
        try:
            sql, given = branch.cases.filter(state=MARK)[:most].query.sql_with_params()
        except EmptyResultSet:
            continue
        for state in branch.states:
            parts.append(f"SELECT * FROM ({sql}) b{len(parts)}")  # noqa: S608
            params += [state if value == MARK else value for value in given]
    return " UNION ".join(parts), tuple(params)


def _all_at_once(branches: list[Branch], most: int) -> tuple[str, tuple[Any, ...]]:
    """One query for somebody with very many posts."""
    together = reduce(or_, [b.cases.filter(state__in=list(b.states)) for b in branches])
    try:
        return together[:most].query.sql_with_params()
    except EmptyResultSet:
        return "", ()
