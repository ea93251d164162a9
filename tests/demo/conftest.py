"""The smallest demo city, built once for the tests that only look at it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import transaction

from jiedao import demo
from jiedao.cases.models import Case, Clock, Entry
from jiedao.city import stamps
from jiedao.city.models import Asset, Building
from jiedao.people import stamp
from jiedao.people.models import Unit, User
from jiedao.rules.deadlines import SHANGHAI

TODAY = datetime.now(SHANGHAI).replace(hour=15, minute=20, second=0, microsecond=0)
NOW = TODAY - timedelta(days=(TODAY.weekday() - 3) % 7 or 7)
"""The afternoon of the Thursday before today; messages and photos know no other clock than the machine's."""
PEOPLE, SEED = 5000, 1
PRINTS: list[str] = []
"""Fingerprints of the cities built so far."""


def forget() -> None:
    """What one database cached is not another's."""
    stamps.forget()
    stamp.forget()
    cache.clear()


@contextmanager
def built(blocker) -> Iterator[dict]:
    """The report of a build; everything is rolled back afterwards."""
    with blocker.unblock(), transaction.atomic():
        forget()
        report = demo.build(PEOPLE, SEED, now=NOW)
        PRINTS.append(fingerprint())
        yield report
        transaction.set_rollback(True)
    forget()


def fingerprint() -> str:
    """A digest of what people can see of the city, without keys, tokens and what follows from them."""
    found = hashlib.sha256()
    for rows in (
        Building.objects.order_by("ref").values_list("ref", "lon", "lat", "use", "population", "cell"),
        Asset.objects.order_by("ref").values_list("ref", "code", "lon", "lat", "category"),
        Unit.objects.order_by("code").values_list("code", "name", "tier"),
        User.objects.order_by("username").values_list("username", "person__name"),
        Case.objects.order_by("pk").values_list("category", "text", "lon", "lat", "state", "opened_at", "closed_at"),
        Entry.objects.order_by("case", "seq").values_list("seq", "step", "at", "note", "actor__username"),
        Clock.objects.order_by("case", "pk").values_list("stage", "deadline", "stopped_at", "overdue", "exempt"),
    ):
        for row in rows:
            found.update(repr(row).encode())
    return found.hexdigest()


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    with built(django_db_blocker) as report:
        yield report
