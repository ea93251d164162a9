"""Rule rows in memory: what was shipped plus the overrides of this city, and the lookups on them.

A process asks the database at most every `RECHECK_SECONDS` whether the generation moved (another process saved an
override); its own saves are seen at once, when their transaction commits. A lookup made before is a dict access.
"""

from __future__ import annotations

import secrets
import threading
import time
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import SynchronousOnlyOperation
from django.db import DatabaseError, connection, transaction

from jiedao.rules import loader
from jiedao.rules.deadlines import SHANGHAI
from jiedao.rules.loader import Shipped
from jiedao.rules.rows import NoMatch, Rule, UnknownRule, best, city_stem

if TYPE_CHECKING:
    from jiedao.rules.models import CalendarDay

RECHECK_SECONDS = 5.0
CACHE_ROWS = 100_000


class Snapshot:
    """Shipped rows and overrides at one generation; replaced as a whole, never changed."""

    def __init__(self, shipped: Shipped, overrides: list[Rule], generation: int) -> None:
        self.shipped, self.generation = shipped, generation
        self.rules = {key: tuple(rows) for key, rows in shipped.rules.items()}
        for row in overrides:
            self.rules[row.key] = (*self.rules.get(row.key, ()), row)
        self.cache: dict[tuple[Any, ...], Rule] = {}

    def find(self, key: str, on: date, city: str, scope: dict[str, Any]) -> Rule:
        rows = self.rules.get(key)
        if rows is None:
            raise UnknownRule(key, self.rules)
        rule = best(rows, scope, city, on)
        if rule is None:
            raise NoMatch(key, scope | ({"city": city} if city else {}), on, rows)
        return rule


_snapshot: Snapshot | None = None
_home = ""
_due = 0.0
_every = RECHECK_SECONDS


def lookup(key: str, *, on: date | None = None, city: str | None = None, **scope: Any) -> Rule:
    """The row of `key` that holds on a day (default: today in Shanghai), for an area code and any further scope.

    `city`: None is the city of this installation, "" asks only for rows of the whole country. The narrowest area
    wins, then the row with more matching scope fields, then a local override.
    Raises UnknownRule (a KeyError, with near names), or its subclass NoMatch when no row of the rule fits.
    """
    snapshot = _snapshot if time.monotonic() < _due and _snapshot else current()
    if city is None:
        city = _home
    if on is None:
        on = datetime.now(SHANGHAI).date()
    question = (key, on, city, *sorted(scope.items())) if scope else (key, on, city)
    rule = snapshot.cache.get(question)
    if rule is None:
        rule = snapshot.find(key, on, city, scope)
        if len(snapshot.cache) >= CACHE_ROWS:
            snapshot.cache.clear()
        snapshot.cache[question] = rule
    return rule


def value(key: str, *, on: date | None = None, city: str | None = None, **scope: Any) -> Any:
    """`lookup(…).value`."""
    return lookup(key, on=on, city=city, **scope).value


def current() -> Snapshot:
    """The snapshot in force, renewed when the generation in the database moved."""
    global _snapshot, _due
    if _snapshot is None:
        _snapshot = Snapshot(loader.load(), [], 0)
    if time.monotonic() >= _due and apps.ready:
        try:
            _renew(_snapshot)
        except SynchronousOnlyOperation:
            threading.Thread(target=_renew_apart, args=(_snapshot,), daemon=True).start()
        _due = time.monotonic() + _every
    return _snapshot


def _renew(before: Snapshot) -> None:
    global _snapshot
    generation = _generation()
    if generation != before.generation:
        _snapshot = Snapshot(before.shipped, _overrides(before.shipped), generation)


def _renew_apart(before: Snapshot) -> None:
    """In an event loop the database is asked in a thread; lookups go on with what they have until it answers."""
    try:
        _renew(before)
    finally:
        connection.close()


def home() -> str:
    """The area code of the city that lookups without one mean."""
    return _home


def set_home(city: str) -> None:
    global _home
    _home = city


def generation() -> int:
    """Changes whenever an override, a holiday row or a table of a city was saved; a key for caches built on rules."""
    return (_snapshot if time.monotonic() < _due and _snapshot else current()).generation


def forget() -> None:
    """Read the overrides again at the next lookup."""
    global _due
    _due = 0.0


def touch() -> None:
    """Tell every process that rules changed; inside the transaction that changed them."""
    from jiedao.rules.models import Stamp

    Stamp.objects.update_or_create(pk=1, defaults={"number": secrets.randbits(62)})
    transaction.on_commit(forget)


def poll(seconds: float | None) -> None:
    """Ask the database at most this often; None: only after `forget()` (tests that have no database)."""
    global _every, _due
    _every = float("inf") if seconds is None else seconds
    _due = time.monotonic() + _every


def _generation() -> int:
    from jiedao.rules.models import Stamp

    try:
        return Stamp.objects.values_list("number", flat=True).first() or 0
    except DatabaseError:
        if Stamp._meta.db_table in connection.introspection.table_names():
            raise
        return 0


def calendar_rows() -> list[CalendarDay]:
    """Holiday rows of the database, national ones first, then from wide areas to narrow ones."""
    if not current().generation:
        return []
    from jiedao.rules.models import CalendarDay

    return sorted(CalendarDay.objects.all(), key=lambda row: len(city_stem(row.city)))


def _overrides(shipped: Shipped) -> list[Rule]:
    from jiedao.rules.models import RuleOverride

    return [row.as_rule(shipped) for row in RuleOverride.objects.order_by("pk")]
