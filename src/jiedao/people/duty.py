"""Which unit answers for a thing here: the responsibility rows in memory, most specific first.

Order: what the row says of the thing first, then of the place.
  thing: the exact category › a prefix of it, longer first › the duty › the kind alone
  place: cell › community › subdistrict › district › city (or no area)
So a row for a class of thing in the whole city beats a row for everything in one cell: the water company keeps its
manholes in every community. A row with a duty beside its category counts only where both fit, and before the same
row without one. Of two equal rows the later start wins, then the later row. Rows whose unit is closed are passed over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from jiedao.people import stamp
from jiedao.people.access import stem
from jiedao.people.models import Responsibility, Unit

Row = tuple[date, date | None, int]
"""valid from, last day, unit id."""


class Table:
    """All responsibility rows at one generation, by (kind, category, duty, area)."""

    def __init__(self, rows: list[Responsibility]) -> None:
        self.units = {row.unit_id: row.unit for row in rows}
        self.rows: dict[tuple[str, str, str, str], list[Row]] = defaultdict(list)
        self.lengths: dict[str, list[int]] = defaultdict(list)
        for row in sorted(rows, key=lambda r: (r.valid_from, r.pk), reverse=True):
            self.rows[row.kind, row.category, row.duty, stem(row.area)].append(
                (row.valid_from, row.valid_to, row.unit_id)
            )
            if row.category and len(row.category) not in self.lengths[row.kind]:
                self.lengths[row.kind].append(len(row.category))
        for lengths in self.lengths.values():
            lengths.sort(reverse=True)

    def things(self, kind: str, category: str, duty: str) -> Iterator[tuple[str, str]]:
        """(category, duty) as a row may name them, most specific first."""
        for length in self.lengths.get(kind, ()):
            if length <= len(category):
                yield from [(category[:length], duty)] * bool(duty)
                yield category[:length], ""
        if duty:
            yield "", duty
        yield "", ""

    def candidates(self, kind: str, category: str, duty: str, places: list[str], on: date) -> Iterator[int]:
        for named, of_duty in self.things(kind, category, duty):
            for area in places:
                for start, last, unit_id in self.rows.get((kind, named, of_duty, area), ()):
                    if start <= on and (last is None or on <= last):
                        yield unit_id


_cached: tuple[int, Table] | None = None


def table() -> Table:
    global _cached
    generation = stamp.generation()
    if _cached is None or _cached[0] != generation:
        _cached = generation, Table(list(Responsibility.objects.select_related("unit")))
    return _cached[1]


def places(located: Any) -> list[str]:
    """Area codes of a Located (or case), narrowest first, ending with the city ''."""
    if located is None:
        return [""]
    codes = (located.cell, located.community, located.subdistrict, located.district)
    return [*dict.fromkeys(code for code in codes if code), ""]


def responsible(kind: str, category: str, duty: str, located: Any, on: date) -> Unit | None:
    """The unit in charge, or None. Costs no query while nothing changed. The unit is shared: do not change it."""
    rows = table()
    found = (rows.units[pk] for pk in rows.candidates(kind, category, duty, places(located), on))
    return next((unit for unit in found if unit.active), None)
