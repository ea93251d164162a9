"""The real kinds in a small city, staff of every post, and software with keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from jiedao.city import stamps
from jiedao.gateway import keys
from jiedao.gateway.rates import buckets
from jiedao.people import stamp
from jiedao.people.models import User
from tests.cases import factories

LON, LAT = factories.LON, factories.LAT
BIN = "E01-10"
"""暴露生活垃圾"""


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    stamp.forget()
    stamps.forget()
    buckets.clear()
    yield
    stamp.forget()
    stamps.forget()


@pytest.fixture
def staff(db: None) -> factories.Staff:
    factories.make_city()
    return factories.Staff()


@dataclass
class Software:
    """A client that sends its key with every request."""

    key: str
    user: User
    client: Client

    def get(self, address: str, data: Any = None, **more: Any) -> Any:
        return self.client.get(address, data, **more)

    def post(self, address: str, data: Any = None, **more: Any) -> Any:
        more.setdefault("content_type", "application/json")
        return self.client.post(address, data, **more)


def software(name: str = "app", **given: Any) -> Software:
    """As `keys.do_create`."""
    admin = User.objects.filter(is_superuser=True).first() or User.objects.create(username="root", is_superuser=True)
    row, key = keys.do_create(admin, name, name, **given)
    return Software(key, row.user, Client(headers={"Authorization": f"Bearer {key}"}))


@pytest.fixture
def app(staff: factories.Staff) -> Software:
    """Reports, and sees what it reported."""
    return software("app", rate=10_000)


@pytest.fixture
def office(staff: factories.Staff) -> Software:
    """Acts as a shift leader of the whole city."""
    return software("office", post={"role": "shift_leader"}, rate=10_000)


def form(**more: Any) -> dict[str, Any]:
    """A request as an Open311 client posts it."""
    given = {"service_code": BIN, "lat": LAT, "long": LON, "description": "路边有一堆垃圾"}
    return {name: value for name, value in (given | more).items() if value is not None}
