"""A small city with its staff and the real kind of case, for tests of city management's pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from jiedao.cases.models import Case
from jiedao.city import stamps
from jiedao.people import stamp
from jiedao.people.models import Person, User
from jiedao.systems.city_management import triage
from tests.cases import factories
from tests.cases.factories import LAT, LON, Staff

REPORT = "/city_management/report/"
RUBBISH = "路边有一堆垃圾没人清理"


@pytest.fixture
def city(db: None) -> Iterator[None]:
    """Nothing cached from another test's city."""
    for forget in (stamp.forget, stamps.forget, triage.forget, cache.clear):
        forget()
    factories.make_city()
    yield
    for forget in (stamp.forget, stamps.forget, triage.forget, cache.clear):
        forget()


@pytest.fixture
def staff(city: None) -> Staff:
    return Staff()


@pytest.fixture
def resident(db: None) -> User:
    return User.objects.create(username="resident", person=Person.objects.create(name="王女士"))


def photo(name: str = "a.jpg", **more: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, factories.picture(**more).getvalue(), "image/jpeg")


def sent(**more: Any) -> dict[str, Any]:
    """What a browser posts for a report."""
    return {"key": "key-1", "text": RUBBISH, "lon": str(LON), "lat": str(LAT), "category": ""} | more


def report(client: Any, **more: Any) -> Case:
    """Report through the page, and the case that came of it."""
    answer = client.post(REPORT, sent(**more))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Case.objects.get(code=answer.url.split("/")[-3])


def take(case: Case, staff: Staff, *steps: str) -> Case:
    """Walk the case on by whoever may, now."""
    case.refresh_from_db()
    return factories.walk(case, staff, *steps, at=timezone.now())


TO_HANDLING = ("file", "send", "dispatch", "assign")
TO_CLOSED = ("hand_back", "confirm", "request_check", "pass_check", "close")
