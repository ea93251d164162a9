"""The test city with the real kinds of case and its staff, for tests of the desk and the board."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from jiedao.city import stamps
from jiedao.people import stamp
from tests.cases import factories
from tests.cases.factories import Staff


@pytest.fixture
def city(db: None) -> Iterator[None]:
    """Nothing cached from another test's city; what triage learned from the standard stays, for learning takes long."""
    for forget in (stamp.forget, stamps.forget, cache.clear):
        forget()
    factories.make_city()
    yield
    for forget in (stamp.forget, stamps.forget, cache.clear):
        forget()


@pytest.fixture
def staff(city: None) -> Staff:
    return Staff()
