"""How every process notices that areas or map data changed: a random stamp in the database, looked at now and then.

`bump("areas")` inside the transaction that changes something; `Kept("areas", build)` holds what was derived from it
and builds it anew when the stamp is another. A stamp is random, not counted, so a rolled-back change can never be
mistaken for a later one.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import connection, transaction

from jiedao.city.models import Stamp

RECHECK_SECONDS = 5.0

T = TypeVar("T")
_kept: list[Kept[Any]] = []
_bumped_in: Any = None


def bump(*names: str) -> None:
    """Say that what hangs on these names changed. Names in use: areas, streets, map."""
    global _bumped_in
    rows = [Stamp(name=name, value=secrets.randbits(62)) for name in names]
    Stamp.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=["value"])
    _bumped_in = _transaction()
    forget()
    transaction.on_commit(forget)


def read(*names: str) -> tuple[int, ...]:
    """The present stamps, 0 where never bumped; one query."""
    found = dict(Stamp.objects.filter(name__in=names).values_list("name", "value"))
    return tuple(found.get(name, 0) for name in names)


def forget() -> None:
    """Make every `Kept` of this process look at its stamp at its next use."""
    for kept in _kept:
        kept.check_at = 0.0


class Kept(Generic[T]):
    """A value built from the database, as fresh as its stamps; shared by the threads of a process."""

    def __init__(self, *names: str, build: Callable[[], T]) -> None:
        self.names, self._build = names, build
        self.check_at = 0.0
        self._stamp: tuple[int, ...] | None = None
        self._value: T | None = None
        self._lock = threading.Lock()
        _kept.append(self)

    def get(self) -> T:
        if _bumped_in is not None:
            _leave_transaction()
        if self._stamp is None or time.monotonic() >= self.check_at:
            self._refresh()
        return self._value  # type: ignore[return-value]

    def _refresh(self) -> None:
        with self._lock:
            check_at = time.monotonic() + RECHECK_SECONDS
            stamp = read(*self.names)
            if stamp != self._stamp:
                self._value = self._build()
                self._stamp = stamp
            self.check_at = check_at

    @property
    def stamp(self) -> tuple[int, ...]:
        """The stamp of the value last handed out."""
        self.get()
        return self._stamp or ()


def _transaction() -> Any:
    return connection.atomic_blocks[0] if connection.in_atomic_block else None


def _leave_transaction() -> None:
    """A transaction that bumped has ended, committed or not: what was built inside it may not hold."""
    global _bumped_in
    if _bumped_in is not _transaction():
        _bumped_in = None
        forget()
