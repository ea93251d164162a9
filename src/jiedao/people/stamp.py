"""One number in the database that moves when units or responsibilities change, so that every process reloads them."""

from __future__ import annotations

import secrets
import time

from django.db import transaction

RECHECK_SECONDS = 5.0
_due = 0.0
_seen = 0


def generation() -> int:
    """The number now; asks the database at most every RECHECK_SECONDS."""
    global _due, _seen
    if time.monotonic() >= _due:
        from jiedao.people.models import Stamp

        _seen = Stamp.objects.values_list("number", flat=True).first() or 0
        _due = time.monotonic() + RECHECK_SECONDS
    return _seen


def forget() -> None:
    """Ask the database at the next call."""
    global _due
    _due = 0.0


def touch(**_signal: object) -> None:
    """Tell every process, in the transaction that changed the rows. Call it after bulk writes: they send no signal."""
    from jiedao.people.models import Stamp

    Stamp.objects.update_or_create(pk=1, defaults={"number": secrets.randbits(62)})
    forget()
    transaction.on_commit(forget)
